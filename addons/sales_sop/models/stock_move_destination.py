from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import format_list

# What is of no order may go anywhere.
PLACE_FIELDS = frozenset({"location_dest_id", "sale_line_id"})


class StockMove(models.Model):
    """What is sold goes to the customer, or it would leave as nobody's delivery (D1).

    Sent back to a vendor or put to production it would pass no gate, and nobody would sign for it.
    """

    _inherit = "stock.move"

    def _action_done(self, cancel_backorder=False):
        self.sudo()._sop_check_sold_is_delivered()
        return super()._action_done(cancel_backorder=cancel_backorder)

    def _sop_check_sold_is_delivered(self):
        """A delivery of an order ends at a customer, whatever its operation type or rule says.

        On the way there goods are picked and packed, or go by transit to another warehouse. What
        comes back has the same operation type where none is set for returns.
        """
        if not self.env["sop.policy"]._governed_company_ids():
            return
        ending = self.filtered(
            lambda move: (
                move.sale_line_id
                and move.picking_type_id.code == "outgoing"
                and move.company_id._sop_is_governed()
                and "internal" in move._sop_ends().mapped("usage")
                and not move._sop_is_from_customer()
            )
        )
        if ending:
            ending._sop_refuse_elsewhere()

    def _sop_ends(self):
        """Return where the goods go; a line can name another place than its move."""
        return self.move_line_ids.location_dest_id or self.location_dest_id

    def write(self, vals):
        sold = self.browse()
        names = PLACE_FIELDS | self._sop_place_sources()
        if not self.env.su and not names.isdisjoint(vals):
            self.check_access("write")
            sold = self._sop_sold_to_customers()
        result = super().write(vals)
        sold._sop_check_goes_to_customer()
        return result

    def _sop_sold_to_customers(self):
        """Return the moves that are to bring what is sold to the customer."""
        waiting = self.sudo().filtered(
            lambda move: move.sale_line_id and move.state not in ("draft", "done", "cancel")
        )
        return waiting._sop_governed_deliveries()

    def _sop_check_goes_to_customer(self):
        strayed = self.filtered(
            lambda move: not (move.sale_line_id and move.location_dest_id._sop_is_with_customers())
        )
        if strayed:
            strayed._sop_refuse_elsewhere()

    def _sop_refuse_elsewhere(self):
        raise AccessError(
            self.env._(
                "%s is a delivery to a customer and goes nowhere else. Cancel it, and make a "
                "transfer of its own.",
                format_list(self.env, (self.picking_id or self).mapped("display_name")),
            )
        )


class StockMoveLine(models.Model):
    """A line can name another destination than its move."""

    _inherit = "stock.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        if not self.env.su:
            lines._sop_check_goes_to_customer()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if not self.env.su and not {"location_dest_id", "move_id"}.isdisjoint(vals):
            self._sop_check_goes_to_customer()
        return result

    def _sop_check_goes_to_customer(self):
        elsewhere = self.filtered(lambda line: not line.location_dest_id._sop_is_with_customers())
        if sold := elsewhere.move_id._sop_sold_to_customers():
            sold._sop_refuse_elsewhere()


class StockLocation(models.Model):
    _inherit = "stock.location"

    def _sop_is_with_customers(self):
        """Whether what is brought here is sold; the transit between companies leads to one."""
        return self.usage in ("customer", "transit") and self._sop_counts_as_delivered()

    def _sop_counts_as_delivered(self):
        """Whether what is brought here for an order counts as delivered, by Odoo's own count.

        Odoo's `_is_outgoing` says the same and asks the database for each location.
        """
        if self.usage == "customer":
            return True
        transit_id = self.env["ir.model.data"]._xmlid_to_res_id(
            "stock.stock_location_inter_company"
        )
        return bool(transit_id) and str(transit_id) in (self.parent_path or "").split("/")

    def _sop_gives_back_to(self, place):
        """Whether what is brought from here to ``place`` comes back from who bought it."""
        if self.usage == "customer":
            return place.usage != "customer"
        return self._sop_counts_as_delivered() and not place._sop_counts_as_delivered()


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def write(self, vals):
        sold = self.env["stock.move"]
        if not self.env.su and "location_dest_id" in vals:
            self.check_access("write")
            sold = self.move_ids._sop_sold_to_customers()
        result = super().write(vals)
        sold._sop_check_goes_to_customer()
        return result
