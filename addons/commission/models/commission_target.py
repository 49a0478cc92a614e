from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import date_utils, format_date


class CommissionTarget(models.Model):
    """What a payee or a team is to collect in a period; tiers can count in percent of it (B5)."""

    _name = "commission.target"
    _description = "Commission Target"
    _inherit = ["mail.thread"]
    _order = "date_from desc, id desc"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    payee_id = fields.Many2one(
        "commission.payee", ondelete="restrict", check_company=True, index="btree_not_null"
    )
    team_id = fields.Many2one(
        "crm.team", string="Sales Team", ondelete="restrict", check_company=True
    )
    date_from = fields.Date(
        string="Period Starts on",
        required=True,
        help="First day of the plan's period: of the month, the quarter or the year.",
    )
    amount = fields.Monetary(
        string="Target",
        required=True,
        tracking=True,
        help="Money to collect without tax, in the currency of the plan.",
    )
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )

    _payee_period_uniq = models.UniqueIndex(
        "(company_id, date_from, payee_id) WHERE payee_id IS NOT NULL",
        "This payee has a target for this period already.",
    )
    _team_period_uniq = models.UniqueIndex(
        "(company_id, date_from, team_id) WHERE team_id IS NOT NULL",
        "This team has a target for this period already.",
    )

    @api.depends("payee_id.name", "team_id.name", "date_from")
    def _compute_display_name(self):
        for target in self:
            who = target.payee_id.name or target.team_id.name or ""
            target.display_name = f"{who} {target.date_from or ''}".strip()

    @api.constrains("company_id", "payee_id", "team_id", "amount", "date_from", "currency_id")
    def _check_values(self):
        for target in self:
            if bool(target.payee_id) == bool(target.team_id):
                raise ValidationError(
                    self.env._("A target is either of a payee or of a team: choose one of them.")
                )
            if target.amount <= 0:
                raise ValidationError(
                    self.env._("%s: the target has to be positive.", target.display_name)
                )
            if target.date_from.day != 1:
                raise ValidationError(
                    self.env._(
                        "%s: the period starts on the first day of a month.", target.display_name
                    )
                )
            target._check_fits_plan()

    def _check_fits_plan(self):
        """A target of another period or currency than the plan's would count for nothing."""
        plan = self.env["commission.plan"]._in_force(self.company_id, self.date_from)
        if not plan:
            return
        start = date_utils.start_of(self.date_from, plan.fulfilment_period)
        if self.date_from != start:
            raise ValidationError(
                self.env._(
                    "%(target)s: a period of “%(plan)s” starts on %(start)s. Choose that day.",
                    target=self.display_name,
                    plan=plan.name,
                    start=format_date(self.env, start),
                )
            )
        if self.currency_id != plan.currency_id:
            raise ValidationError(
                self.env._(
                    "%(target)s: “%(plan)s” counts in %(currency)s. Set the target in that "
                    "currency.",
                    target=self.display_name,
                    plan=plan.name,
                    currency=plan.currency_id.name,
                )
            )

    # -- once it counts, only above --------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        targets = super().create(vals_list)
        targets._check_may_change()
        return targets

    def write(self, vals):
        self.check_access("write")
        self._check_may_change()
        result = super().write(vals)
        self._check_may_change()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_if_may_change(self):
        self._check_may_change()

    def _check_may_change(self):
        # What is calculated at the same moment is seen.
        self.company_id._commission_touch()
        if not self.env.su:
            self._check_not_for_oneself()
            self._check_not_calculated()

    def _check_not_for_oneself(self):
        """Nobody sets by which target the own commission rises (B5)."""
        for target in self:
            if self.env.user in target._people():
                raise AccessError(
                    self.env._(
                        "%s is your own target. Let somebody else set it.", target.display_name
                    )
                )

    def _people(self):
        """Return the users who earn more with this target: of the payee, or of the team."""
        team = self.team_id.sudo()
        shares = (
            self.env["commission.split"]
            .sudo()
            .search([("team_id", "in", team.ids), ("company_id", "=", self.company_id.id)])
        )
        payees = self.payee_id | shares.line_ids.payee_id
        return payees._people() | team.user_id | team.member_ids

    def _check_not_calculated(self):
        """A target that commission was calculated by changes what was earned (T1, B5)."""
        if self.env.user._sop_has_role("sales_sop.group_finance_vp"):
            return
        for target in self:
            calculated = target.company_id._commission_calculated()
            if calculated and target.date_from and calculated >= target.date_from:
                raise AccessError(
                    self.env._(
                        "%(target)s: commission of this period is calculated until %(day)s "
                        "already. Ask the finance VP to change the target.",
                        target=target.display_name,
                        day=calculated,
                    )
                )
