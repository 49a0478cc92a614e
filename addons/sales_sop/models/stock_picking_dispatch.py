from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_datetime
from odoo.tools.misc import clean_context

from .wording import clauses, labelled


class StockPicking(models.Model):
    """Customer and salesperson are told what left, when and with whom (D5, D11)."""

    _inherit = "stock.picking"

    sop_dispatch_rows = fields.Json(
        string="Dispatch Facts",
        compute="_compute_sop_dispatch_rows",
        compute_sudo=True,
        groups="base.group_user",
        help="What the notice of the dispatch says: pairs of label and value.",
    )

    @api.depends("sop_gate_pass_ids.state", "date_done")
    @api.depends_context("lang")
    def _compute_sop_dispatch_rows(self):
        for picking in self:
            picking.sop_dispatch_rows = picking._sop_dispatch()["rows"]

    def _sop_dispatch(self):
        """Return what is known of the dispatch: name and rows of label and value."""
        self.ensure_one()
        gate_pass = self._sop_gate_pass()
        vehicle = gate_pass if gate_pass.state == "left" else gate_pass.browse()
        rows = [
            (self.env._("Left on"), self._sop_local(vehicle.left_on or self.date_done)),
            (self.env._("Goods"), clauses(self.env, self._sop_goods_lines())),
            (self.env._("License plate"), vehicle.vehicle_plate),
            (self.env._("Driver"), vehicle.driver_name),
            (self.env._("Driver's phone"), vehicle.driver_phone),
            (self.env._("Expected arrival"), self._sop_local(vehicle.date_expected)),
        ]
        return {"name": self.name, "rows": [[label, value] for label, value in rows if value]}

    def _sop_local(self, moment):
        """Return a moment as the company's clock shows it."""
        zone = self.company_id._sop_zone()
        return format_datetime(self.env, moment, tz=zone, dt_format="short") if moment else ""

    # -- telling -------------------------------------------------------------------------------

    def _sop_expect_pod(self):
        """Where no gate pass is needed, the goods leave when they are validated."""
        result = super()._sop_expect_pod()
        # What comes back has left for nobody.
        for picking in self.sudo().filtered(lambda picking: picking._sop_brings_goods()):
            contracts = picking._sop_contracts()
            told = any(contract.dispatch_notice for contract in contracts)
            if told and picking.state == "done" and not picking._sop_gate_pass_comes():
                picking._sop_tell_dispatch()
        return result

    def _sop_gate_pass_comes(self):
        return self.sop_gate_pass_required or self._sop_gate_pass()

    def _sop_tell_dispatch(self):
        """Tell customer and salesperson of the goods that left (D5)."""
        env = self.env(context=clean_context(self.env.context), su=True)
        for picking in self.with_env(env):
            picking._sop_tell_customer()
            picking._sop_tell_salesperson()

    def _sop_tell_customer(self):
        template = self.env.ref("sales_sop.mail_template_dispatch", raise_if_not_found=False)
        customer = self.sale_id.partner_id
        if template and customer.email:
            template.send_mail(self.id, email_layout_xmlid="mail.mail_notification_light")

    def _sop_tell_salesperson(self):
        salesperson = self._approval_salesperson()
        if not salesperson:
            return
        picking = self.with_context(lang=salesperson.lang)
        rows = Markup().join(
            Markup("<li>%s</li>") % labelled(picking.env, label, value)
            for label, value in picking._sop_dispatch()["rows"]
        )
        body = Markup("<ul>%s</ul>") % rows
        customer = self.sale_id.partner_id
        if not customer.email:
            note = picking.env._(
                "%s has no e-mail address; tell them yourself.", customer.display_name
            )
            body += Markup("<p>%s</p>") % note
        picking.message_notify(
            subject=picking.env._(
                "%(picking)s left for %(customer)s",
                picking=self.name,
                customer=customer.display_name,
            ),
            body=body,
            partner_ids=salesperson.partner_id.ids,
        )
