from markupsafe import Markup

from odoo import models
from odoo.tools import html2plaintext

# What the contracts that lose money in this transaction had collected before it.
WATCHED = "sales_sop.watched_money"


class SopContract(models.Model):
    """Money that is gone after goods have left or an invoice went out (C1, D4)."""

    _inherit = "sop.contract"

    def _has_posted_invoice(self):
        self.ensure_one()
        return any(
            move.state == "posted" and move.move_type in ("out_invoice", "out_receipt")
            for move in self._invoices()
        )

    def _reaches_gate(self, collected):
        """Whether ``collected`` is what the contract's invoices need (C1)."""
        self.ensure_one()
        gate = self._gate_amount(self.invoice_gate_percent)
        return self._is_collected(collected.get(self.id, 0.0), gate)

    def _goods_have_left(self):
        self.ensure_one()
        return any(
            picking.state == "done" and picking.picking_type_code in ("outgoing", "dropship")
            for picking in self.order_ids._sop_deliveries()
        )

    # -- money that is taken off somewhere in the books ----------------------------------------

    def _watch_money(self):
        """Look before the commit whether the contracts still have the money they need (C1).

        Only then, because accountants undo and do again in one step, and because one loss comes
        in several writes.
        """
        if not self:
            return
        precommit = self.env.cr.precommit
        if WATCHED not in precommit.data:
            precommit.data[WATCHED] = {}
            precommit.add(self.env["sop.contract"].sudo()._alert_watched_money)
        watched = precommit.data[WATCHED]
        contracts = self.sudo().filtered(lambda contract: contract.id not in watched)
        collected = contracts._collected()
        watched.update((contract.id, collected.get(contract.id, 0.0)) for contract in contracts)

    def _alert_watched_money(self):
        before = self.env.cr.precommit.data.pop(WATCHED, {})
        self.env.flush_all()
        contracts = self.browse(before).exists()
        collected = contracts._collected()
        fallen = contracts.filtered(
            lambda contract: contract._has_lost_money(
                before[contract.id], collected.get(contract.id, 0.0)
            )
        )
        fallen._alert_money_lost()
        self.env.flush_all()

    def _has_lost_money(self, before, after):
        self.ensure_one()
        if self._is_collected(after, before):
            return False
        needed = self._money_needed()
        if self.state == "closed":
            # It may have been closed with less, such as after a cash discount.
            needed = min(needed, before)
        return self._is_collected(before, needed) and not self._is_collected(after, needed)

    def _money_needed(self):
        """Return the money that what left and what was invoiced rest on (C1, D4, C9)."""
        self.ensure_one()
        if self.state == "closed":
            return self.amount_total
        percents = [0.0]
        if self._has_posted_invoice():
            percents.append(self.invoice_gate_percent)
        if self._goods_have_left():
            percents.append(self.prepayment_percent)
        return self._gate_amount(max(percents))

    # -- what happens then ---------------------------------------------------------------------

    def _alert_money_lost(self, reason=""):
        """Tell finance and the salesperson that the money of these contracts is gone (C1).

        Nothing happens where neither goods have left nor an invoice was posted. Who has an open
        alert of the contract gets no second one: the open one says what was lost since. A closed
        contract is open again, or nobody could earmark the money that comes instead.

        :param str reason: what happened to the money, a sentence; empty where only the amount
            is known to have fallen
        """
        contracts = self.sudo().filtered(
            lambda contract: contract._goods_have_left() or contract._has_posted_invoice()
        )
        if not contracts:
            return
        self.env.flush_all()
        collected = contracts._collected()
        for contract in contracts:
            contract._reopen_if_unpaid(collected.get(contract.id, 0.0))
            for user in contract._people_of_lost_money():
                contract._alert_of_lost_money(user, reason, collected.get(contract.id, 0.0))

    def _reopen_if_unpaid(self, collected):
        """The one way back from closed: the balance that closed the contract is gone (C9)."""
        if self.state != "closed" or self._is_collected(collected, self.amount_total):
            return
        self._touch()
        self.write({"state": "effective", "closed_on": False, "closed_by_id": False})
        self.message_post(
            body=self.env._(
                "The contract is open again: %(collected)s of %(total)s is collected now.",
                collected=self._format(collected),
                total=self._format(self.amount_total),
            ),
            subtype_xmlid="mail.mt_note",
        )

    def _people_of_lost_money(self):
        finance = self.env.ref("sales_sop.group_finance")._sop_holders(self.company_id)
        return finance | self.user_id.filtered("active")

    def _alert_of_lost_money(self, user, reason, collected):
        activity_type = "sales_sop.mail_activity_money_lost"
        contract = self.with_context(lang=user.lang, mail_activity_quick_update=True)
        note = contract.env._(
            "%(reason)s %(collected)s of %(total)s is collected now. Ask the customer for the "
            "money, and say what happens with the goods and invoices.",
            reason=reason or contract.env._("Money was taken off in the books."),
            collected=contract._format(collected),
            total=contract._format(contract.amount_total),
        )
        alert = contract.activity_search([activity_type], user_id=user.id)[:1]
        if not alert:
            contract.activity_schedule(
                activity_type,
                summary=contract.env._("Money of contract %s is gone", contract.number),
                note=note,
                user_id=user.id,
            )
        elif reason and reason not in html2plaintext(alert.note):
            alert.note = Markup("%s<p>%s</p>") % (alert.note, note)
