from odoo import api, fields, models


class SaleOrder(models.Model):
    """Lines that were agreed are not offered for editing: they change by an amendment (A3)."""

    _inherit = "sale.order"

    sop_content_agreed = fields.Boolean(
        string="Content Agreed",
        compute="_compute_sop_content_agreed",
        compute_sudo=True,
        help="The contract is in force or the order confirmed: products, quantities, prices and "
        "terms change by an amendment only.",
    )

    @api.depends("state", "sop_contract_id.state", "sop_opening_hash")
    def _compute_sop_content_agreed(self):
        for order in self:
            contract = order.sop_contract_id
            in_force = contract.state in ("effective", "closed")
            order.sop_content_agreed = order.state != "cancel" and bool(
                order.sop_opening_hash or in_force or (contract and order.state == "sale")
            )
