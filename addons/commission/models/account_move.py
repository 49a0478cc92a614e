from odoo import api, models
from odoo.exceptions import UserError

# What a journal entry that booked commission says; without it the accruals would be wrong.
KEPT_FIELDS = frozenset({"date", "journal_id", "company_id", "currency_id", "move_type"})


class AccountMove(models.Model):
    """Entries that booked commission are taken back there, not changed in the journal (B5)."""

    _inherit = "account.move"

    def write(self, vals):
        leaves = vals.get("state", "posted") != "posted"
        if leaves or not KEPT_FIELDS.isdisjoint(vals):
            self._commission_refuse_change()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_if_no_commission(self):
        self._commission_refuse_change()
        self._commission_refuse_loss()

    def _commission_refuse_loss(self):
        for move in self._commission_earning_moves():
            raise UserError(
                self.env._(
                    "%s is in the commission ledger and cannot be deleted. Cancel it instead: the "
                    "next calculation takes its commission back.",
                    move.display_name,
                )
            )

    def _commission_earning_moves(self):
        """Return which of these entries the ledger names: what was earned stays explained (B1)."""
        entries = self.env["commission.entry"].sudo()
        named = self.browse()
        for name in ("invoice_id", "money_move_id"):
            rows = entries._read_group([(name, "in", self.ids)], [name])
            named |= self.browse(move.id for (move,) in rows)
        return self & named

    def _reverse_moves(self, default_values_list=None, cancel=False):
        self._commission_refuse_change()
        return super()._reverse_moves(default_values_list, cancel)

    def _commission_refuse_change(self):
        posted = self.filtered(lambda move: move.state == "posted")
        if not posted:
            return
        for accrual in self._commission_found(
            "commission.accrual", [("move_id", "in", posted.ids)]
        ):
            raise UserError(accrual._kept_entry_text(accrual.move_id))
        mine = [
            "|",
            ("counter_move_id", "in", posted.ids),
            "&",
            ("move_id", "in", posted.ids),
            ("kind", "!=", "bill"),
        ]
        for booking in self._commission_found("commission.booking", mine):
            if booking.counter_move_id in posted:
                raise UserError(booking._kept_counter_text())
            raise UserError(booking._kept_entry_text(booking.move_id))

    def _commission_found(self, model, domain):
        return self.env[model].sudo().search(domain, limit=1)
