from odoo import models

from .wording import enumerated


class StockPicking(models.Model):
    """The paper that the customer signs on arrival (签收单); printed again, it shows what was."""

    _inherit = "stock.picking"

    def _pod_paper_lang(self):
        """The customer signs it, so it is in the customer's language."""
        self.ensure_one()
        return self.env["sop.paper"]._customer_lang(self._sop_receiver())

    def _pod_paper(self):
        """Return what the proof of delivery prints: strings, collected with all rights."""
        self.ensure_one()
        self.check_access("read")
        picking, paper = self.sudo(), self.env["sop.paper"]
        order, receiver = picking.sale_id, picking._sop_receiver()
        receipts = picking.pod_receipt_ids.sorted("id")
        signed = receipts.filtered(lambda receipt: receipt.kind == "signed")[-1:]
        return {
            "company_lines": paper._company_lines(picking.company_id),
            "facts": [
                (self.env._("Delivery"), picking.name),
                (self.env._("Order"), order.name or ""),
                (
                    self.env._("Contract"),
                    enumerated(self.env, picking._sop_contracts().mapped("number")),
                ),
                (self.env._("Left on"), paper._date(picking.date_done)),
                (self.env._("Customer"), receiver.commercial_partner_id.name),
                (self.env._("Delivered to"), receiver._sop_address_line()),
            ],
            "rows": [picking._pod_paper_row(move) for move in picking._sop_brought_moves()],
            "signatory": signed.signatory or "",
            "signed_on": paper._date(signed.date),
            "signature": signed.signature,
            "remarks": "\n".join(filter(None, receipts.mapped("comment"))),
            "corrections": [
                self.env._("Corrected on %s", paper._date(receipt.date))
                for receipt in receipts - signed
                if receipt.kind == "correction"
            ],
        }

    def _pod_paper_row(self, move):
        """Return one line; blank where the customer still has to fill in."""
        quantity = move.quantity if move.state == "done" else move.product_uom_qty
        is_signed = bool(move.sop_receipt_line_ids)
        figures = (move.qty_accepted, move.qty_damaged, move.qty_missing)
        return {
            "product": move.product_id.display_name,
            "lots": enumerated(self.env, move.move_line_ids.lot_id.mapped("name")),
            "unit": move.product_uom.name,
            "delivered": f"{quantity:.12g}",
            "figures": [f"{figure:.12g}" if is_signed else "" for figure in figures],
        }
