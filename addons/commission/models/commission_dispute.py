from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

DISPUTE_STATES = [
    ("open", "Open"),
    ("accepted", "Granted"),
    ("refused", "Refused"),
    ("withdrawn", "Withdrawn"),
]
ANSWERERS = ("sales_sop.group_sales_office", "sales_sop.group_finance")


class CommissionDispute(models.Model):
    """A payee says that a line of their commission is wrong, and is answered (B3).

    Only the payee disputes and withdraws. The sales office or finance refuses with a reason;
    finance accepts, which adds an adjustment to the ledger: the disputed line itself stays.
    """

    _name = "commission.dispute"
    _description = "Dispute About Commission"
    _inherit = ["mail.thread", "mail.activity.mixin", "sop.protected.mixin"]
    _order = "id desc"
    _mail_post_access = "read"

    entry_id = fields.Many2one(
        "commission.entry",
        string="Disputed Line",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    payee_id = fields.Many2one(related="entry_id.payee_id", store=True, index=True)
    company_id = fields.Many2one(related="entry_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="entry_id.currency_id")
    sheet_id = fields.Many2one(related="entry_id.sheet_id")
    contract_id = fields.Many2one(related="entry_id.contract_id")
    amount_disputed = fields.Monetary(related="entry_id.amount", string="Commission")
    explanation = fields.Char(related="entry_id.explanation")
    reason = fields.Text(required=True, readonly=True, help="What is wrong, in the payee's words.")
    state = fields.Selection(
        DISPUTE_STATES, string="Status", default="open", required=True, readonly=True
    )
    answer = fields.Text(readonly=True)
    answered_by_id = fields.Many2one(
        "res.users", string="Answered by", readonly=True, ondelete="restrict"
    )
    answered_on = fields.Datetime(readonly=True)
    adjustment_id = fields.Many2one(
        "commission.entry",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="What was added to the ledger because of the dispute.",
    )
    amount_adjusted = fields.Monetary(related="adjustment_id.amount", string="Adjusted by")
    is_mine = fields.Boolean(compute="_compute_is_mine", compute_sudo=True)

    _open_uniq = models.UniqueIndex(
        "(entry_id) WHERE state = 'open'", "This line is disputed already."
    )

    @api.model
    def _sop_protected_fields(self):
        return super()._sop_protected_fields() | {
            "entry_id",
            "reason",
            "state",
            "answer",
            "answered_by_id",
            "answered_on",
            "adjustment_id",
        }

    @api.depends("entry_id")
    def _compute_display_name(self):
        for dispute in self:
            entry = dispute.entry_id.sudo()
            parts = (entry.payee_id.name, entry.contract_id.number, entry.date)
            dispute.display_name = " ".join(str(part) for part in parts if part)

    @api.depends_context("uid")
    @api.depends("payee_id")
    def _compute_is_mine(self):
        for dispute in self:
            dispute.is_mine = self.env.user in dispute.payee_id._people()

    # -- written by its own methods alone ------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(self.env._("Dispute a line with the button of that line."))
        disputes = super().create(vals_list)
        disputes._ask_for_answers()
        return disputes

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Disputes are kept with their answers. Withdraw it instead."))

    # -- answers -------------------------------------------------------------------------------

    def accept(self, amount, answer):
        """Accept the dispute: the payee's commission changes by ``amount``.

        :param float amount: what is added to the payee's commission, or taken off below zero, in
            the currency of the disputed line
        :param str answer: the payee reads it, and those who approve the adjustment
        :return: the ``commission.entry`` of the adjustment
        """
        self.ensure_one()
        self.env.user._sop_require_role(
            self.env._("accept a dispute about commission"), "sales_sop.group_finance"
        )
        dispute = self._to_answer(answer)
        entries = self.env["commission.entry"]
        adjustment = entries._adjust(dispute.payee_id, amount, answer, dispute.entry_id.plan_id)
        dispute._answer("accepted", answer, adjustment)
        return adjustment

    def refuse(self, answer):
        """Refuse the dispute, with the reason."""
        self.ensure_one()
        self.env.user._sop_require_role(self.env._("answer a dispute about commission"), *ANSWERERS)
        self._to_answer(answer)._answer("refused", answer)
        return True

    def withdraw(self):
        """The payee takes an open dispute back."""
        self.check_access("read")
        for dispute in self.sudo():
            if not dispute.is_mine:
                raise AccessError(
                    self.env._("%s alone can withdraw this dispute.", dispute.payee_id.name)
                )
            dispute._check_is_open()
            dispute.state = "withdrawn"
            dispute._close_activities()
        return True

    def _to_answer(self, answer):
        """Return the dispute with all rights, after checking that the user may answer it now."""
        self.check_access("read")
        dispute = self.sudo()
        dispute._check_is_open()
        if dispute.is_mine:
            raise AccessError(
                self.env._("This is your own commission. Somebody else answers the dispute.")
            )
        if not isinstance(answer, str) or not answer.strip():
            raise UserError(self.env._("Write an answer; %s reads it.", dispute.payee_id.name))
        return dispute

    def _check_is_open(self):
        if self.state != "open":
            states = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "The dispute %(dispute)s is not open any more: %(state)s.",
                    dispute=self.display_name,
                    state=states[self.state],
                )
            )

    def _answer(self, state, answer, adjustment=None):
        self.write(
            {
                "state": state,
                "answer": answer.strip(),
                "answered_by_id": self.env.uid,
                "answered_on": fields.Datetime.now(),
                "adjustment_id": adjustment.id if adjustment else False,
            }
        )
        self._close_activities()
        self._tell_payee()

    # -- who is told ---------------------------------------------------------------------------

    def _ask_for_answers(self):
        """Put the disputes on the to-do lists of those who answer them."""
        activities = self.env["mail.activity"]
        groups = self.env["res.groups"].union(*map(self.env.ref, ANSWERERS))
        values = []
        for dispute in self:
            answerers = groups._sop_holders(dispute.company_id) - dispute.payee_id._people()
            values += [dispute._activity_values(answerer) for answerer in answerers]
        activities._sop_create_quietly(values)

    def _activity_values(self, answerer):
        dispute = self.with_context(lang=answerer.lang)
        return {
            "activity_type_id": self.env.ref("commission.mail_activity_dispute").id,
            "res_model_id": self.env["ir.model"]._get_id(self._name),
            "res_id": self.id,
            "user_id": answerer.id,
            "summary": dispute.env._("%s disputes a line of commission", self.payee_id.name),
        }

    def _close_activities(self):
        self.env["mail.activity"]._sop_finish(
            [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        )

    def _tell_payee(self):
        for user in self.payee_id.user_id:
            dispute = self.with_context(lang=user.lang)
            texts = {
                "accepted": dispute.env._("Your dispute %s was accepted"),
                "refused": dispute.env._("Your dispute %s was refused"),
            }
            dispute.message_notify(
                subject=texts[self.state] % dispute.display_name,
                body=self.answer,
                partner_ids=user.partner_id.ids,
            )

    # -- screens -------------------------------------------------------------------------------

    def action_accept(self):
        """Open the dialog that asks finance for amount and answer."""
        return self._ask("accept", self.env._("Accept the Dispute"))

    def action_refuse(self):
        """Open the dialog that asks for the reason."""
        return self._ask("refuse", self.env._("Refuse the Dispute"))

    def _ask(self, decision, title):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": "commission.dispute.answer",
            "view_mode": "form",
            "target": "new",
            "context": {"default_dispute_id": self.id, "default_decision": decision},
        }
