"""What is collected, of 20,000 contracts and of 100,000: Sales SOP against SQL written by hand.

The contracts are copied in SQL from a few that went through the procedure: delivered and waiting
for the invoice, invoiced and paid in two payments, paid in advance only, and not paid. So the
tables are what a company of that size has.

The peer is the SQL that somebody would write who knows these tables, this data and nothing else:
one currency, payments that always count, one order to an invoice line, no discounts, no opening
figures. It has to come to the same amounts, or the benchmark fails. Both run in one process, in
turn, each with a new cursor, so nothing is cached. Figures are CPU milliseconds, of Python and of
the database together, the median of several runs.

Collected is asked of the newest 80 contracts, of one contract at each of the five stages, one call
each, as a gate asks, and of the one that costs most: with earmarked money and a paid invoice.

The list "May Be Invoiced Now" is read as the client does: its first page and its count. The peer
finds the orders with something to invoice whose contracts have enough money.

"growth" compares our time at 100,000 contracts with five times our time at 20,000: linear is 1.
"""

from odoo.tools.safe_eval import safe_eval

from tooling.console import say

from .collection_company import STAGES, CollectionCompany
from .measuring import measured, median

CONTRACTS = 20_000
GROWN = 100_000
PAGE = 80
REPEAT = 7
GOAL = 1.5
GATE_GOAL = 2.0

BY_HAND = """
    WITH share AS (
        SELECT line.move_id, so.sop_contract_id AS contract_id,
               SUM(line.price_total)
                   / SUM(SUM(line.price_total)) OVER (PARTITION BY line.move_id) AS share
          FROM sale_order so
          JOIN sale_order_line sol ON sol.order_id = so.id
          JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = sol.id
          JOIN account_move_line line ON line.id = rel.invoice_line_id
          JOIN account_move move ON move.id = line.move_id AND move.state = 'posted'
         WHERE {contracts}
      GROUP BY line.move_id, so.sop_contract_id),
    cash AS (
        SELECT share.contract_id, payment.id AS payment_id, money.date,
               SUM(partial.amount * share.share) AS amount
          FROM share
          JOIN account_move_line line ON line.move_id = share.move_id
          JOIN account_partial_reconcile partial ON partial.debit_move_id = line.id
          JOIN account_move_line credit ON credit.id = partial.credit_move_id
          JOIN account_move money ON money.id = credit.move_id AND money.state = 'posted'
          JOIN account_payment payment
            ON payment.move_id = money.id AND payment.state IN ('in_process', 'paid')
      GROUP BY share.contract_id, payment.id, money.date),
    open AS (
        SELECT allocation.contract_id, money.date,
               LEAST(allocation.amount - COALESCE(cash.amount, 0),
                     (SELECT -SUM(line.amount_residual)
                        FROM account_move_line line
                        JOIN account_account account ON account.id = line.account_id
                       WHERE line.move_id = money.id
                         AND account.account_type = 'asset_receivable')) AS amount
          FROM sop_payment_allocation allocation
          JOIN sop_contract so ON so.id = allocation.contract_id
          JOIN account_payment payment ON payment.id = allocation.payment_id
          JOIN account_move money ON money.id = payment.move_id AND money.state = 'posted'
     LEFT JOIN cash ON cash.contract_id = allocation.contract_id
                   AND cash.payment_id = payment.id
         WHERE payment.state IN ('in_process', 'paid') AND {allocations}),
    rows AS (
        SELECT contract_id, date, amount FROM cash
         UNION ALL
        SELECT contract_id, date, amount FROM open WHERE amount > 0)
"""
OF_SOME = BY_HAND.format(
    contracts="so.sop_contract_id = ANY(%(ids)s)",
    allocations="allocation.contract_id = ANY(%(ids)s)",
)
OF_ALL = BY_HAND.format(
    contracts="so.company_id = %(company)s", allocations="so.company_id = %(company)s"
)


def run(env):
    """Return ``[(what, ours, peer, ratio, goal)]``."""
    env.cr.commit()
    company = CollectionCompany(env.registry)
    figures, times = [], {}
    for size in (CONTRACTS, GROWN):
        say(f"{size:,} contracts")
        company.grow(size)
        times[size] = {}
        for name, ours, peer, goal in _questions(company):
            mine, theirs = _in_turn(company, ours, peer)
            times[size][name] = mine
            figures.append((f"{size:,}: {name}, CPU ms", mine, theirs, mine / theirs, goal))
    factor = GROWN / CONTRACTS
    for name, small in times[CONTRACTS].items():
        grown, linear = times[GROWN][name], small * factor
        # A millisecond more or less is no growth.
        ratio = grown / max(linear, 1.0)
        figures.append((f"growth: {name}, CPU ms", grown, linear, ratio, 1.0))
    return figures


