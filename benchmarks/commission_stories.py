"""What happens to an order's money: paid at once, by instalments, partly, not at all, given back.

An act gets the environment of finance and the :class:`Chain` of the order.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from odoo import Command

INVOICE_DAY = date(2026, 1, 12)


@dataclass(frozen=True)
class Story:
    acts: tuple[Callable, ...]

    @property
    def is_invoiced(self):
        return invoice in self.acts


def _order(env, chain):
    return env["sale.order"].browse(chain.order)


def _invoice_of(env, chain):
    return env["account.move"].browse(chain.invoice)


def _day(days):
    return INVOICE_DAY + timedelta(days=days)


def _receive(env, order, amount, days, payment_type="inbound"):
    payment = env["account.payment"].create(
        {
            "payment_type": payment_type,
            "partner_type": "customer",
            "partner_id": order.partner_id.id,
            "amount": amount,
            "date": _day(days),
            "journal_id": env["account.journal"]
            .search([("type", "=", "bank"), ("company_id", "=", order.company_id.id)], limit=1)
            .id,
        }
    )
    payment.action_post()
    return payment


def _match(*moves):
    lines = moves[0].line_ids.union(*(move.line_ids for move in moves[1:]))
    lines.filtered(
        lambda line: line.account_type == "asset_receivable" and not line.reconciled
    ).reconcile()


# -- acts ------------------------------------------------------------------------------------------


def invoice(env, chain):
    order = _order(env, chain)
    wizard = env["sale.advance.payment.inv"].create(
        {"advance_payment_method": "delivered", "sale_order_ids": [Command.set(order.ids)]}
    )
    wizard.create_invoices()
    chain.invoice = order.invoice_ids.id
    order.invoice_ids.invoice_date = INVOICE_DAY
    order.invoice_ids.action_post()


def advance(percent):
    """Money before the invoice, earmarked to the contract."""

    def act(env, chain):
        order = _order(env, chain)
        amount = order.currency_id.round(order.amount_total * percent / 100)
        payment = _receive(env, order, amount, -10)
        chain.payment = payment.id
        env["sop.payment.allocation"].create(
            {
                "payment_id": payment.id,
                "contract_id": order.sop_contract_id.id,
                "amount": payment.amount,
            }
        )

    return act


def match_advance(env, chain):
    _match(_invoice_of(env, chain), env["account.payment"].browse(chain.payment).move_id)


def pay(percent, days):
    """Pay a part of the invoice."""

    def act(env, chain):
        move = _invoice_of(env, chain)
        amount = move.currency_id.round(move.amount_total * percent / 100)
        _match(move, _receive(env, _order(env, chain), amount, days).move_id)

    return act


def pay_the_rest(days):
    def act(env, chain):
        move = _invoice_of(env, chain)
        payment = _receive(env, _order(env, chain), move.amount_residual, days)
        _match(move, payment.move_id)

    return act


def _credit_note(env, chain):
    """Give one of the first product back."""
    move = _invoice_of(env, chain)
    wizard = env["account.move.reversal"].create(
        {
            "move_ids": [Command.set(move.ids)],
            "journal_id": move.journal_id.id,
            "date": _day(5),
            "reason": "One too many",
        }
    )
    wizard.reverse_moves()
    credit = wizard.new_move_ids
    first, *others = credit.invoice_line_ids.sorted("id")
    credit.write(
        {
            "invoice_line_ids": [
                Command.update(first.id, {"quantity": 1}),
                *[Command.delete(line.id) for line in others],
            ]
        }
    )
    credit.action_post()
    return credit


def credit(env, chain):
    """A credit note takes a part of the invoice away."""
    _match(_invoice_of(env, chain), _credit_note(env, chain))


def refund(env, chain):
    """A credit note after the invoice was paid: the money goes back."""
    note = _credit_note(env, chain)
    payment = _receive(env, _order(env, chain), note.amount_total, 25, payment_type="outbound")
    _match(note, payment.move_id)


# -- stories ---------------------------------------------------------------------------------------

ONCE = (
    Story((invoice, pay(100.0, 12))),
    Story((invoice, pay(100.0, 45))),
    Story((invoice, pay(50.0, 2), pay_the_rest(33))),
    Story((invoice, pay(65.0, 10), pay_the_rest(70))),
    Story((advance(30.0), invoice, match_advance, pay_the_rest(28))),
    Story((invoice, pay(50.0, 8))),
    Story((invoice, pay(71.3, 40))),
    Story((invoice,)),
    Story((invoice, credit, pay_the_rest(21))),
    Story((invoice, pay(100.0, 3), refund)),
    Story((advance(60.0),)),
)
STORIES = ONCE * 2
INVOICES = sum(story.is_invoiced for story in STORIES)
