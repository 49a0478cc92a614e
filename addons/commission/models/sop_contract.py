from odoo import api, fields, models


class SopContract(models.Model):
    """What of a contract decides about its commission, as it was when the contract was made."""

    _inherit = "sop.contract"

    commission_team_id = fields.Many2one(
        "crm.team",
        string="Team for Commission",
        compute="_compute_commission_team_id",
        store=True,
        readonly=True,
        help="The sales team when the contract was made; its manager and its pool earn with it.",
    )
    commission_partner_category_ids = fields.Many2many(
        "res.partner.category",
        "sop_contract_commission_partner_category_rel",
        string="Customer Groups for Commission",
        compute="_compute_commission_partner_category_ids",
        store=True,
        help="The customer's groups when the contract was made.",
    )
    commission_split_ids = fields.One2many(
        "commission.split", "contract_id", string="Commission Splits", readonly=True
    )

    # Not on what these say now: what was agreed stays.
    @api.depends("user_id")
    def _compute_commission_team_id(self):
        for contract in self:
            orders = contract.order_ids
            contract.commission_team_id = orders[:1].team_id or contract.user_id.sale_team_id

    @api.depends("partner_id")
    def _compute_commission_partner_category_ids(self):
        for contract in self:
            partner = contract.partner_id
            groups = (partner | partner.commercial_partner_id).category_id
            contract.commission_partner_category_ids = groups
