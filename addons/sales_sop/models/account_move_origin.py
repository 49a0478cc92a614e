from odoo import models
from odoo.exceptions import AccessError

# The payment or the bank line whose money an entry is.
ORIGINS = frozenset({"origin_payment_id", "statement_line_id"})


class AccountMove(models.Model):
    """An entry is the money of a payment or a bank line only where it is theirs (C3).

    What the bank has counts at once, so no other money borrows its name.
    """

    _inherit = "account.move"

    def write(self, vals):
        if not self.env.su and not ORIGINS.isdisjoint(vals):
            self.check_access("write")
            self._sop_check_origin_stays(vals)
        return super().write(vals)

    def _sop_check_origin_stays(self, vals):
        """Odoo names the bank line once, when it makes the entry of it."""
        for name in ORIGINS.intersection(vals):
            written = self.env[self._fields[name].comodel_name].sudo().browse(vals[name] or [])
            for move in self.sudo():
                if move[name] != written and (move[name] or written.move_id != move):
                    move._sop_raise_not_its_money()

    def _sop_check_posting(self):
        for move in self.sudo():
            if any(move[name] and move[name].move_id != move for name in ORIGINS):
                move._sop_raise_not_its_money()
        return super()._sop_check_posting()

    def _sop_raise_not_its_money(self):
        if self.company_id._sop_is_governed():
            raise AccessError(
                self.env._(
                    "%s: which payment or bank line an entry belongs to is fixed when it is "
                    "booked. Record other money as a payment of its own.",
                    self._sop_name(),
                )
            )
