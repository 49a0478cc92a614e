from datetime import datetime, time

import pytz

from odoo import api, fields, models

from .sop_remembered_mixin import remembered


class ResCompany(models.Model):
    _name = "res.company"
    _inherit = ["res.company", "sop.remembered.mixin"]

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
        return bool(governed) and not governed.isdisjoint(self._sop_family_ids())

    @remembered("self.id")
    def _sop_family_ids(self):
        """Ids of this company and of those above it; Odoo lets nobody move a company."""
        return tuple(self.sudo().parent_ids.ids)

    @api.model
    @remembered()
    def _sop_main_id(self):
        return self.sudo()._get_main_company().id

    def _sop_currency(self):
        """Return the company's currency."""
        self.sudo()._sop_recall()
        self.sudo().currency_id._sop_recall()
        return self.currency_id

    @remembered("self.id")
    def _sop_zone(self):
        """Name of the time zone where the company is."""
        return self.sudo().partner_id.tz or "UTC"

    def _sop_today(self):
        """Return the day it is where the company is; a client's time zone moves no deadline."""
        return self._sop_day(fields.Datetime.now())

    def _sop_day(self, moment):
        """Return the day on which a moment is where the company is; False without a moment."""
        self.ensure_one()
        zone = pytz.timezone(self._sop_zone())
        return moment and pytz.utc.localize(moment).astimezone(zone).date()

    def _sop_midnight(self, day):
        """Return the moment, in UTC, at which a day begins where the company is."""
        self.ensure_one()
        midnight = pytz.timezone(self._sop_zone()).localize(datetime.combine(day, time.min))
        return midnight.astimezone(pytz.utc).replace(tzinfo=None)
