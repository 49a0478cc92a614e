"""Submission, two approvals and confirmation, each as a request of whoever takes the step."""

from .order_chain_steps import Step


def _orders(env, chains):
    return env["sale.order"].browse([chain.order for chain in chains])


def _has_sop(env):
    return "sop.approval" in env


def _submit(env, chains):
    orders = _orders(env, chains)
    if _has_sop(env):
        orders.action_sop_submit()
    else:
        orders.request_validation()


def _approve(env, chains):
    orders = _orders(env, chains)
    if _has_sop(env):
        orders.action_sop_approve()
        return
    # OCA's approves one document at a time.
    for order in orders:
        order.validate_tier()


def _confirm(env, chains):
    _orders(env, chains).action_confirm()


STEPS = (
    Step("submit", (("salesperson", _submit),)),
    Step("manager approves", (("sales_manager", _approve),)),
    Step("director approves", (("marketing_director", _approve),)),
    Step("confirm", (("salesperson", _confirm),)),
)
