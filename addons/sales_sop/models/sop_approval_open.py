from odoo import api, fields, models
from odoo.exceptions import UserError


class SopApproval(models.Model):
    """Whoever decides or reads an approval does not always read the document behind it.

    What is asked for stands in the approval itself; the way to the document is offered to those
    who may go it.
    """

    _inherit = "sop.approval"

    can_open = fields.Boolean(
        string="Document Can Be Opened",
        compute="_compute_can_open",
        help="You may read the document that is to be approved.",
    )

    @api.depends("res_model", "res_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_can_open(self):
        for model, approvals in self.grouped("res_model").items():
            documents = self.env[model].browse(approvals.mapped("res_id")).exists()
            readable = documents._filtered_access("read")
            for approval in approvals:
                approval.can_open = approval.res_id in readable.ids

    def action_open_document(self):
        """Open the document that is to be approved."""
        self.ensure_one()
        if not self.can_open:
            raise UserError(
                self.env._(
                    "You cannot open %s. What is to be approved stands in the approval itself.",
                    self.document_name,
                )
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
        }
