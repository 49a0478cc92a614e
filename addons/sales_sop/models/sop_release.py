from odoo import api, fields, models
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.fields import Domain
from odoo.tools import format_date, format_list, formatLang

from .sop_draft_mixin import content_names
from .sop_policy_release import RELEASABLE_RULES
from .wording import in_brackets

RELEASE_STATES = [
    ("draft", "Draft"),
    ("pending", "Waiting for Approval"),
    ("approved", "Valid"),
    ("used", "Used"),
    ("expired", "Expired"),
    ("void", "Void"),
    ("refused", "Refused"),
]
# From which state to which; nobody but the methods here moves a release.
TRANSITIONS = {
    "draft": {"pending", "void"},
    "pending": {"approved", "used", "refused", "expired", "void"},
    "approved": {"used", "expired", "void"},
    "used": {"void"},
    "expired": set(),
    "void": set(),
    "refused": set(),
}
RULES = [*RELEASABLE_RULES, ("D1_D4", "D1 and D4: delivered first, approved afterwards")]
AFTER_THE_FACT_RULES = "D1_D4"
DOCUMENTS = [
    ("sale.order", "Order"),
    ("stock.picking", "Delivery"),
    ("account.move", "Invoice"),
]


class SopRelease(models.Model):
    """An exception (特批): one rule is excused on one document, up to a maximum, until a day.

    Whoever meets a blocked document drafts it; who decides follows from the policy, the rule and
    the amount. Nobody writes it after the submission. It is void as soon as the document has
    another content, and used up by what the gate lets through.
    """

    _name = "sop.release"
    _description = "Exception"
    _inherit = ["mail.thread", "mail.activity.mixin", "sop.approval.mixin", "sop.protected.mixin"]
    _order = "id desc"
    _rec_name = "number"
    _mail_post_access = "read"

    number = fields.Char(readonly=True, copy=False, index=True)
    kind = fields.Selection(
        [("normal", "Beforehand"), ("after_the_fact", "After the Fact")],
        default="normal",
        required=True,
        help="After the fact: the goods leave now, on a day without approvers, and the release is "
        "approved afterwards within the days the policy allows.",
    )
    rule = fields.Selection(RULES, required=True, help="The rule that is excused.")
    res_model = fields.Selection(DOCUMENTS, string="Kind of Document", required=True)
    res_id = fields.Many2oneReference(string="Document", model_field="res_model", required=True)
    document_name = fields.Char(compute="_compute_document_name", store=True, compute_sudo=True)
    contract_id = fields.Many2one(
        "sop.contract",
        compute="_compute_contract_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="contract_id.currency_id", store=True)
    partner_id = fields.Many2one(related="contract_id.partner_id", string="Customer", store=True)
    user_id = fields.Many2one(
        related="contract_id.user_id", string="Salesperson", store=True, index=True
    )
    reason = fields.Text(required=True, help="Why the rule is excused; kept for ever.")
    amount_max = fields.Monetary(
        string="Maximum Amount",
        help="Goods leaving at the order's prices, or the invoice, with tax, in the contract's "
        "currency.",
    )
    quantity_max = fields.Float(
        string="Maximum Quantity",
        digits="Product Unit",
        help="For a delivery whose goods are all in one unit. Zero: only the amount counts.",
    )
    amount_missing = fields.Monetary(
        string="Missing Money",
        readonly=True,
        copy=False,
        help="Money that was missing for the rule when the exception was requested.",
    )
    date_expiry = fields.Date(
        string="Valid Until", required=True, default=lambda self: self._default_date_expiry()
    )
    requested_by_id = fields.Many2one(
        "res.users",
        string="Requested by",
        readonly=True,
        copy=False,
        required=True,
        default=lambda self: self.env.uid,
    )
    requested_on = fields.Datetime(readonly=True, copy=False)
    state = fields.Selection(
        RELEASE_STATES,
        string="Recorded Status",
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    status = fields.Selection(
        RELEASE_STATES,
        compute="_compute_status",
        compute_sudo=True,
        help="The state as of now: what has expired or whose document has changed is not valid, "
        "also before the nightly tidying.",
    )
    content = fields.Json(
        readonly=True, copy=False, help="The document's content when it was requested."
    )
    amount_used = fields.Monetary(readonly=True, copy=False)
    quantity_used = fields.Float(digits="Product Unit", readonly=True, copy=False)
    used_on = fields.Datetime(string="First Used on", readonly=True, copy=False)
    use_ids = fields.One2many("sop.release.use", "release_id", string="Uses", readonly=True)
    decided_by = fields.Char(readonly=True, copy=False)
    decided_on = fields.Date(readonly=True, copy=False)
    decision_comment = fields.Text(readonly=True, copy=False)
    approve_by = fields.Date(
        readonly=True, copy=False, help="Last day for approving an exception after the fact."
    )
    timeliness = fields.Selection(
        [
            ("open", "Still to Approve"),
            ("on_time", "Decided in Time"),
            ("late", "Decided Late"),
            ("overdue", "Overdue"),
        ],
        string="After the Fact",
        readonly=True,
        copy=False,
    )

    _document_idx = models.Index("(res_model, res_id)")

    @api.model
    def _sop_protected_fields(self):
        return super()._sop_protected_fields() | {
            "number",
            "document_name",
            "company_id",
            "currency_id",
            "partner_id",
            "user_id",
            "amount_missing",
            "requested_by_id",
            "requested_on",
            "state",
            "content",
            "amount_used",
            "quantity_used",
            "used_on",
            "decided_by",
            "decided_on",
            "decision_comment",
            "approve_by",
            "timeliness",
        }

    @api.model
    def _default_date_expiry(self):
        return fields.Date.add(self._today(self.env.company), days=self._usual_days())

    @api.model
    def _usual_days(self):
        """For how many days a release is asked for unless somebody says otherwise."""
        return 7

    # -- computed ------------------------------------------------------------------------------

    @api.depends("number", "document_name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for release in self:
            number = release.number or self.env._("New")
            release.display_name = in_brackets(self.env, number, release.document_name or "—")

    @api.depends("res_model", "res_id")
    def _compute_document_name(self):
        for release in self:
            release.document_name = release._name_of_document(release._readable_document())

    @api.depends("res_model", "res_id")
    def _compute_contract_id(self):
        for release in self:
            contracts = release._document_contracts(release._readable_document())
            if release.contract_id not in contracts:
                release.contract_id = contracts[:1]

    @api.depends("state", "date_expiry")
    def _compute_status(self):
        for release in self:
            release.status = release._status_now()

    def _status_now(self):
        """Return the state that the gate goes by today."""
        if self.state not in ("pending", "approved"):
            return self.state
        if self.kind == "after_the_fact" and self.use_ids:
            return self.state
        if not self.use_ids and not self._document_holds():
            return "void"
        if self._is_expired():
            return "used" if self.use_ids else "expired"
        return self.state

    # -- the document --------------------------------------------------------------------------

    @api.model
    def _today(self, company):
        """Today in the company's own time zone; a client's zone or context does not shift it."""
        return company._sop_today()

    def _document(self):
        """Return the document, or an empty recordset when it no longer exists."""
        self.ensure_one()
        if not self.res_model or not self.res_id:
            return self.env["sale.order"]
        document = self.env[self.res_model].browse(self.res_id)
        try:
            # What has been read already is asked no more.
            return document if document.sudo().create_date else document.exists()
        except MissingError:
            return document.browse()

    def _readable_document(self):
        """Return the document if the user, whoever computes, may read it."""
        return self._document().sudo(False)._filtered_access("read").sudo()

    @api.model
    def _name_of_document(self, document):
        if not document:
            return False
        return document._sop_name() if document._name == "account.move" else document.name

    @api.model
    def _document_contracts(self, document):
        """Return the contracts that a release of ``document`` can be for."""
        contracts = self.env["sop.contract"]
        if document:
            contracts = contracts.union(*document.sudo()._release_demands(planned=True))
        return contracts

    def _document_holds(self):
        """Whether the document still has the content of the request."""
        document = self.sudo()._document()
        return bool(document) and document._release_holds(self.content or {})

    # -- what a release opens ------------------------------------------------------------------

    def _is_expired(self):
        self.ensure_one()
        return self._today(self.company_id) > self.date_expiry

    def _is_granted(self):
        """Whether it was approved, or stands for goods that left and wait for the approval."""
        after_the_fact = self.kind == "after_the_fact" and self.state == "pending"
        return self.state in ("approved", "used") or after_the_fact

    def _stands(self):
        """Whether it excuses or has excused its document; not when it passed by without a use."""
        return self._is_granted() and self._status_now() not in ("expired", "void")

    def _is_open_for(self, document):
        """Whether it can open a gate of ``document`` today; the same content or less."""
        self.ensure_one()
        return (
            self._is_granted()
            and self.company_id == document.company_id
            and not self._is_expired()
            and document._release_holds(self.content or {})
        )

    def _covered_rules(self):
        return {"D1", "D4"} if self.rule == AFTER_THE_FACT_RULES else {self.rule}

    def _covers(self, document, rule, amount, quantity):
        """Whether what is left of the maximum is enough for ``document``."""
        self.ensure_one()
        own = self._used_by(document)
        left = self.amount_max - self.amount_used + sum(own.mapped("amount"))
        if rule not in self._covered_rules():
            return False
        if self.currency_id.compare_amounts(amount, left) > 0:
            return False
        left = self.quantity_max - self.quantity_used
        return not self.quantity_max or self._unit().compare(quantity, left) <= 0

    def _used_by(self, document):
        """Uses that the same document may repeat: an invoice posted once more owes no more.

        Goods that leave add up.
        """
        if document._name == "stock.picking":
            return self.use_ids.browse()
        return self.use_ids.filtered(
            lambda use: use.res_model == document._name and use.res_id == document.id
        )

    def _unit(self):
        return self._document()._release_units()[:1]

    def _use(self, document, demands):
        """Take what passes the gate now from these releases."""
        now = fields.Datetime.now()
        for release in self.sudo():
            amount, quantity = demands[release.contract_id]
            amount = max(0.0, amount - sum(release._used_by(document).mapped("amount")))
            self.env["sop.release.use"].sudo().create(
                {
                    "release_id": release.id,
                    "res_model": document._name,
                    "res_id": document.id,
                    "document_name": self._name_of_document(document),
                    "amount": amount,
                    "quantity": quantity,
                    "used_on": now,
                    "user_id": self.env.uid,
                }
            )
            release.write(
                {
                    "amount_used": release.amount_used + amount,
                    "quantity_used": release.quantity_used + quantity,
                    "used_on": release.used_on or now,
                }
            )
            if release.state == "approved" and release._is_used_up():
                release._set_state("used")
            release._tell_use(document, amount)

    def _is_used_up(self):
        """A delivery's rest goes to its backorders; an order or an invoice passes once."""
        if self.res_model != "stock.picking":
            return True
        used_up = self.currency_id.compare_amounts(self.amount_used, self.amount_max) >= 0
        if self.quantity_max:
            used_up |= self._unit().compare(self.quantity_used, self.quantity_max) >= 0
        return used_up

    def _tell_use(self, document, amount):
        self._note_approval(
            self.env._(
                "%(document)s passed by this exception: %(amount)s.",
                document=self._name_of_document(document),
                amount=self._format(amount),
            )
        )
        body = self._sentence(with_amount=document._name != "stock.picking")
        document.sudo().message_post(body=body, subtype_xmlid="mail.mt_note")

    def _format(self, amount):
        return formatLang(self.env, amount, currency_obj=self.currency_id)

    def _rule_label(self):
        return dict(self._fields["rule"]._description_selection(self.env)).get(self.rule, "")

    def _sentence(self, with_amount=True):
        """Say what was excused, by whom, up to how much, until when and why.

        :param with_amount: False where it is read by who does not read the contract
        """
        release = self.sudo()
        values = {
            "rule": release._rule_label(),
            "who": release.decided_by or "—",
            "amount": release._format(release.amount_max),
            "date": format_date(self.env, release.date_expiry),
            "day": format_date(self.env, release.approve_by) if release.approve_by else "—",
            "number": release.number,
            "reason": release.reason,
            "requester": release.requested_by_id.name,
        }
        if not with_amount:
            return release._sentence_without_amount(values)
        if release.state == "pending":
            return self.env._(
                "%(rule)s. Filed after the fact by %(requester)s (%(number)s), up to %(amount)s, "
                "to be approved by %(day)s: %(reason)s",
                **values,
            )
        return self.env._(
            "%(rule)s. Excused by %(who)s (%(number)s), up to %(amount)s until %(date)s: "
            "%(reason)s",
            **values,
        )

    def _sentence_without_amount(self, values):
        if self.state == "pending":
            return self.env._(
                "%(rule)s. Filed after the fact by %(requester)s (%(number)s), to be approved by "
                "%(day)s: %(reason)s",
                **values,
            )
        return self.env._(
            "%(rule)s. Excused by %(who)s (%(number)s) until %(date)s: %(reason)s", **values
        )

    # -- life ----------------------------------------------------------------------------------

    def _set_state(self, state, **values):
        for release in self:
            if state not in TRANSITIONS[release.state]:
                labels = dict(self._fields["state"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "Exception %(release)s is %(old)s and cannot become %(new)s.",
                        release=release.number or "—",
                        old=labels[release.state],
                        new=labels[state],
                    )
                )
        self.contract_id._touch()
        self.write({"state": state, **values})

    def _void(self):
        """The document is cancelled, gone or another one: nothing rests on these any more.

        Goods that left after the fact still have to be decided.
        """
        for release in self.sudo():
            left = release.kind == "after_the_fact" and release.use_ids
            if not left and "void" in TRANSITIONS[release.state]:
                release._supersede_approvals()
                release._set_state("void")
                release._note_approval(
                    self.env._("Void: the document was cancelled or has changed.")
                )

    def _check_withdrawal(self):
        """What goods have left by is not taken back; it has to be decided."""
        self.ensure_one()
        if self.sudo().use_ids:
            raise UserError(
                self.env._(
                    "%s: the goods have left by this exception. It is not taken back; somebody has "
                    "to decide it.",
                    self.number,
                )
            )

    @api.model
    def _next_number(self, company):
        return self.env["ir.sequence"]._sop_next_yearly(
            {
                "name": f"{company.name}: releases",
                "code": "sop.release",
                "prefix": "TP%(range_year)s-",
            },
            company,
        )

    @api.model
    def _cron_tidy(self, limit=500):
        """Write down what has expired or is void by now, and chase what is overdue.

        The gates do not wait for this: they compare dates and contents themselves.
        """
        last = 0
        while releases := self._tidy_some(limit, after=last):
            last = releases[-1:].id
            if not self.env["ir.cron"]._commit_progress(len(releases)):
                break

    @api.model
    def _tidy_some(self, limit, after=0):
        releases = self.search(
            [("id", ">", after), ("state", "in", ("pending", "approved"))], order="id", limit=limit
        )
        for release in releases:
            release._tidy()
        return releases

    def _tidy(self):
        status = self._status_now()
        if status == "void":
            self._void()
        elif status != self.state:
            self._supersede_pending()
            self._set_state(status)
        elif self._is_overdue() and self.timeliness != "overdue":
            self.timeliness = "overdue"
            self._remind_overdue()

    def _supersede_pending(self):
        """Nobody has to decide what has expired."""
        if self.state == "pending":
            self._supersede_approvals()

    # -- hooks ---------------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        releases = super().create(vals_list)
        if not self.env.su:
            releases._check_document_access()
        for release in releases:
            release._document().invalidate_recordset(["release_ids"])
        return releases

    def write(self, vals):
        if not self.env.su and content_names(vals):
            self.check_access("write")
            self._check_is_own_draft()
        result = super().write(vals)
        if not self.env.su and {"res_model", "res_id", "contract_id"} & set(vals):
            self._check_document_access()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_if_own_draft(self):
        self._check_is_own_draft()

    def _check_is_own_draft(self):
        """A submitted release never changes; a draft is its requester's."""
        for release in self.sudo():
            if release.state != "draft":
                raise UserError(
                    self.env._(
                        "Exception %s has been submitted and is kept as it is. Request another "
                        "one.",
                        release.number,
                    )
                )
            if not self.env.su and release.requested_by_id != self.env.user:
                raise AccessError(
                    self.env._(
                        "The request for %(document)s is %(user)s's draft.",
                        document=release.document_name,
                        user=release.requested_by_id.name,
                    )
                )

    def _check_document_access(self):
        """Nobody drafts a release for a document or contract that is not theirs to see."""
        for release in self:
            document = release._document()
            if not document:
                raise UserError(self.env._("The document of this exception does not exist."))
            document.check_access("read")
            release.contract_id.check_access("read")

    # -- submission ----------------------------------------------------------------------------

    @api.model
    def _may_be_requested(self):
        """Whether the user holds a role that requests releases."""
        route = self.env.ref("sales_sop.sop_approval_route_release", raise_if_not_found=False)
        groups = self.env.user.sudo().all_group_ids
        return bool(route) and bool(route.sudo().submit_group_ids & groups)

    def action_submit(self):
        """Submit the release; who decides follows from the policy, the rule and the amount."""
        self.submit_approval("release")
        return True

    def action_sop_open_document(self):
        """Open the document that the release is for."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
        }

    @api.model
    def _action_view(self, releases):
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Exceptions"),
            "res_model": self._name,
            "view_mode": "list,form",
            "domain": [("id", "in", releases.ids)],
            "context": {"create": False},
        }
        if len(releases) == 1:
            action.update(view_mode="form", res_id=releases.id)
        return action

    def _check_submission(self, route_code):
        self._check_is_own_draft()
        self._check_document_access()
        document = self._document().sudo()
        problems = self._document_problems(document)
        if not problems:
            problems = (
                self._rule_problems(document)
                + self._limit_problems(document)
                + self._date_problems()
            )
        if problems:
            raise UserError("\n".join(problems))
        if self.kind == "after_the_fact":
            self._check_after_the_fact()

    def _document_problems(self, document):
        if not (self.reason or "").strip():
            return [self.env._("Say why %s needs an exception.", self.document_name)]
        if self.contract_id not in self._document_contracts(document):
            return [
                self.env._(
                    "%(document)s does not rest on contract %(contract)s.",
                    document=self.document_name,
                    contract=self.contract_id.number,
                )
            ]
        waiting = self.sudo().search(
            Domain("res_model", "=", self.res_model)
            & Domain("res_id", "=", self.res_id)
            & Domain("rule", "=", self.rule)
            & Domain("contract_id", "=", self.contract_id.id)
            & Domain("state", "=", "pending"),
            limit=1,
        )
        if waiting:
            return [
                self.env._(
                    "%(release)s already asks to excuse %(document)s from the same rule and waits "
                    "for approval. Wait for the decision, or withdraw it.",
                    release=waiting.number,
                    document=self.document_name,
                )
            ]
        return []

    def _rule_problems(self, document):
        if (self.kind == "after_the_fact") != (self.rule == AFTER_THE_FACT_RULES):
            return [
                self.env._(
                    "%s: what is approved after the fact is excused from D1 and D4 together, and "
                    "nothing else is. Choose both rules, or ask beforehand.",
                    self.document_name,
                )
            ]
        covered = self._covered_rules()
        if not covered <= document._releasable_rules():
            return [
                self.env._(
                    "%(document)s: %(rule)s cannot be excused by an exception.",
                    document=self.document_name,
                    rule=self._rule_label(),
                )
            ]
        if not any(rule in covered for rule, __ in document._sop_open_blockers()):
            return [
                self.env._(
                    "%(document)s is not blocked by this rule (%(rule)s); there is nothing to "
                    "excuse.",
                    document=self.document_name,
                    rule=self._rule_label(),
                )
            ]
        return []

    def _limit_problems(self, document):
        demand, __ = document._release_demands(planned=True).get(self.contract_id, (0.0, 0.0))
        currency = self.currency_id
        figures = {
            "document": self.document_name,
            "maximum": self._format(self.amount_max),
            "amount": self._format(demand),
        }
        problems = []
        partly = self.res_model == "stock.picking"
        if self.amount_max < 0 or self.quantity_max < 0:
            problems.append(self.env._("%(document)s: a maximum is not negative.", **figures))
        if currency.compare_amounts(self.amount_max, demand) > 0:
            problems.append(
                self.env._(
                    "%(document)s is worth %(amount)s; a maximum of %(maximum)s is more.", **figures
                )
            )
        elif not partly and currency.compare_amounts(self.amount_max, demand) < 0:
            problems.append(
                self.env._(
                    "%(document)s is over %(amount)s and passes as a whole; a maximum of "
                    "%(maximum)s is not enough.",
                    **figures,
                )
            )
        elif partly and not self.quantity_max and not self.amount_max and demand:
            problems.append(
                self.env._("%(document)s: say the maximum amount or quantity.", **figures)
            )
        if self.quantity_max and (not partly or len(document._release_units()) != 1):
            problems.append(
                self.env._(
                    "%(document)s: a maximum quantity is only for a delivery whose goods are all "
                    "in one unit. Give an amount.",
                    **figures,
                )
            )
        return problems

    def _date_problems(self):
        today = self._today(self.company_id)
        days = self.contract_id.sudo().policy_id.release_max_days
        latest = fields.Date.add(today, days=days)
        if self.kind == "after_the_fact" or today <= self.date_expiry <= latest:
            return []
        return [
            self.env._(
                "%(document)s: an exception is valid until a day between today and %(latest)s "
                "(%(days)s days, by the policy).",
                document=self.document_name,
                latest=format_date(self.env, latest),
                days=days,
            )
        ]

    def _before_submission(self, route):
        self.contract_id._touch()
        self._freeze()
        return super()._before_submission(route)

    def _freeze(self):
        """Fix what is asked for, and what the document is now."""
        document = self._document()
        self.write(
            {
                "number": self._next_number(self.company_id),
                "state": "pending",
                "requested_on": fields.Datetime.now(),
                "document_name": self._name_of_document(document),
                "content": document._release_content(),
                "amount_max": self._amount_at_most(document),
                "amount_missing": self._money_missing(),
                **self._after_the_fact_values(),
            }
        )

    def _amount_at_most(self, document):
        """A maximum quantity alone is worth at most the whole document."""
        if self.amount_max or not self.quantity_max:
            return self.amount_max
        demand, __ = document._release_demands(planned=True)[self.contract_id]
        return demand

    def _money_missing(self):
        percents = {"C1": "invoice_gate_percent", "D4": "prepayment_percent"}
        contract = self.contract_id
        gates = [
            contract._gate_amount(contract[field])
            for rule, field in percents.items()
            if rule in self._covered_rules()
        ]
        collected = contract._collected().get(contract.id, 0.0)
        return max(0.0, self.currency_id.round(max(gates, default=0.0) - collected))

    # -- approval ------------------------------------------------------------------------------

    def _approval_content(self, route_code):
        self.ensure_one()
        return {
            "kind": self.kind,
            "rule": self.rule,
            "document": [self.res_model, self.res_id],
            "contract": self.contract_id.id,
            "amount": self.currency_id.round(self.amount_max),
            "quantity": self.quantity_max,
            "until": fields.Date.to_string(self.date_expiry),
            "reason": self.reason,
            "content": self.content,
        }

    def _read_contents(self):
        self.mapped("contract_id.number")
        for model, releases in self.grouped("res_model").items():
            domain = [("id", "in", releases.mapped("res_id"))]
            self.env[model].search(domain)._read_contents()
        return super()._read_contents()

    def _approval_holds(self, approval):
        """The request is as submitted, and so is the document, until it has passed."""
        return super()._approval_holds(approval) and bool(self.use_ids or self._document_holds())

    def _approval_steps(self, route):
        """Who has the authority over the excused rules comes after the route's own steps."""
        steps = super()._approval_steps(route)
        stage = max((step["stage"] for step in steps), default=0) + 1
        policy = self.contract_id.policy_id
        groups = {}
        for rule in sorted(self._covered_rules()):
            group = policy._release_group(rule, self.contract_id, self.amount_max)
            groups.setdefault(group, []).append(rule)
        return steps + [
            {"stage": stage, "group_id": group.id, "reason": self._authority_reason(rules)}
            for group, rules in groups.items()
        ]

    def _authority_reason(self, rules):
        return self.env._(
            "May excuse %(rules)s up to %(amount)s.",
            rules=format_list(self.env, rules),
            amount=self._format(self.amount_max),
        )

    def _approval_values(self, route_code):
        return super()._approval_values(route_code) | {
            "document_name": in_brackets(self.env, self.number, self.document_name),
            "amount": self.amount_max,
            # Without an amount it fits under no limit of a delegation.
            "currency_id": self.amount_max and self.currency_id.id,
        }

    def _approval_summary(self, route_code):
        rows = [
            (self.env._("Document"), self.document_name),
            (self.env._("Contract"), self.contract_id.number),
            (self.env._("Excused"), self._rule_label()),
            (self.env._("Reason"), self.reason),
            (self.env._("At most"), self._format(self.amount_max)),
            (self.env._("Valid until"), format_date(self.env, self.date_expiry)),
        ]
        if self.amount_missing:
            rows.insert(4, (self.env._("Money missing"), self._format(self.amount_missing)))
        if self.approve_by:
            rows.append((self.env._("To approve by"), format_date(self.env, self.approve_by)))
        return self._approval_table([self.env._("Exception"), ""], rows)

    def _decision_values(self, approval):
        decided = approval.step_ids.filtered(lambda step: step.user_id).sorted("decided_on")
        today = self._today(self.company_id)
        in_time = not self.approve_by or today <= self.approve_by
        return {
            "decided_by": format_list(self.env, decided.user_id.mapped("name")),
            "decided_on": today,
            "decision_comment": "\n".join(filter(None, decided.mapped("comment"))) or False,
            "timeliness": self.approve_by and ("on_time" if in_time else "late"),
        }

    def _on_approval_approved(self, approval):
        state = "approved"
        if self.use_ids:
            state = "used"
        elif self._is_expired():
            state = "expired"
        self._set_state(state, **self._decision_values(approval))
        self._close_reminders()
        self._tell_decision(self._sentence(), self._sentence(with_amount=False))

    def _on_approval_refused(self, approval):
        self._set_state("refused", **self._decision_values(approval))
        self._close_reminders()
        self._tell_decision(
            self.env._(
                "%(rule)s. Exception %(number)s was refused by %(who)s.",
                rule=self._rule_label(),
                number=self.number,
                who=self.decided_by,
            )
        )
        return super()._on_approval_refused(approval)

    def _tell_decision(self, sentence, on_delivery=None):
        """The decision stays visible on the document and on its contract.

        Who reads a delivery need not read its contract: ``on_delivery`` says no amount.
        """
        for record in (self._document(), self.contract_id):
            if record:
                is_delivery = record._name == "stock.picking"
                body = on_delivery if is_delivery and on_delivery else sentence
                record.message_post(body=body, subtype_xmlid="mail.mt_note")
