from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_list

from .sop_draft_mixin import content_names
from .sop_policy_money import PAPER_KINDS

BILLS = ("bank_bill", "commercial_bill")
FINANCE = ("sales_sop.group_finance", "sales_sop.group_finance_vp")
STATES = [
    ("draft", "Draft"),
    ("registered", "Registered"),
    ("countersigned", "Countersigned"),
    ("cashed", "Cashed"),
    ("endorsed", "Endorsed"),
    ("bounced", "Bounced"),
]
TRANSITIONS = {
    "draft": {"registered"},
    "registered": {"countersigned", "bounced"},
    "countersigned": {"cashed", "endorsed", "bounced"},
    # Who took the bill from us comes back to us when it is not honoured.
    "endorsed": {"bounced"},
    # A bank pays under reserve and takes its money back.
    "cashed": {"bounced"},
    "bounced": set(),
}
# What may be written after the registration besides: what belongs to the next step.
OPEN_NAMES = {
    # Whoever countersigns has seen the scan.
    "registered": frozenset({"note", "endorsed_to_id", "document", "document_name"}),
    "countersigned": frozenset({"note", "endorsed_to_id"}),
}
ALWAYS_OPEN_NAMES = frozenset({"note"})


class SopMoneyPaper(models.Model):
    """A paper of money: cheque, acceptance bill (承兑汇票) or bank draft (C3).

    Finance registers it, which books the payment, and a second person of finance countersigns it.
    From when on it counts as collected is the policy's. A paper that bounces takes its money
    away again, in the books too.
    """

    _name = "sop.money.paper"
    _description = "Cheque, Bill or Draft"
    _inherit = ["mail.thread", "mail.activity.mixin", "sop.protected.mixin"]
    _order = "date_due, id desc"
    _check_company_auto = True

    name = fields.Char(string="Paper Number", required=True, copy=False, tracking=True)
    kind = fields.Selection(PAPER_KINDS, required=True, default="bank_bill")
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        check_company=True,
        domain="['|', ('parent_id', '=', False), ('is_company', '=', True)]",
    )
    drawer = fields.Char(required=True, help="Who issued the paper; often not the customer.")
    issuing_bank = fields.Char(
        string="Bank or Acceptor", required=True, help="Who pays when the paper is due."
    )
    amount = fields.Monetary(required=True)
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    date_received = fields.Date(required=True, default=lambda self: self.env.company._sop_today())
    date_due = fields.Date(string="Due Date", index=True)
    journal_id = fields.Many2one(
        "account.journal",
        required=True,
        check_company=True,
        domain="[('type', 'in', ('bank', 'cash'))]",
        help="Where the payment is booked, such as the journal of bills receivable.",
    )
    contract_id = fields.Many2one(
        "sop.contract",
        string="Pays for Contract",
        check_company=True,
        domain="[('partner_id', 'child_of', partner_id), ('state', 'in', ('draft', 'effective'))]",
        help="The money is earmarked for it when the paper is registered.",
        ondelete="restrict",
    )
    document = fields.Binary(string="Scan", attachment=True, copy=False)
    document_name = fields.Char(copy=False)
    note = fields.Text()
    state = fields.Selection(
        STATES,
        string="Status",
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
    )
    payment_id = fields.Many2one(
        "account.payment",
        string="Customer Payment",
        readonly=True,
        copy=False,
        ondelete="restrict",
        check_company=True,
    )
    is_matched = fields.Boolean(compute="_compute_is_matched", string="Cleared by the Bank")
    registered_by_id = fields.Many2one("res.users", readonly=True, copy=False, ondelete="restrict")
    registered_on = fields.Datetime(readonly=True, copy=False)
    countersigned_by_id = fields.Many2one(
        "res.users", readonly=True, copy=False, ondelete="restrict"
    )
    countersigned_on = fields.Datetime(readonly=True, copy=False)
    ended_by_id = fields.Many2one("res.users", readonly=True, copy=False, ondelete="restrict")
    ended_on = fields.Datetime(string="Cashed, Endorsed or Bounced on", readonly=True, copy=False)
    endorsed_to_id = fields.Many2one(
        "res.partner", string="Endorsed to", copy=False, ondelete="restrict"
    )
    bounce_reason = fields.Char(readonly=True, copy=False)

    _payment_uniq = models.Constraint(
        "UNIQUE(payment_id)", "A payment is the money of one paper only."
    )
    _paper_uniq = models.UniqueIndex(
        "(company_id, kind, name, issuing_bank) WHERE state NOT IN ('draft', 'bounced')",
        "This paper is registered already: same kind, number and bank.",
    )
    _amount_positive = models.Constraint("CHECK(amount > 0)", "A paper is over a positive amount.")

    @api.depends(
        "payment_id.is_matched",
        "payment_id.outstanding_account_id",
        "payment_id.journal_id.default_account_id",
        "state",
    )
    def _compute_is_matched(self):
        """What is matched of a paper that bounced is the entry that takes it back.

        What stands on the account of the bank itself is matched from the start, and proves nothing.
        """
        for paper in self:
            payment = paper.sudo().payment_id
            own_account = payment.journal_id.default_account_id
            paper.is_matched = (
                paper.state != "bounced"
                and payment.is_matched
                and payment.outstanding_account_id != own_account
            )

    @api.model
    def _sop_file_fields(self):
        return super()._sop_file_fields() | {"document"}

    @api.model
    def _sop_protected_fields(self):
        return super()._sop_protected_fields() | {
            "state",
            "payment_id",
            "registered_by_id",
            "registered_on",
            "countersigned_by_id",
            "countersigned_on",
            "ended_by_id",
            "ended_on",
            "bounce_reason",
        }

    @api.constrains("kind", "date_due", "date_received")
    def _check_due_date(self):
        for paper in self:
            if paper.kind in BILLS and not paper.date_due:
                raise ValidationError(
                    self.env._("Bill %s: enter the day on which it is due.", paper.name)
                )
            if paper.date_due and paper.date_due < paper.date_received:
                raise ValidationError(
                    self.env._("%s was due before it was received. Check the dates.", paper.name)
                )

    # -- a registered paper stays as it is -----------------------------------------------------

    def write(self, vals):
        if not self.env.su:
            self._check_content_stays(vals)
        return super().write(vals)

    def _check_content_stays(self, vals):
        names = content_names(vals)
        if names:
            self.check_access("write")
        registered = self.filtered(
            lambda paper: (
                paper.state != "draft" and names - OPEN_NAMES.get(paper.state, ALWAYS_OPEN_NAMES)
            )
        )
        if registered:
            raise UserError(
                self.env._(
                    "%s is registered and does not change any more. Let it bounce with the "
                    "reason, and register the right one.",
                    format_list(self.env, registered.mapped("name")),
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_if_draft(self):
        if self.filtered(lambda paper: paper.state != "draft"):
            raise UserError(self.env._("A registered paper is kept. Only drafts are deleted."))

    # -- life ----------------------------------------------------------------------------------

    def action_register(self):
        """Book the payment and earmark it for the contract (C3)."""
        self.env.user._sop_require_role(self.env._("register a paper of money"), *FINANCE)
        for paper in self:
            payment = paper._register_payment()
            paper._set_state(
                "registered",
                payment_id=payment.id,
                registered_by_id=self.env.uid,
                registered_on=fields.Datetime.now(),
            )
            paper._earmark()
        return True

    def _register_payment(self):
        if self.state != "draft":
            return self.payment_id
        payment = self.env["account.payment"].create(self._prepare_payment_values())
        outstanding = payment.outstanding_account_id
        if not outstanding or outstanding == self.journal_id.default_account_id:
            raise UserError(
                self.env._(
                    "%(journal)s books payments straight on its account, so nobody would see "
                    "whether %(paper)s was cleared. Set an outstanding account on its payment "
                    "method.",
                    journal=self.journal_id.display_name,
                    paper=self.name,
                )
            )
        payment.action_post()
        return payment

    def _prepare_payment_values(self):
        return {
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": self.partner_id.id,
            "amount": self.amount,
            "currency_id": self.currency_id.id,
            "date": self.date_received,
            "journal_id": self.journal_id.id,
            "memo": f"{self._kind_label()} {self.name}",
        }

    def _kind_label(self):
        return dict(self._fields["kind"]._description_selection(self.env))[self.kind]

    def _earmark(self):
        if self.contract_id:
            self.env["sop.payment.allocation"].create(
                {
                    "payment_id": self.payment_id.id,
                    "contract_id": self.contract_id.id,
                    "amount": self.amount,
                }
            )

    def action_countersign(self):
        """Sign for a paper that somebody else of finance registered (C3)."""
        self.env.user._sop_require_role(self.env._("countersign a paper of money"), *FINANCE)
        self._check_second_person()
        self._set_state(
            "countersigned",
            countersigned_by_id=self.env.uid,
            countersigned_on=fields.Datetime.now(),
        )
        return True

    def _check_second_person(self):
        own = self.filtered(lambda paper: paper.registered_by_id == self.env.user)
        if own:
            raise UserError(
                self.env._(
                    "%s was registered by you. Somebody else of finance signs for it.",
                    format_list(self.env, own.mapped("name")),
                )
            )

    def action_cash(self):
        """Record that the bank has paid: the payment is matched with a bank line."""
        self.env.user._sop_require_role(self.env._("record that a paper is cashed"), *FINANCE)
        for paper in self:
            if not paper.is_matched:
                raise UserError(
                    self.env._(
                        "%s is not cleared: match its payment with the bank statement first.",
                        paper.name,
                    )
                )
        self._set_state("cashed", **self._prepare_end_values())
        return True

    def action_endorse(self):
        """Record that a bill was passed on to somebody else in payment."""
        self.env.user._sop_require_role(self.env._("endorse a bill"), *FINANCE)
        self._check_second_person()
        for paper in self:
            if paper.kind not in BILLS:
                raise UserError(self.env._("%s: only acceptance bills are endorsed.", paper.name))
            if not paper.endorsed_to_id:
                raise UserError(
                    self.env._("%s: enter under “Endorsed to” who takes the bill.", paper.name)
                )
        self._set_state("endorsed", **self._prepare_end_values())
        return True

    def _prepare_end_values(self):
        return {"ended_by_id": self.env.uid, "ended_on": fields.Datetime.now()}

    def action_bounce(self):
        """Ask why the paper was not honoured."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Not Honoured"),
            "res_model": "sop.money.reason",
            "view_mode": "form",
            "target": "new",
            "context": {"default_paper_id": self.id},
        }

    def _bounce(self, reason):
        """The paper was not honoured: its money is gone, on the contracts and in the books."""
        self.env.user._sop_require_role(self.env._("record that a paper bounced"), *FINANCE)
        if not (reason or "").strip():
            raise UserError(self.env._("Say why %s was not honoured.", self.name))
        self._set_state("bounced", bounce_reason=reason.strip(), **self._prepare_end_values())
        payment = self.sudo().payment_id
        payment.action_reject()
        self._reverse_entry(payment.move_id)

    def _reverse_entry(self, move):
        """The customer owes the money again: a negated copy, matched with the entry."""
        lines = move.line_ids.filtered(lambda line: line.account_id.reconcile)
        lines.remove_move_reconcile()
        if move.state == "posted":
            today = self.company_id._sop_today()
            move._reverse_moves(
                [{"date": today, "ref": self.env._("Not honoured: %s", self.name)}], cancel=True
            )

    def _set_state(self, state, **values):
        labels = dict(self._fields["state"]._description_selection(self.env))
        for paper in self:
            if state not in TRANSITIONS[paper.state]:
                raise UserError(
                    self.env._(
                        "%(paper)s is %(old)s and cannot become %(new)s.",
                        paper=paper.name,
                        old=labels[paper.state],
                        new=labels[state],
                    )
                )
        self.check_access("write")
        self.sudo().payment_id._sop_touch_contracts()
        self.sudo().write({"state": state, **values})
