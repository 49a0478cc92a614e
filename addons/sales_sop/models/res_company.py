import pytz

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    sop_governed = fields.Boolean(
        string="Has a Sales Policy",
        compute="_compute_sop_governed",
        compute_sudo=True,
        help="A sales policy has been issued for this company, so its quotations, deliveries and "
        "invoices follow the rules. A company without an issued policy works as standard Odoo.",
    )
    sop_requester_may_approve = fields.Boolean(
        string="Requesters May Approve Their Own Documents",
        help="Off: who submits a document never decides it. On: it is allowed.",
    )

    def _compute_sop_governed(self):
        for company in self:
            company.sop_governed = company._sop_is_governed()

    def _sop_is_governed(self):
        """Whether the rules apply to this company: it or a parent has issued a policy (P1)."""
        governed = self.env["sop.policy"]._governed_company_ids()
        return bool(governed) and not governed.isdisjoint(self.sudo().parent_ids.ids)

    def _sop_today(self):
        """Return the day it is where the company is; a client's time zone moves no deadline."""
        self.ensure_one()
        zone = pytz.timezone(self.sudo().partner_id.tz or "UTC")
        return pytz.utc.localize(fields.Datetime.now()).astimezone(zone).date()
