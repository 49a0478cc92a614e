from contextlib import contextmanager

from odoo import models
from odoo.exceptions import UserError

# A mark on the cursor, which no client reaches: these orders are being taken over now.
TAKEN_OVER = "sales_sop.orders_taken_over"


class SaleOrder(models.Model):
    """The order of an opening contract is no quotation and never becomes one."""

    _inherit = "sale.order"

    @contextmanager
    def _sop_being_taken_over(self):
        self.env.cr.cache[TAKEN_OVER] = self.ids
        try:
            yield
        finally:
            del self.env.cr.cache[TAKEN_OVER]

    def _sop_check_details(self, term):
        """An old contract states what it states; nothing is asked for afterwards (A4, P8)."""
        if self.id in self.env.cr.cache.get(TAKEN_OVER, ()):
            return None
        return super()._sop_check_details(term)

    def _sop_before_state(self, state):
        if state in ("draft", "sent"):
            for order in self.sudo():
                if order.sop_contract_id.is_opening and order.state != state:
                    raise UserError(
                        self.env._(
                            "%(order)s of opening contract %(contract)s carries figures from "
                            "before the go-live and cannot become a quotation. Make a new "
                            "quotation for what is still to be sold.",
                            order=order.name,
                            contract=order.sop_contract_id.number,
                        )
                    )
        return super()._sop_before_state(state)
