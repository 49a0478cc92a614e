from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, format_list

APPROVAL_STATES = [
    ("pending", "Pending"),
    ("approved", "Approved"),
    ("refused", "Refused"),
    ("superseded", "Superseded"),
]


class SopApproval(models.Model):
    """One submission of one document, its steps and its outcome.

    An approval is valid while it is approved *and* the document still has the content it was
    submitted with; the content's hash is taken at submission. Nobody writes or deletes an
    approval: :meth:`approve` and :meth:`refuse` check who decides and write it themselves.
    """

    _name = "sop.approval"
    _description = "Approval"
    _order = "id desc"
    _rec_name = "document_name"

    route_id = fields.Many2one(
        "sop.approval.route", required=True, readonly=True, ondelete="restrict"
    )
    code = fields.Char(required=True, readonly=True, help="Code of the route.")
    res_model = fields.Char(string="Document Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        string="Document", model_field="res_model", required=True, readonly=True
    )
    document_name = fields.Char(readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    salesperson_id = fields.Many2one(
        "res.users",
        readonly=True,
        help="Whose document it is; they follow it although they decide nothing.",
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(readonly=True, help="Total of the document when it was submitted.")
    state = fields.Selection(APPROVAL_STATES, default="pending", required=True, readonly=True)
    requested_by_id = fields.Many2one("res.users", string="Submitted by", readonly=True)
    requested_on = fields.Datetime(string="Submitted on", readonly=True)
    decided_on = fields.Datetime(readonly=True)
    content = fields.Json(readonly=True, help="The approved content, as it was when submitted.")
    content_hash = fields.Char(readonly=True)
    submitted_summary = fields.Html(readonly=True, sanitize=False, help="Written by the system.")
    summary = fields.Html(
        string="Content to Approve",
        compute="_compute_summary",
        compute_sudo=True,
        sanitize=False,
        help="The content in the reader's language; once it is decided or has changed, as it was "
        "when submitted.",
    )
    step_ids = fields.One2many("sop.approval.step", "approval_id", string="Steps", readonly=True)
    revision = fields.Integer(
        readonly=True,
        help="Counts the decisions. Every decision updates it first, so that of two decisions at "
        "the same moment the second one starts again and sees the first.",
    )
    is_current = fields.Boolean(
        string="Content Unchanged",
        compute="_compute_is_current",
        help="The document still has the content that was submitted.",
    )
    is_valid = fields.Boolean(
        string="Valid",
        compute="_compute_is_current",
        search="_search_is_valid",
        help="Approved, and the document still has the approved content.",
    )
    waiting_for_me = fields.Boolean(
        compute="_compute_waiting_for_me", search="_search_waiting_for_me"
    )
    why_me = fields.Char(compute="_compute_waiting_for_me")
    waiting_for = fields.Char(compute="_compute_waiting_for", help="The roles whose turn it is.")

    _document_idx = models.Index("(res_model, res_id)")
    _pending_idx = models.Index("(company_id) WHERE state = 'pending'")

    # -- computed ------------------------------------------------------------------------------

    @api.depends("state", "content_hash")
    def _compute_is_current(self):
        documents = self.sudo()._documents()
        for approval in self:
            document = documents[approval.id]
            approval.is_current = bool(document) and document._approval_holds(approval.sudo())
            approval.is_valid = approval.is_current and approval.state == "approved"

    @api.depends("state", "submitted_summary")
    @api.depends_context("lang")
    def _compute_summary(self):
        documents = self._documents()
        for approval in self:
            live = approval.state == "pending" and approval.is_current
            approval.summary = (
                documents[approval.id]._approval_summary(approval.code)
                if live
                else approval.submitted_summary
            )

    def _search_is_valid(self, operator, value):
        if operator != "in":
            return NotImplemented
        approved = self.search([("state", "=", "approved")])
        return [("id", "in", approved.filtered("is_valid").ids)]

    @api.depends("step_ids.state")
    @api.depends_context("uid")
    def _compute_waiting_for_me(self):
        for approval in self:
            step = approval._step_of(self.env.user)
            approval.waiting_for_me = bool(step)
            approval.why_me = (
                self.env._(
                    "%(role)s, stage %(stage)s",
                    role=step.sudo().group_id.name,
                    stage=step.stage,
                )
                if step
                else False
            )

    def _search_waiting_for_me(self, operator, value):
        if operator != "in":
            return NotImplemented
        user = self.env.user
        query = SQL(
            """(
            SELECT step.approval_id
              FROM sop_approval_step step
              JOIN sop_approval approval ON approval.id = step.approval_id
              JOIN res_company company ON company.id = approval.company_id
             WHERE step.state = 'pending'
               AND step.group_id IN %(groups)s
               AND (approval.requested_by_id != %(uid)s OR company.sop_requester_may_approve)
               AND NOT EXISTS (
                   SELECT 1
                     FROM sop_approval_step done
                    WHERE done.approval_id = step.approval_id
                      AND done.stage = step.stage
                      AND done.user_id = %(uid)s)
            )""",
            groups=tuple(user.all_group_ids.ids) or (0,),
            uid=user.id,
        )
        self.env["sop.approval.step"].flush_model()
        self.flush_model(["requested_by_id", "company_id"])
        return [("id", "in", query), ("company_id", "in", user.company_ids.ids)]

    @api.depends("step_ids.state")
    def _compute_waiting_for(self):
        for approval in self:
            steps = approval.sudo().step_ids.filtered(lambda step: step.state == "pending")
            approval.waiting_for = format_list(self.env, steps.group_id.mapped("name")) or False

    def _refusal_reason(self):
        """Return who refused and why; empty when nobody did."""
        steps = self.sudo().step_ids.filtered(lambda step: step.state == "refused")
        return "; ".join(f"{step.user_id.name}: {step.comment}" for step in steps)

    @api.model
    def waiting_count(self):
        """Number of approvals that wait for the current user's decision."""
        return self.search_count([("waiting_for_me", "=", True)])

    # -- decisions -----------------------------------------------------------------------------

    def approve(self, comment=False):
        """Approve the current user's step of each of these approvals.

        :param str comment: kept with the decision
        :raise AccessError: when no open step is the user's to decide
        :raise UserError: when it is already decided or the document has changed meanwhile
        """
        for approval in self.sorted("id"):
            approval._decide("approved", comment)
        return True

    def refuse(self, reason):
        """Refuse each of these approvals; the document goes back to whoever submitted it.

        :param str reason: required; the requester reads it
        """
        if not isinstance(reason, str) or not reason.strip():
            raise UserError(self.env._("Say why you refuse, so that it can be put right."))
        for approval in self.sorted("id"):
            approval._decide("refused", reason.strip())
        return True

    def action_refuse(self):
        """Open the dialog that asks for the reason of a refusal."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Refuse"),
            "res_model": "sop.approval.refuse",
            "view_mode": "form",
            "target": "new",
            "context": {"default_approval_ids": self.ids},
        }

    def action_open_document(self):
        """Open the document that is to be approved."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
        }

    def _document(self):
        """Return the document, or an empty recordset when it no longer exists."""
        self.ensure_one()
        return self.env[self.res_model].browse(self.res_id).exists()

    def _documents(self):
        """Return ``{approval id: document}``, reading the documents of each model at once."""
        documents = {}
        for model, approvals in self.grouped("res_model").items():
            existing = self.env[model].browse(approvals.mapped("res_id")).exists()
            by_id = {document.id: document for document in existing}
            for approval in approvals:
                documents[approval.id] = by_id.get(approval.res_id, existing.browse())
        return documents

    def _decide(self, decision, comment):
        self.check_access("read")
        self._lock()
        document = self._document()
        document.check_access("read")
        self._check_can_be_decided(document)
        step = self._step_of(self.env.user)
        if not step:
            self._raise_not_yours()
        step.sudo().write(
            {
                "state": decision,
                "user_id": self.env.uid,
                "decided_on": fields.Datetime.now(),
                "comment": comment or False,
            }
        )
        self.sudo()._note_decision(step.sudo())
        self.sudo()._advance()

    def _note_decision(self, step):
        """Write the decision into the document's history."""
        texts = {
            "approved": self.env._("%(route)s: approved as %(role)s. %(comment)s"),
            "refused": self.env._("%(route)s: refused as %(role)s. %(comment)s"),
        }
        body = texts[step.state] % {
            "route": self.route_id.name,
            "role": step.group_id.name,
            "comment": step.comment or "",
        }
        self._document().message_post(body=body.strip(), subtype_xmlid="mail.mt_note")

    def _lock(self):
        self.env.cr.execute(
            SQL("UPDATE sop_approval SET revision = revision + 1 WHERE id = %s", self.id)
        )
        self.invalidate_recordset()
        self.sudo().step_ids.invalidate_recordset()

    def _check_can_be_decided(self, document):
        if self.state != "pending":
            raise UserError(
                self.env._(
                    "%(document)s is already decided: %(state)s.",
                    document=self.document_name,
                    state=dict(self._fields["state"]._description_selection(self.env))[self.state],
                )
            )
        if not document:
            raise UserError(
                self.env._("%s no longer exists; there is nothing to decide.", self.document_name)
            )
        if not document._approval_holds(self.sudo()):
            raise UserError(
                self.env._(
                    "%s has changed since it was submitted and cannot be decided. It has to be "
                    "submitted again.",
                    self.document_name,
                )
            )

    def _step_of(self, user):
        """Return the first open step that ``user`` may decide; empty if there is none."""
        self.ensure_one()
        approval = self.sudo()
        none = self.env["sop.approval.step"]
        if approval.state != "pending" or approval.company_id not in user.sudo().company_ids:
            return none
        is_own = user == approval.requested_by_id
        if is_own and not approval.company_id.sop_requester_may_approve:
            return none
        groups = user.sudo().all_group_ids
        for step in approval.step_ids:
            if step.state != "pending" or step.group_id not in groups:
                continue
            siblings = approval.step_ids.filtered(lambda other, s=step: other.stage == s.stage)
            if user not in siblings.user_id:
                return step.sudo(self.env.su)
        return none

    def _raise_not_yours(self):
        if self.env.user == self.requested_by_id:
            raise AccessError(
                self.env._(
                    "%s was submitted by you. Somebody else has to decide it.", self.document_name
                )
            )
        raise AccessError(
            self.env._(
                "%(document)s waits for %(roles)s. It is not yours to decide.",
                document=self.document_name,
                roles=self.waiting_for,
            )
        )

    def _advance(self):
        """Close the approval or open its next stage, after a decision."""
        self.ensure_one()
        steps = self.step_ids
        steps.filtered(lambda step: step.state != "pending")._close_activities()
        if any(step.state == "refused" for step in steps):
            self._close("refused")
            self._document()._on_approval_refused(self)
            return
        if any(step.state == "pending" for step in steps):
            return
        waiting = steps.filtered(lambda step: step.state == "waiting")
        if waiting:
            self._open_stage(min(waiting.mapped("stage")))
            return
        self._close("approved")
        self._document()._on_approval_approved(self)

    def _open_stage(self, stage):
        self.step_ids.filtered(lambda step: step.stage == stage)._open()

    def _close(self, state):
        """Set the outcome; steps nobody decided are cancelled, nothing is deleted."""
        self.write({"state": state, "decided_on": self.decided_on or fields.Datetime.now()})
        undecided = self.step_ids.filtered(lambda step: step.state in ("waiting", "pending"))
        undecided._close_activities()
        undecided.write({"state": "cancelled"})

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Approvals are kept for ever and cannot be deleted."))
