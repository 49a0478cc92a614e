from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import clean_context


class SaleOrder(models.Model):
    """What came back or was lost is due again (D3, D6)."""

    _inherit = "sale.order"

    sop_due_again = fields.Boolean(
        string="Due Again",
        compute="_compute_sop_due_again",
        compute_sudo=True,
        help="Goods of the order came back or were lost, or their delivery was cancelled, and no "
        "delivery is planned for them.",
    )

    def _compute_sop_due_again(self):
        for order in self:
            order.sop_due_again = order._sop_is_governed() and bool(order._sop_lines_due_again())

    def _sop_lines_due_again(self):
        """Return the lines of which less is delivered and planned than was ordered."""
        self.ensure_one()
        closed = self.sop_contract_id.state != "effective" or self.sop_contract_id.is_short_closed
        if self.state != "sale" or closed:
            return self.order_line.browse()
        return self.order_line.filtered(
            lambda line: (
                line.qty_delivered_method == "stock_move"
                and line.product_uom_id.compare(line._get_qty_procurement(), line.product_uom_qty)
                < 0
            )
        )

    def action_sop_deliver_again(self):
        """Plan a delivery for what came back or was lost; it passes the gates as any other."""
        self.env.user._sop_require_role(
            self.env._("order goods to be delivered again"), "sales_sop.group_sales_office"
        )
        self.check_access("read")
        for order in self.with_env(self.env(context=clean_context(self.env.context))).sudo():
            order.sop_contract_id._touch()
            lines = order._sop_lines_due_again()
            if not lines:
                raise UserError(
                    self.env._(
                        "%s: nothing is due again. Damaged goods have to come back first, missing "
                        "ones have to be confirmed by finance, what was picked for a cancelled "
                        "delivery has to be returned to the stock, and the contract has to be "
                        "effective.",
                        order.name,
                    )
                )
            locked = order.locked
            order.locked = False
            lines._action_launch_stock_rule()
            order.locked = locked
        return True


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _get_qty_procurement(self, previous_product_uom_qty=False):
        """What is only planned to come back is not yet due again (D9)."""
        quantity = super()._get_qty_procurement(previous_product_uom_qty)
        if not self.order_id._sop_is_governed():
            return quantity
        for move in self.move_ids:
            planned_back = (
                move.state not in ("done", "cancel")
                and move.to_refund
                and move.product_id == self.product_id
                and move.location_id.usage == "customer"
            )
            if planned_back:
                quantity += move.product_uom._compute_quantity(
                    move.product_uom_qty, self.product_uom_id, rounding_method="HALF-UP"
                )
        return quantity
