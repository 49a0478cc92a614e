from odoo import models
from odoo.exceptions import UserError

from .signature import is_signature, plain_text

LARGEST = 10**15


class StockPicking(models.Model):
    """The customer sees the delivery on the portal and signs for it there (D3)."""

    _inherit = "stock.picking"

    def _sop_is_delivery_to(self, user, order_id):
        """Whether ``user`` is of the customer that this delivery of the order goes to.

        What was sold to whom say the goods; the order named on the delivery can be written.
        """
        self.ensure_one()
        orders = self._sop_sold_by()
        customer = orders.partner_id.commercial_partner_id
        return bool(
            user._is_portal()
            and order_id in orders.ids
            and len(customer) == 1
            and user.sudo().partner_id.commercial_partner_id == customer
            and self.state not in ("draft", "cancel")
            and self.move_ids._sop_governed_deliveries()
        )

    def _sop_sold_by(self):
        return self.sudo().move_ids.sale_line_id.order_id

    def _sop_portal_lines(self):
        """Return the delivered lines as the page shows them."""
        unsigned = self._sop_unsigned_moves()
        signing = self.pod_state == "waiting" and not self._sop_waits_at_gate()
        return [
            {
                "move": move,
                "quantity": move.quantity if move.state == "done" else move.product_uom_qty,
                "open": signing and move in unsigned,
            }
            for move in self._sop_brought_moves()
        ]

    def _sop_sign_on_portal(self, name, signature, lines, comment):
        """Keep what the customer's user has signed for, exactly as from the paper (D3).

        Sent twice it is kept once. Only for a controller that has checked whose delivery it is;
        it is checked here again.

        :param lines: ``[{"move": id, "accepted": …, "damaged": …, "missing": …}]``
        """
        self.ensure_one()
        picking = self.sudo().with_company(self.sudo().company_id)
        if not picking._sop_is_delivery_to(self.env.user, picking._sop_sold_by()[:1].id):
            raise UserError(self.env._("This delivery is not yours to sign for."))
        if picking.pod_state == "signed":
            return
        picking._sop_check_pod_waits()
        picking._sop_keep_receipt(
            {
                "source": "portal",
                "signatory": plain_text(name),
                "date": picking.company_id._sop_today(),
                "signature": picking._sop_checked_signature(signature),
                "comment": plain_text(comment) or False,
            },
            picking._sop_portal_quantities(lines),
        )

    def _sop_checked_signature(self, signature):
        if not is_signature(signature):
            raise UserError(self.env._("%s: the signature is missing.", self.name))
        return signature

    def _sop_portal_quantities(self, lines):
        """Return ``{move: (accepted, damaged, missing)}``; every open line has to be there."""
        moves = {move.id: move for move in self._sop_unsigned_moves()}
        quantities = {}
        for line in lines if isinstance(lines, list) else []:
            line = line if isinstance(line, dict) else {}
            move_id, *numbers = (
                line.get(key) for key in ("move", "accepted", "damaged", "missing")
            )
            if not all(map(self._sop_is_number, (move_id, *numbers))) or move_id not in moves:
                quantities.clear()
                break
            quantities[moves[move_id]] = tuple(map(float, numbers))
        if set(quantities) != set(moves.values()):
            raise UserError(
                self.env._(
                    "%s: enter for every line how much was accepted, damaged and missing.",
                    self.name,
                )
            )
        return quantities

    @staticmethod
    def _sop_is_number(value):
        """Whether what the browser sent is a number that a quantity can be (not NaN, not 1e400)."""
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return is_number and -LARGEST <= value <= LARGEST
