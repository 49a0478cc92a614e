from odoo import api, fields, models

from .sop_gate import Blocker


class SopContract(models.Model):
    """The contract keeps its releases for ever."""

    _inherit = "sop.contract"

    release_ids = fields.One2many(
        "sop.release",
        "contract_id",
        string="Exceptions",
        readonly=True,
        groups="sales_sop.group_user,base.group_system",
    )
    release_count = fields.Integer(
        string="Number of Exceptions", compute="_compute_release_count", compute_sudo=True
    )

    @api.depends("release_ids")
    def _compute_release_count(self):
        for contract in self:
            contract.release_count = len(contract.sudo().release_ids)

    def action_view_releases(self):
        """Open the contract's releases."""
        self.ensure_one()
        self.check_access("read")
        return self.env["sop.release"]._action_view(self.sudo().release_ids)

    def _collection_blockers(self, rule, percent_field, collected):
        blockers = super()._collection_blockers(rule, percent_field, collected)
        return [Blocker(*blocker, self) for blocker in blockers]
