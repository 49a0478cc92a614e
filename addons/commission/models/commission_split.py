from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import float_compare, format_date


class CommissionSplit(models.Model):
    """Who shares the commission from a day on: of a contract, or of a team (B1, B5).

    A contract without a split earns for its salesperson. A split is never changed: a later one
    replaces it from its own day on, and a later one of the same day corrects it. So money that
    came before stays with those who earned it.
    """

    _name = "commission.split"
    _description = "Commission Split"
    _sop_fixed = True
    _inherit = ["sop.own.defaults.mixin", "sop.append.only.mixin"]
    _order = "date_from desc, id desc"
    _check_company_auto = True

    role = fields.Selection(
        [
            ("salesperson", "Salespeople of a Contract"),
            ("manager", "Manager of a Team"),
            ("pool", "Members of a Team's Pool"),
        ],
        string="Of",
        required=True,
        default="salesperson",
    )
    contract_id = fields.Many2one(
        "sop.contract", ondelete="restrict", index="btree_not_null", check_company=True
    )
    team_id = fields.Many2one(
        "crm.team",
        string="Sales Team",
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        compute="_compute_company_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    date_from = fields.Date(
        string="For Money From",
        required=True,
        default=lambda self: self.env.company._sop_today(),
        help="Money of this day and later is shared like this.",
    )
    line_ids = fields.One2many("commission.split.line", "split_id", string="Shares", copy=True)
    reason = fields.Char(required=True, help="Why the commission is shared like this.")
    user_id = fields.Many2one(
        "res.users",
        string="Recorded by",
        readonly=True,
        ondelete="restrict",
        default=lambda self: self.env.uid,
    )

    @api.depends("contract_id")
    def _compute_company_id(self):
        for split in self:
            split.company_id = split.contract_id.company_id or split.company_id or self.env.company

    @api.depends("contract_id.number", "team_id.name", "date_from")
    def _compute_display_name(self):
        for split in self:
            of = split.contract_id.number or split.team_id.name or ""
            # A new split has no name before it says whose it is.
            split.display_name = of and f"{of} {split.date_from or ''}".strip()

    @api.constrains("role", "contract_id", "team_id", "line_ids")
    def _check_values(self):
        for split in self:
            split._check_subject()
            split._check_shares()

    def _check_subject(self):
        of_contract = self.role == "salesperson"
        if bool(self.contract_id) != of_contract or bool(self.team_id) == of_contract:
            raise ValidationError(
                self.env._(
                    "%s: salespeople share a contract; the manager and the members of a pool "
                    "belong to a team. Choose that one.",
                    self.display_name,
                )
            )

    def _check_shares(self):
        total = sum(self.line_ids.mapped("percent"))
        if float_compare(total, 100.0, precision_digits=4):
            raise ValidationError(
                self.env._(
                    "%(split)s: the shares come to %(total)s %%. They have to be 100 %% together.",
                    split=self.display_name,
                    total=f"{total:.12g}",
                )
            )

    # -- written once --------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        trace = {} if self.env.su else {"user_id": self.env.uid}
        splits = super().create([{**vals, **trace} for vals in vals_list])
        # What is calculated at the same moment is seen.
        splits.company_id._commission_touch()
        if not self.env.su:
            splits._check_not_for_oneself()
            splits._check_not_calculated()
        return splits

    def _check_not_for_oneself(self):
        """Nobody gives commission to themselves."""
        for split in self:
            if self.env.user in split.sudo().line_ids.payee_id._people():
                raise AccessError(
                    self.env._(
                        "%s: you are one of those who share. Let somebody else record it.",
                        split.display_name,
                    )
                )

    def _check_not_calculated(self):
        """Money that earned for somebody already is taken from them only from above (B1)."""
        if self.env.user._sop_has_role("sales_sop.group_finance_vp"):
            return
        for split in self.sudo():
            known = split._known_until()
            if known and split.date_from <= known:
                raise AccessError(
                    self.env._(
                        "%(split)s: commission of the money until %(day)s is calculated already. "
                        "Let the shares begin later, or ask the finance VP to record them.",
                        split=split.display_name,
                        day=format_date(self.env, known),
                    )
                )

    def _known_until(self):
        """Return the day of the last money that this split may not touch; False for none.

        The shares of a team are new to money that earned nothing for it, so its whole past counts.
        """
        if self.team_id:
            return self.company_id._commission_calculated()
        ((last,),) = self.env["commission.entry"]._read_group(
            [("contract_id", "=", self.contract_id.id), ("kind", "=", "earned")],
            [],
            ["money_date:max"],
        )
        return last

    def _sop_kept_text(self):
        return self.env._(
            "A split of commission is kept as it was recorded. Record another one: from a "
            "later day on, or of the same day to correct it."
        )

    def copy(self, default=None):  # pylint: disable=method-required-super
        self.browse().check_access("create")
        raise UserError(self.env._("Record a new split instead of copying one."))


class CommissionSplitLine(models.Model):
    """The share of one payee."""

    _name = "commission.split.line"
    _description = "Share of a Commission Split"
    _inherit = ["sop.append.only.mixin"]
    _sop_fixed = True
    _order = "split_id, id"

    split_id = fields.Many2one("commission.split", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="split_id.company_id", store=True)
    payee_id = fields.Many2one(
        "commission.payee",
        required=True,
        ondelete="restrict",
        index=True,
        domain="[('company_id', '=', company_id)]",
    )
    percent = fields.Float(string="Share (%)", digits=(16, 4), required=True)

    _payee_split_uniq = models.Constraint(
        "UNIQUE(split_id, payee_id)", "A payee has one share of a split."
    )

    @api.constrains("percent", "payee_id")
    def _check_values(self):
        for line in self:
            if not 0 < line.percent <= 100:
                raise ValidationError(
                    self.env._("%s: a share lies between 0 and 100 %%.", line.payee_id.display_name)
                )
            if line.payee_id.company_id != line.company_id:
                raise ValidationError(
                    self.env._(
                        "%s is a payee of another company.", line.payee_id.sudo().display_name
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        # A share that is added later would make the sum wrong.
        lines.split_id._check_shares()
        return lines

    def _sop_kept_text(self):
        return self.split_id._sop_kept_text()
