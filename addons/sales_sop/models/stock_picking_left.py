from odoo import models
from odoo.exceptions import AccessError
from odoo.tools import format_list

from .marks import marked, marked_ids

# Of what went with its backorders, an approval and a signature for money are used up (D1, D4).
LEFT_FIELDS = frozenset(
    {"backorder_id", "company_id", "date_done", "name", "partner_id", "picking_type_id"}
)
IN_ACTION_DONE = "sales_sop.pickings_in_action_done"


class StockPicking(models.Model):
    """To whom goods have left, when, and on which paper, is not written afterwards (D5)."""

    _inherit = "stock.picking"

    def _action_done(self):
        # Odoo writes the day once the goods are gone.
        with marked(self, IN_ACTION_DONE):
            return super()._action_done()

    def _sop_gone(self):
        """Return those that brought their goods to a customer of a company with a policy."""
        return self.filtered(lambda picking: picking.state == "done" and picking.sop_governed)

    def write(self, vals):
        if not self.env.su and not LEFT_FIELDS.isdisjoint(vals):
            self.check_access("write")
            self._sop_check_left_stays()
        return super().write(vals)

    def _sop_check_left_stays(self):
        leaving = marked_ids(self.env, IN_ACTION_DONE)
        gone = self._sop_gone().filtered(lambda picking: picking.id not in leaving)
        if gone:
            raise AccessError(
                self.env._(
                    "%s has left; to whom, when and under which number does not change any more. "
                    "Correct a mistake with a return.",
                    format_list(self.env, gone.mapped("name")),
                )
            )
