from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, format_list

from .touch import touch

OPENING_STATES = [("none", "No Go-live Date"), ("open", "Being Entered"), ("closed", "Closed")]
UNDECIDED = ("draft", "ready", "queued")
CLOSING_FIELDS = frozenset({"sop_opening_closed_on", "sop_opening_closed_by_id"})


class ResCompany(models.Model):
    """The opening: while it is open, contracts from before the go-live can be taken over."""

    _name = "res.company"
    _inherit = ["res.company", "sop.protected.mixin"]

    sop_opening_closed_on = fields.Datetime(
        string="Opening Closed on",
        readonly=True,
        copy=False,
        help="From then on no contract from before the go-live is taken over any more.",
    )
    sop_opening_closed_by_id = fields.Many2one(
        "res.users", string="Opening Closed by", readonly=True, copy=False
    )
    sop_opening_state = fields.Selection(
        OPENING_STATES, string="Opening", compute="_compute_sop_opening_state"
    )

    @api.model
    def _sop_protected_fields(self):
        return super()._sop_protected_fields() | CLOSING_FIELDS

    @api.depends("go_live_date", "sop_opening_closed_on")
    def _compute_sop_opening_state(self):
        for company in self:
            is_open = "open" if company.go_live_date else "none"
            company.sop_opening_state = "closed" if company.sop_opening_closed_on else is_open

    def write(self, vals):
        if "go_live_date" in vals:
            self._sop_check_go_live_stays(fields.Date.to_date(vals["go_live_date"]))
        return super().write(vals)

    def _sop_check_go_live_stays(self, date):
        """Once the opening is closed its date is history."""
        for company in self.sudo():
            if company.sop_opening_closed_on and company.go_live_date != date:
                raise UserError(
                    self.env._(
                        "The opening of %s is closed; its go-live date cannot change any more.",
                        company.name,
                    )
                )

    def _sop_check_opening_is_open(self):
        """Raise unless contracts from before the go-live may be entered and taken over."""
        for company in self.sudo():
            if not company.go_live_date:
                raise UserError(
                    self.env._(
                        "%s has no go-live date. Ask the administrator to set it in the settings "
                        "of Sales SOP.",
                        company.name,
                    )
                )
            if company.sop_opening_closed_on:
                raise UserError(
                    self.env._(
                        "The opening of %(company)s was closed by %(user)s on %(date)s: contracts "
                        "from before the go-live are history now. Enter what is sold as a "
                        "quotation.",
                        company=company.name,
                        user=company.sop_opening_closed_by_id.name,
                        date=format_date(self.env, company.sop_opening_closed_on),
                    )
                )

    def action_sop_close_opening(self):
        """Close the opening for ever: nothing from before the go-live is taken over any more."""
        self.ensure_one()
        self.check_access("read")
        self.env.user._sop_require_role(
            self.env._("close the opening"),
            "sales_sop.group_finance_vp",
            "sales_sop.group_general_manager",
        )
        self._sop_check_opening_is_open()
        openings = self.env["sop.opening.contract"].sudo().search([("company_id", "=", self.id)])
        # Whoever undoes or changes one at this moment, or closes too, starts again and sees it.
        touch(openings, and_references=True)
        undecided = openings.filtered(lambda opening: opening.state in UNDECIDED)
        if undecided:
            raise UserError(
                self.env._(
                    "%(count)s opening contracts are not decided yet: %(numbers)s. Take them over "
                    "or delete them before you close the opening.",
                    count=len(undecided),
                    numbers=format_list(self.env, undecided[:10].mapped("number")),
                )
            )
        self.sudo().write(
            {
                "sop_opening_closed_on": fields.Datetime.now(),
                "sop_opening_closed_by_id": self.env.uid,
            }
        )
        return True
