from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from .sop_policy_term_order_type import FREE_TYPES

# Set by Odoo while the date of one document is carried over to those before and after it.
PROPAGATED = "date_deadline_propagate_ids"


class SaleOrder(models.Model):
    """The delivery date that was agreed changes by an amendment (K8, D9)."""

    _inherit = "sale.order"

    sop_date_agreed = fields.Boolean(
        string="Date Agreed",
        compute="_compute_sop_date_agreed",
        compute_sudo=True,
        help="The contract is in force or the order confirmed: its delivery date changes by an "
        "amendment only.",
    )

    @api.depends("state", "commitment_date", "sop_contract_id.state")
    def _compute_sop_date_agreed(self):
        for order in self:
            # A date that is being entered is not saved yet, and can still be corrected.
            saved = order._origin
            order.sop_date_agreed = bool(saved) and saved._sop_is_date_agreed()

    def _sop_is_date_agreed(self):
        """A date may still be agreed where there was none, and stays from then on."""
        self.ensure_one()
        contract = self.sop_contract_id
        if not self.commitment_date or not contract or self.state == "cancel":
            return False
        # Neither a call-off nor what costs the customer nothing can be amended.
        is_amended = contract.kind != "frame" and contract.order_type not in FREE_TYPES
        is_agreed = is_amended and (self.state == "sale" or contract.state == "effective")
        return is_agreed and self._sop_is_governed()

    def write(self, vals):
        if "commitment_date" in vals and not self.env.su:
            self._sop_check_date_stays(fields.Datetime.to_datetime(vals["commitment_date"] or None))
        return super().write(vals)

    def _sop_check_date_stays(self, date):
        self.check_access("write")
        agreed = self.sudo().filtered(
            lambda order: order.commitment_date != date and order._sop_is_date_agreed()
        )
        if agreed:
            raise UserError(
                self.env._(
                    "The delivery date of %s is agreed with the customer. Press Amend to agree "
                    "another one.",
                    format_list(self.env, agreed.mapped("name")),
                )
            )


class StockMove(models.Model):
    """What a delivery was promised for follows the order (D9)."""

    _inherit = "stock.move"

    def write(self, vals):
        if "date_deadline" not in vals or self.env.su:
            return super().write(vals)
        promised = self._sop_promised()
        if not promised:
            return super().write(vals)
        if PROPAGATED not in self.env.context:
            promised._sop_raise_promised()
        # A purchase that comes later does not change what the customer was promised.
        others = {name: value for name, value in vals.items() if name != "date_deadline"}
        super(StockMove, promised).write(others)
        return super(StockMove, self - promised).write(vals)

    def _sop_promised(self):
        """Return the moves for orders whose delivery date is agreed."""
        if not self.env["sop.policy"]._governed_company_ids():
            return self.browse()
        promised = self.sudo().filtered(
            lambda move: move.sale_line_id and move.sale_line_id.order_id._sop_is_date_agreed()
        )
        return promised.with_env(self.env)

    def _sop_raise_promised(self):
        self.check_access("write")
        raise UserError(
            self.env._(
                "%s: the customer was promised the day of the order. Change the planned day, or "
                "let sales amend the order.",
                format_list(self.env, (self.picking_id or self).mapped("display_name")),
            )
        )
