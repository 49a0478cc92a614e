"""The steps of an order, each as one or several requests of the people who take them.

A step's functions get the environment of their user and the :class:`Chain` of each order.
"""

from collections.abc import Callable
from dataclasses import dataclass

from odoo import Command

from .order_chain_company import ADVANCE


@dataclass(frozen=True)
class Step:
    """``requests``: pairs of role and function; ``own``: stock Odoo has no such step.

    ``after`` notes in the chains what the next steps need; it is not measured.
    """

    name: str
    requests: tuple
    own: bool = False
    after: Callable | None = None


def _orders(env, chains):
    return env["sale.order"].browse([chain.order for chain in chains])


def _pickings(env, chains):
    return env["stock.picking"].browse([chain.picking for chain in chains])


def _payments(env, chains):
    return env["account.payment"].browse([chain.payment for chain in chains])


def _invoices(env, chains):
    return env["account.move"].browse([chain.invoice for chain in chains])


# -- what stock Odoo does too ----------------------------------------------------------------------


def _confirm(env, chains):
    _orders(env, chains).action_confirm()


def _note_deliveries(env, chains):
    for chain, order in zip(chains, _orders(env, chains)):
        chain.picking = order.picking_ids.id


def _deliver(env, chains):
    _pickings(env, chains).button_validate()


def _advance(env, chains):
    """The customer pays a part before the goods leave, as much as the gates ask for."""
    values = [
        {
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": order.partner_id.id,
            "amount": order.currency_id.round(order.amount_total * ADVANCE),
            "journal_id": chain.bank_journal,
        }
        for chain, order in zip(chains, _orders(env, chains))
    ]
    payments = env["account.payment"].create(values)
    payments.action_post()
    for chain, payment in zip(chains, payments):
        chain.payment = payment.id


def _invoice(env, chains):
    wizard = env["sale.advance.payment.inv"].create(
        {
            "advance_payment_method": "delivered",
            "sale_order_ids": [Command.set([chain.order for chain in chains])],
            "consolidated_billing": False,
        }
    )
    wizard.create_invoices()
    for chain, order in zip(chains, _orders(env, chains)):
        chain.invoice = order.invoice_ids.id
    _invoices(env, chains).action_post()


def _pay(env, chains):
    """The advance is matched with the invoice; what is left is paid by the wizard."""
    open_lines = (_invoices(env, chains) | _payments(env, chains).move_id).line_ids.filtered(
        lambda line: line.account_type == "asset_receivable"
    )
    by_move = {line.move_id: line for line in open_lines}
    env["account.move.line"]._reconcile_plan(
        [
            by_move[invoice] | by_move[payment.move_id]
            for invoice, payment in zip(_invoices(env, chains), _payments(env, chains))
        ]
    )
    wizard = (
        env["account.payment.register"]
        .with_context(active_model="account.move", active_ids=_invoices(env, chains).ids)
        .create({"journal_id": chains[0].bank_journal, "group_payment": False})
    )
    wizard.action_create_payments()


# -- what stock Odoo has not -----------------------------------------------------------------------


def _submit(env, chains):
    _orders(env, chains).action_sop_submit()


def _submit_contract(env, chains):
    _orders(env, chains).sop_contract_id.action_submit()


def _decide_order(env, chains):
    _orders(env, chains).action_sop_approve()


def _decide_contract(env, chains):
    _orders(env, chains).sop_contract_id.action_sop_approve()


def _submit_delivery(env, chains):
    _pickings(env, chains).action_sop_submit()


def _decide_delivery(env, chains):
    _pickings(env, chains).action_sop_approve()


def _sign_for_payment(env, chains):
    _pickings(env, chains).action_sop_confirm_payment()


def _sign(env, chains):
    for picking in _pickings(env, chains):
        env["sop.pod"].create(
            {"picking_id": picking.id, "signatory": "Wang Fang", "date": "2026-03-02"}
        ).action_confirm()


def _earmark(env, chains):
    env["sop.payment.allocation"].create(
        [
            {
                "payment_id": payment.id,
                "contract_id": order.sop_contract_id.id,
                "amount": payment.amount,
            }
            for order, payment in zip(_orders(env, chains), _payments(env, chains))
        ]
    )


STEPS = (
    Step(
        "application and contract",
        (
            ("salesperson", _submit),
            ("sales_manager", _decide_order),
            ("sales_office", _submit_contract),
            ("sales_head", _decide_contract),
            ("finance", _decide_contract),
        ),
        own=True,
    ),
    Step("confirm", (("salesperson", _confirm),), after=_note_deliveries),
    Step("advance", (("finance", _advance),)),
    Step("earmark", (("finance", _earmark),), own=True),
    Step(
        "approval of the delivery",
        (
            ("sales_office", _submit_delivery),
            ("sales_manager", _decide_delivery),
            ("finance", _sign_for_payment),
        ),
        own=True,
    ),
    Step("deliver", (("storekeeper", _deliver),)),
    Step("proof of delivery", (("sales_office", _sign),), own=True),
    Step("invoice", (("finance", _invoice),)),
    Step("pay", (("finance", _pay),)),
)
