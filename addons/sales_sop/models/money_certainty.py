"""How certain a money is, and from when on the policy lets it count: parts of SQL (C3, D4)."""

from odoo.tools import SQL

from .sop_policy_money import DEFAULTS

# To be joined where ``booked`` is the entry with its payment, if any, and ``journal`` its journal.
JOINS = SQL(
    """
    LEFT JOIN account_payment_method_line method ON method.id = booked.payment_method_line_id
    LEFT JOIN sop_money_paper paper ON paper.payment_id = booked.payment_id
    """
)

# 2: the bank has it; 1: countersigned; 0: registered.
COLUMNS = SQL(
    """
    COALESCE(paper.kind, method.sop_paper_kind,
             CASE journal.type WHEN 'cash' THEN 'cash' ELSE 'transfer' END) AS money_kind,
    CASE WHEN booked.statement_line_id IS NOT NULL THEN 2
         WHEN paper.state IN ('cashed', 'endorsed') THEN 2
         -- Booked straight on the bank account, a payment is "matched" from the start.
         WHEN booked.is_matched
              AND (COALESCE(paper.kind, method.sop_paper_kind) IS NULL
                   OR booked.outstanding_account_id
                      IS DISTINCT FROM journal.default_account_id) THEN 2
         WHEN paper.state = 'countersigned' THEN 1
         ELSE 0
    END AS certainty
    """
)


def counts(alias):
    """Whether the money ``alias`` is as certain as the ``policy`` asks for."""
    cases = SQL(" ").join(
        SQL("WHEN %s THEN policy.%s", kind, SQL.identifier(f"counts_{kind}")) for kind in DEFAULTS
    )
    return SQL(
        """%(alias)s.certainty >= CASE (CASE %(alias)s.money_kind %(cases)s END)
                                  WHEN 'cleared' THEN 2
                                  WHEN 'countersigned' THEN 1
                                  ELSE 0 END""",
        alias=SQL.identifier(alias),
        cases=cases,
    )
