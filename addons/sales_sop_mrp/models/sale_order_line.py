from odoo import api, fields, models


class SaleOrderLine(models.Model):
    """A kit is counted by the bill of materials that its first delivery was planned by (D3).

    The deliveries of a kit of nothing but kits name the inner bills only, and the outer one that
    is found today can be another.
    """

    _inherit = "sale.order.line"

    sop_bill_id = fields.Many2one(
        "mrp.bom",
        string="Counted by",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The bill of materials by which the parts of the kit were planned.",
    )

    @api.model
    def _sop_protected_fields(self):
        return super()._sop_protected_fields() | {"sop_bill_id"}

    def _sop_keep_bill(self, planned):
        """Keep by which bill the moves ``planned`` were made, where they are the first ones."""
        for line in self.sudo():
            earlier = (line.move_ids - planned).filtered("bom_line_id")
            is_first = all(move.state == "cancel" for move in earlier)
            if is_first and line.order_id._sop_is_governed():
                line.sop_bill_id = False
                line.sop_bill_id = line._sop_kit_bom()

    def _sop_kit_bom(self):
        bill = super()._sop_kit_bom()
        return bill and (self.sudo().sop_bill_id or bill)

    def _sop_counts_by_bill(self):
        """Whether something is still to be accepted or invoiced (D3); of a closed contract nothing.

        What costs the customer nothing is never invoiced.
        """
        invoiced = self.qty_invoiced_posted
        is_open = self.product_uom_id.compare(invoiced, self.product_uom_qty) < 0
        is_closed = self.order_id.sop_contract_id.state == "closed"
        return is_open and not is_closed and self.order_id._sop_is_governed()

    def _prepare_qty_delivered(self):
        """Count kits by the parts that are with the customer also where Odoo does not.

        Of kits that vendors send, and of nothing but kits, Odoo counts all or none: with a part
        that came back, none would be accepted any more, also when it was sent again.
        """
        delivered = super()._prepare_qty_delivered()
        for line in self:
            bill = line.sudo().sop_bill_id
            if bill and line._sop_counts_all_or_none(bill):
                left = line._sop_whole_kits(bill, line._sop_parts_left())
                delivered[line] = left + line.opening_qty_delivered
        return delivered

    def _sop_counts_all_or_none(self, bill):
        moves = self.sudo().move_ids
        sent_by_vendor = any(move._is_dropshipped() for move in moves)
        return sent_by_vendor or bill not in moves.bom_line_id.bom_id
