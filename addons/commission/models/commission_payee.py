from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError


class CommissionPayee(models.Model):
    """Who earns commission: an employee, or an outside agent who sends a bill."""

    _name = "commission.payee"
    _description = "Commission Payee"
    _inherit = ["mail.thread"]
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True)
    kind = fields.Selection(
        [("employee", "Employee"), ("agent", "Outside Agent")],
        required=True,
        default="employee",
        tracking=True,
        help="An employee is paid with the salary or by a journal entry, an outside agent by a "
        "vendor bill.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        required=True,
        index=True,
        ondelete="restrict",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        precompute=True,
        help="Who is paid.",
    )
    user_id = fields.Many2one(
        "res.users",
        index="btree_not_null",
        ondelete="restrict",
        help="Sees this payee's own commission. The contracts of this salesperson earn for this "
        "payee unless they are split otherwise.",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    active = fields.Boolean(
        default=True,
        help="An archived payee is no longer offered. What was earned is still paid.",
    )

    _user_company_uniq = models.UniqueIndex(
        "(user_id, company_id) WHERE user_id IS NOT NULL",
        "This user is a payee of this company already, or was: restore the archived one.",
    )

    @api.depends("partner_id.name", "user_id.name")
    def _compute_name(self):
        for payee in self:
            payee.name = payee.partner_id.name or payee.user_id.name

    @api.depends("user_id")
    def _compute_partner_id(self):
        for payee in self:
            payee.partner_id = payee.partner_id or payee.user_id.partner_id

    @api.constrains("user_id", "partner_id", "company_id")
    def _check_user(self):
        """The money goes to the person who earns it, and to nobody else."""
        for payee in self:
            user = payee.user_id
            if user and payee.partner_id != user.partner_id:
                raise ValidationError(
                    self.env._(
                        "%(user)s is paid as %(partner)s: choose that contact.",
                        user=user.name,
                        partner=user.partner_id.display_name,
                    )
                )
            if user and payee.company_id not in user.sudo().company_ids:
                raise ValidationError(
                    self.env._(
                        "%(user)s does not work for %(company)s.",
                        user=user.name,
                        company=payee.company_id.name,
                    )
                )

    def write(self, vals):
        self.check_access("write")
        if not {"user_id", "company_id", "partner_id"}.isdisjoint(vals):
            self._check_has_no_entry()
            self._check_has_no_share()
        if "kind" in vals and not self.env.su:
            self._check_not_own(vals["kind"])
        return super().write(vals)

    def _check_not_own(self, kind):
        """Nobody decides themselves whether the salary or a bill pays them (B3)."""
        for payee in self:
            if payee.kind != kind and self.env.user in payee._people():
                raise AccessError(
                    self.env._(
                        "%s is yourself. Let somebody else say how you are paid.", payee.name
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_if_has_no_entry(self):
        self._check_has_no_entry()

    def _check_has_no_entry(self):
        """What was earned stays with the person who earned it."""
        earned = self.env["commission.entry"].sudo()
        for payee in self:
            if earned.search_count([("payee_id", "=", payee.id)], limit=1):
                raise UserError(
                    self.env._(
                        "%s has earned commission and stays the same person. Archive this payee "
                        "and make a new one instead.",
                        payee.name,
                    )
                )

    def _check_has_no_share(self):
        """Who records a split gives the shares to persons; they do not change afterwards (B1)."""
        shares = self.env["commission.split.line"].sudo()
        for payee in self:
            share = shares.search([("payee_id", "=", payee.id)], limit=1)
            if share:
                raise UserError(
                    self.env._(
                        "%(payee)s has a share of %(split)s and stays the same person. Make a new "
                        "payee and record another split instead.",
                        payee=payee.name,
                        split=share.split_id.display_name,
                    )
                )

    def _people(self):
        """Return the users whose commission it is: of the payee, or of the payee's contact."""
        payees = self.sudo()
        return payees.user_id | payees.partner_id.user_ids
