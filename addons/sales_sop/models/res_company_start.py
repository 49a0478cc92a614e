from odoo import fields, models

START_STEPS = [
    ("roles", "Roles"),
    ("gates", "Rules"),
    ("policy", "Policy"),
    ("go_live", "Go-live"),
    ("issue", "Issue"),
]


class ResCompany(models.Model):
    """What the general manager or the administrator sets when the company starts."""

    _inherit = "res.company"

    go_live_date = fields.Date(
        string="Go-live Date",
        help="The day on which the company starts to work with the sales procedure. Contracts and "
        "deliveries from before that day are entered as opening documents.",
    )
    sop_start_step = fields.Selection(
        START_STEPS,
        string="Guided Start at",
        help="The step of the guided start at which it was left.",
    )

    def _sop_start_fields(self):
        """Names of the fields that only the general manager or the administrator sets."""
        return frozenset({"go_live_date", "sop_start_step"})

    def write(self, vals):
        if not self.env.su and self._sop_start_fields().intersection(vals):
            self._sop_require_start_role()
        return super().write(vals)

    def _sop_require_start_role(self):
        """Raise unless the user sets up the sales procedure of a company."""
        self.env.user._sop_require_role(
            self.env._("set up the sales procedure of a company"),
            "sales_sop.group_general_manager",
            "base.group_system",
        )
