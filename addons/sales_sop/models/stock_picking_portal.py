import base64
import binascii
import math

from odoo import models
from odoo.exceptions import UserError


class StockPicking(models.Model):
    """The customer sees the delivery on the portal and signs for it there (D3)."""

    _inherit = "stock.picking"

    def _sop_is_delivery_to(self, user, order_id):
        """Whether ``user`` is of the customer that this delivery of the order goes to."""
        self.ensure_one()
        order = self.sudo().sale_id
        customer = order.partner_id.commercial_partner_id
        return bool(
            user._is_portal()
            and order.id == order_id
            and customer
            and user.sudo().partner_id.commercial_partner_id == customer
            and self.state not in ("draft", "cancel")
            and self.move_ids._sop_governed_deliveries()
        )

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
            for move in self.move_ids
            if move.state != "cancel"
        ]

    def _sop_sign_on_portal(self, name, signature, lines, comment):
        """Keep what the customer's user has signed for, exactly as from the paper (D3).

        Sent twice it is kept once. Only for a controller that has checked whose delivery it is;
        it is checked here again.

        :param lines: ``[{"move": id, "accepted": …, "damaged": …, "missing": …}]``
        """
        self.ensure_one()
        picking = self.sudo().with_company(self.sudo().company_id)
        if not picking._sop_is_delivery_to(self.env.user, picking.sale_id.id):
            raise UserError(self.env._("This delivery is not yours to sign for."))
        if picking.pod_state == "signed":
            return
        picking._sop_check_pod_waits()
        picking._sop_keep_receipt(
            {
                "source": "portal",
                "signatory": str(name or "").strip(),
                "date": picking.company_id._sop_today(),
                "signature": picking._sop_checked_signature(signature),
                "comment": str(comment or "").strip() or False,
            },
            picking._sop_portal_quantities(lines),
        )

    def _sop_checked_signature(self, signature):
        try:
            content = base64.b64decode(signature or "", validate=True)
        except (TypeError, ValueError, binascii.Error):
            content = b""
        if not content.startswith((b"\x89PNG", b"\xff\xd8")):
            raise UserError(self.env._("%s: the signature is missing.", self.name))
        return signature

    def _sop_portal_quantities(self, lines):
        """Return ``{move: (accepted, damaged, missing)}``; every open line has to be there."""
        moves = {move.id: move for move in self._sop_unsigned_moves()}
        quantities = {}
        for line in lines if isinstance(lines, list) else []:
            move = moves.get(line.get("move")) if isinstance(line, dict) else None
            numbers = [line.get(key) for key in ("accepted", "damaged", "missing")] if move else []
            if not move or not all(self._sop_is_number(number) for number in numbers):
                quantities.clear()
                break
            quantities[move] = tuple(float(number) for number in numbers)
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
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return is_number and math.isfinite(value)
