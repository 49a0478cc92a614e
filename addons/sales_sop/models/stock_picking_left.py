from contextlib import contextmanager

from odoo import models
from odoo.exceptions import AccessError
from odoo.tools import format_list

LEFT_FIELDS = frozenset({"company_id", "date_done", "name", "partner_id", "picking_type_id"})
IN_ACTION_DONE = "sales_sop.pickings_in_action_done"


class StockPicking(models.Model):
    """To whom goods have left, when, and on which paper, is not written afterwards (D5)."""

    _inherit = "stock.picking"

    def _action_done(self):
        with self._sop_in_action_done():
            return super()._action_done()

    @contextmanager
    def _sop_in_action_done(self):
        """Odoo writes the day once the goods are gone; the mark is where no client can set it."""
        leaving = self.env.cr.cache.setdefault(IN_ACTION_DONE, set())
        added = set(self.ids) - leaving
        leaving |= added
        try:
            yield
        finally:
            leaving -= added

    def write(self, vals):
        if not self.env.su and not LEFT_FIELDS.isdisjoint(vals):
            self.check_access("write")
            self._sop_check_left_stays()
        return super().write(vals)

    def _sop_check_left_stays(self):
        leaving = self.env.cr.cache.get(IN_ACTION_DONE) or set()
        gone = self.filtered(
            lambda picking: (
                picking.state == "done" and picking.sop_governed and picking.id not in leaving
            )
        )
        if gone:
            raise AccessError(
                self.env._(
                    "%s has left; to whom, when and under which number does not change any more. "
                    "Correct a mistake with a return.",
                    format_list(self.env, gone.mapped("name")),
                )
            )