def _questions(company):
    """Return ``[(name, ours, by hand, goal)]``: functions of an environment, with equal answers."""
    contracts = company.contract_ids()
    page, stages = contracts[:PAGE], company.contract_of_each_stage()
    paid = stages[STAGES.index("pay")]
    return (
        ("collected of 80 contracts", _collected(page), _collected_by_hand(page), GOAL),
        (
            "collected of one contract, at five stages",
            _one_by_one(_collected, stages),
            _one_by_one(_collected_by_hand, stages),
            GATE_GOAL,
        ),
        (
            "collected of one paid contract",
            _collected([paid]),
            _collected_by_hand([paid]),
            GATE_GOAL,
        ),
        ("may be invoiced now", _free(company), _free_by_hand(company), GOAL),
        ("pivot", _pivot(company), _pivot_by_hand(company), GOAL),
    )


def _in_turn(company, ours, peer):
    costs = {ours: [], peer: []}
    for _turn in range(REPEAT):
        answers = []
        for question in (ours, peer):
            with company.registry.cursor() as cr:
                env = company.environment(cr, "finance")
                with measured(cr) as cost:
                    answers.append(question(env))
                cr.rollback()
            costs[question].append((cost.cpu + cost.database_cpu) * 1000)
        if answers[0] != answers[1]:
            raise AssertionError(f"Not the same: {str(answers[0])[:300]} {str(answers[1])[:300]}")
    return median(costs[ours]), median(costs[peer])


def _cents(amount):
    return round(float(amount) * 100)


# -- collected of contracts ------------------------------------------------------------------------


def _collected(ids):
    def ours(env):
        collected = env["sop.contract"].browse(ids)._collected()
        return {contract: _cents(amount) for contract, amount in collected.items()}

    return ours


def _collected_by_hand(ids):
    def peer(env):
        env.cr.execute(
            f"{OF_SOME} SELECT contract_id, SUM(amount) FROM rows GROUP BY contract_id",
            {"ids": ids},
        )
        return {contract: _cents(amount) for contract, amount in env.cr.fetchall()}

    return peer


def _one_by_one(question, ids):
    """The question asked of each contract alone."""
    questions = [question([contract]) for contract in ids]
    return lambda env: [ask(env) for ask in questions]


# -- the list of what may be invoiced --------------------------------------------------------------


def _free(company):
    def ours(env):
        action = env["ir.actions.act_window"]._for_xml_id(
            "sales_sop.sale_order_action_invoice_free"
        )
        domain = safe_eval(action["domain"], {"uid": env.uid})
        answer = env[action["res_model"]].web_search_read(domain, {"name": {}}, limit=PAGE)
        return answer["length"]

    return ours


def _free_by_hand(company):
    def peer(env):
        env.cr.execute(
            f"""{OF_ALL}
            SELECT so.id, so.name, COUNT(*) OVER ()
              FROM sale_order so
              JOIN sop_contract contract ON contract.id = so.sop_contract_id
              JOIN (SELECT contract_id, SUM(amount) AS amount
                      FROM rows GROUP BY contract_id) collected
                ON collected.contract_id = contract.id
             WHERE so.state = 'sale'
               AND so.company_id = %(company)s
               AND so.invoice_status = 'to invoice'
               AND collected.amount
                   >= ROUND(contract.amount_total * contract.invoice_gate_percent / 100, 2)
               AND EXISTS (SELECT FROM sale_order_line line
                            WHERE line.order_id = so.id AND line.qty_to_invoice > 0)
          ORDER BY so.date_order DESC, so.id DESC
             LIMIT {PAGE}""",
            {"company": company.id},
        )
        return env.cr.fetchone()[2]

    return peer


# -- the pivot -------------------------------------------------------------------------------------


def _pivot(company):
    def ours(env):
        groups = env["sop.collection"]._read_group(
            [("company_id", "=", company.id)], ["user_id", "date:month"], ["amount:sum"]
        )
        return sorted((user.id, month, _cents(amount)) for user, month, amount in groups)

    return ours


def _pivot_by_hand(company):
    def peer(env):
        env.cr.execute(
            f"""{OF_ALL}
            SELECT contract.user_id, DATE_TRUNC('month', rows.date)::date, SUM(rows.amount)
              FROM rows JOIN sop_contract contract ON contract.id = rows.contract_id
          GROUP BY 1, 2""",
            {"company": company.id},
        )
        return sorted((user, month, _cents(amount)) for user, month, amount in env.cr.fetchall())

    return peer
