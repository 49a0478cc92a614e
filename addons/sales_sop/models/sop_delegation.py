from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

from .sop_remembered_mixin import remembered

# What may still be said of a delegation that has begun: that it ends earlier.
OPEN_FIELDS = frozenset({"date_to", "note"})


class SopDelegation(models.Model):
    """While one person is away another decides for them; it is shown as "B for A".

    Everybody delegates only what is their own, and nobody passes on what was delegated to them.
    A delegation that has begun is kept: it says why B could decide.
    """

    _name = "sop.delegation"
    _description = "Delegation of Decisions"
    _inherit = ["sop.remembered.mixin"]
    _order = "date_from desc, id desc"
    _check_company_auto = True

    user_id = fields.Many2one(
        "res.users",
        string="Away",
        required=True,
        default=lambda self: self.env.uid,
        index=True,
        ondelete="restrict",
        help="Whose decisions are delegated.",
    )
    delegate_id = fields.Many2one(
        "res.users",
        string="Decided by",
        required=True,
        index=True,
        ondelete="restrict",
        help="Who decides meanwhile. It is recorded in whose place.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    route_ids = fields.Many2many(
        "sop.approval.route",
        string="Documents",
        ondelete="restrict",
        # An archived route is still the only one that was delegated.
        context={"active_test": False},
        help="The approval routes that are delegated; empty means all of them.",
    )
    amount_limit = fields.Monetary(
        string="Up To",
        help="Largest total of a document, in the company's currency; zero means no limit. With a "
        "limit, documents without an amount are not delegated.",
    )
    date_from = fields.Date(
        string="From", required=True, default=lambda self: self.env.company._sop_today()
    )
    date_to = fields.Date(string="Until", required=True)
    note = fields.Char(string="Reason")

    _dates = models.Constraint(
        "CHECK(date_to >= date_from)", "A delegation cannot end before it begins."
    )
    _limit_positive = models.Constraint(
        "CHECK(amount_limit >= 0)", "The largest total cannot be negative."
    )

    @api.depends("user_id", "delegate_id")
    def _compute_display_name(self):
        for delegation in self:
            # A new one has no name before it says who decides.
            delegation.display_name = bool(delegation.delegate_id) and self.env._(
                "%(delegate)s for %(user)s",
                delegate=delegation.delegate_id.name,
                user=delegation.user_id.name,
            )

    @api.constrains("user_id", "delegate_id", "company_id")
    def _check_people(self):
        for delegation in self.sudo():
            delegate = delegation.delegate_id
            if delegate == delegation.user_id or delegate.share or not delegate.active:
                raise ValidationError(
                    self.env._("Delegate to an active colleague, not to yourself.")
                )
            if delegation.company_id not in delegate.company_ids:
                raise ValidationError(
                    self.env._(
                        "%(delegate)s does not work in %(company)s.",
                        delegate=delegate.name,
                        company=delegation.company_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        delegations = super().create(vals_list)
        delegations._check_is_own()
        past = delegations.filtered(lambda row: row.date_from < row.company_id._sop_today())
        if past and not self.env.su:
            raise UserError(self.env._("A delegation cannot begin in the past."))
        return delegations

    def write(self, vals):
        self._check_is_own()
        if not OPEN_FIELDS.issuperset(vals):
            self._check_has_not_begun()
        if "date_to" in vals:
            self._check_ends_earlier(fields.Date.to_date(vals["date_to"]))
        result = super().write(vals)
        self._check_is_own()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_if_not_begun(self):
        self._check_is_own()
        self._check_has_not_begun()

    def _check_is_own(self):
        """Nobody delegates, or takes back, the decisions of somebody else."""
        strange = self.filtered(lambda delegation: delegation.user_id != self.env.user)
        if strange and not self.env.su:
            raise AccessError(
                self.env._(
                    "Only %(user)s can delegate the decisions of %(user)s. What waits for somebody "
                    "absent can be decided by a higher role.",
                    user=strange[0].user_id.name,
                )
            )

    def _begun(self):
        return self.filtered(lambda row: row.date_from <= row.company_id._sop_today())

    def _check_has_not_begun(self):
        begun = self._begun()
        if begun and not self.env.su:
            raise UserError(
                self.env._(
                    "%s has begun and is kept as it is. Let it end today, and make a new one.",
                    begun[0].display_name,
                )
            )

    def _check_ends_earlier(self, date_to):
        later = self._begun().filtered(lambda delegation: delegation.date_to < date_to)
        if later and not self.env.su:
            raise UserError(
                self.env._(
                    "%s has begun and cannot be extended. Make a new one for the days after it.",
                    later[0].display_name,
                )
            )

    @api.model
    def _in_force(self, delegate):
        """Return the delegations by which ``delegate`` decides for others today."""
        return self._of_today(lambda row: row.delegate_id == delegate)

    @api.model
    def _of(self, users):
        """Return the delegations by which others decide today for ``users``."""
        return self._of_today(lambda row: row.user_id in users)

    @api.model
    def _of_today(self, condition):
        """Return those in force today, by the day it is in each one's company."""
        found = self.sudo().browse(self._ids_around(fields.Date.today()))
        return found.filtered(
            lambda row: (
                condition(row)
                and row.user_id.active
                and row.date_from <= row.company_id._sop_today() <= row.date_to
            )
        )

    @api.model
    @remembered("day")
    def _ids_around(self, day):
        """Ids of what is in force on ``day`` somewhere; remembered, since it is mostly nothing."""
        return tuple(
            self.sudo()
            .search(
                [
                    ("date_from", "<=", fields.Date.add(day, days=1)),
                    ("date_to", ">=", fields.Date.subtract(day, days=1)),
                ]
            )
            .ids
        )

    def _covers(self, approval):
        """Whether this delegation is for the document of ``approval``."""
        self.ensure_one()
        return (
            approval.company_id == self.company_id
            and approval.company_id in self.user_id.company_ids
            and (not self.route_ids or approval.route_id in self.route_ids)
            and self._covers_amount(approval)
        )

    def _covers_amount(self, approval):
        """A document that states no amount, such as a policy, fits under no limit."""
        if not self.amount_limit:
            return True
        amount = abs(approval.amount_company)
        within = self.currency_id.compare_amounts(amount, self.amount_limit) <= 0
        return bool(approval.currency_id) and within

    def _covers_sql(self):
        """The same as :meth:`_covers`, as a condition on the table ``approval``."""
        self.ensure_one()
        companies = self.user_id.company_ids & self.company_id
        conditions = [SQL("approval.company_id IN %s", tuple(companies.ids) or (0,))]
        if self.route_ids:
            conditions.append(SQL("approval.route_id IN %s", tuple(self.route_ids.ids)))
        if self.amount_limit:
            limit = self.amount_limit + self.currency_id.rounding / 2
            conditions.append(SQL("approval.currency_id IS NOT NULL"))
            conditions.append(SQL("ABS(COALESCE(approval.amount_company, 0)) < %s", limit))
        return SQL("(%s)", SQL(" AND ").join(conditions))
