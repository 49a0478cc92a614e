"""Several companies take the same steps in turn, request by request, and are measured."""

from odoo import SUPERUSER_ID, api

from .measuring import Cost, Series, measured


def empty(companies, steps):
    """Return ``{company: {step: Series}}`` to which costs can be added."""
    return {company: {step: Series() for step in steps} for company in companies}


def take(companies, steps, count, size, turn=0):
    """Make ``count`` new orders in each company and take all the steps with them.

    :param int size: orders in one request
    :param int turn: which company comes first
    :return: ``{company: {step: Series}}``
    """
    chains = {company: company.quotations(count) for company in companies}
    costs = empty(companies, steps)
    parts = [slice(start, start + size) for start in range(0, count, size)]
    for step in steps:
        for number, part in enumerate(parts):
            for company in _in_turn(companies, number + turn):
                if company.governed or not step.own:
                    cost = _take_step(company, step, chains[company][part])
                    costs[company][step].costs.append(cost)
    for company in companies:
        with company.registry.cursor() as cr:
            company.check_is_done(api.Environment(cr, SUPERUSER_ID, {}), chains[company])
    return costs


def repeated(companies, steps, count, size, times):
    """Like :func:`take`, ``times`` times; each company comes first in its turn."""
    total = empty(companies, steps)
    for turn in range(times):
        for company, costs in take(companies, steps, count, size, turn).items():
            for step, series in costs.items():
                total[company][step].costs += series.costs
    return total


def total(costs, steps):
    """All the steps as one piece of work: per order or per batch, their costs added up."""
    return Series([sum(parts, Cost()) for parts in zip(*(costs[step].costs for step in steps))])


def _in_turn(companies, number):
    """Each of the companies comes first, second and last equally often."""
    start = number % len(companies)
    return companies[start:] + companies[:start]


def _take_step(company, step, chains):
    cost = Cost()
    for role, function in step.requests:
        with company.registry.cursor() as cr:
            env = company.environment(cr, role)
            with measured(cr) as one:
                function(env, chains)
                cr.commit()
        cost += one
    if step.after:
        with company.registry.cursor() as cr:
            step.after(api.Environment(cr, SUPERUSER_ID, {}), chains)
    return cost
