from dataclasses import dataclass

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, format_list

from .touch import touch
from .wording import clauses, labelled, paragraph

APPROVAL_STATES = [
    ("pending", "Pending"),
    ("approved", "Approved"),
    ("refused", "Refused"),
    ("superseded", "Superseded"),
]


@dataclass(frozen=True)
class Claim:
    """By what somebody decides a step: the role, and the person in whose place."""

    step: object
    user: object
    principal: object
    role: object

    @property
    def is_superior(self):
        return self.role != self.step.group_id

    @property
    def people(self):
        return self.user | self.principal

    @property
    def is_own(self):
        return bool(self.people & self.step.approval_id._owners())

    def is_allowed(self):
        """Not one's own document, and nobody decides twice at one stage."""
        approval = self.step.approval_id
        if self.is_own and not approval.company_id.sop_requester_may_approve:
            return False
        return not self.people & (approval._barred() | self.step._stage_deciders())

    def check_answer(self, comment):
        """Raise when the step asks for an answer and there is none (A2)."""
        env = self.step.env
        if self.step.answer_required and not (isinstance(comment, str) and comment.strip()):
            raise UserError(
                env._(
                    "%(document)s asks for your answer: %(reason)s Write it when you approve.",
                    document=self.step.approval_id.document_name,
                    reason=self.step.reason or "",
                )
            )

    def values(self):
        """What the step keeps of who decided."""
        return {
            "user_id": self.user.id,
            "on_behalf_of_id": self.principal.id if self.principal != self.user else False,
            "decided_as_id": self.role.id,
            "is_own": self.is_own,
        }

    def why(self):
        """Say to the user why the step is theirs to decide."""
        env = self.step.env
        text = env._("%(role)s, stage %(stage)s", role=self.role.name, stage=self.step.stage)
        if self.principal != self.user:
            text = env._("%(why)s, for %(user)s", why=text, user=self.principal.name)
        return labelled(env, text, self.step.reason) if self.step.reason else text


class SopApproval(models.Model):
    """One submission of one document, its steps and its outcome.

    An approval is valid while it is approved *and* the document still has the content it was
    submitted with; the content's hash is taken at submission. Nobody writes or deletes an
    approval: :meth:`approve` and :meth:`refuse` check who decides and write it themselves.
    """

    _name = "sop.approval"
    _description = "Approval"
    _inherit = ["sop.own.defaults.mixin"]
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
        ondelete="restrict",
        help="Whose document it is; they follow it although they decide nothing.",
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(readonly=True, help="Total of the document when it was submitted.")
    amount_company = fields.Float(
        string="Amount in Company Currency",
        digits=0,
        readonly=True,
        help="The amount at the rate of the day of submission; delegations are limited by it.",
    )
    state = fields.Selection(
        APPROVAL_STATES, string="Status", default="pending", required=True, readonly=True
    )
    requested_by_id = fields.Many2one(
        "res.users", string="Submitted by", readonly=True, ondelete="restrict"
    )
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
    can_decide = fields.Boolean(
        compute="_compute_waiting_for_me",
        help="Also when a lower role is asked and the user holds a higher one.",
    )
    is_own = fields.Boolean(
        string="Own Document",
        compute="_compute_is_own",
        help="A step was decided by whose document it is.",
    )
    is_vacant = fields.Boolean(
        string="Nobody to Decide",
        compute="_compute_is_vacant",
        search="_search_is_vacant",
        help="No active person holds the role whose turn it is. Give it to somebody, or let a "
        "higher role decide.",
    )
    waiting_for = fields.Char(compute="_compute_waiting_for", help="The roles whose turn it is.")

    _document_idx = models.Index("(res_model, res_id)")
    _pending_idx = models.Index("(company_id) WHERE state = 'pending'")

    @api.model
    def search_fetch(self, domain, field_names=None, offset=0, limit=None, order=None):
        # Whoever looks for the approvals of a document reads them next: one query for both.
        names = None if field_names == ["res_id"] else field_names
        return super().search_fetch(domain, names, offset=offset, limit=limit, order=order)

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

    @api.depends("step_ids.is_own")
    def _compute_is_own(self):
        for approval in self:
            approval.is_own = any(approval.sudo().step_ids.mapped("is_own"))

    @api.depends("step_ids.state")
    def _compute_is_vacant(self):
        for approval in self:
            steps = approval.sudo().step_ids.filtered(lambda step: step.state == "pending")
            approval.is_vacant = any(not step._members() for step in steps)

    def _search_is_vacant(self, operator, value):
        if operator != "in":
            return NotImplemented
        pending = self.search([("state", "=", "pending")])
        return [("id", "in", pending.filtered("is_vacant").ids)]

    @api.depends("step_ids.state")
    @api.depends_context("uid")
    def _compute_waiting_for_me(self):
        delegations = self.env["sop.delegation"]._in_force(self.env.user)
        # Whose documents they are is read at once.
        self.sudo().mapped("salesperson_id")
        for approval in self:
            claim = approval._claim_of(self.env.user, delegations)
            approval.can_decide = bool(claim)
            # What a lower role is asked does not fill the list of the higher one.
            approval.waiting_for_me = bool(claim) and not claim.is_superior
            approval.why_me = claim.why() if claim else False

    def _search_waiting_for_me(self, operator, value):
        if operator != "in":
            return NotImplemented
        user = self.env.user
        self.env["sop.approval.step"].flush_model()
        self.flush_model()
        parts = [self._waiting_sql(user, user, SQL("TRUE"))]
        for delegation in self.env["sop.delegation"]._in_force(user):
            parts.append(self._waiting_sql(user, delegation.user_id, delegation._covers_sql()))
        query = SQL("(%s)", SQL(" UNION ").join(parts))
        return [("id", "in", query), ("company_id", "in", user.company_ids.ids)]

    def _waiting_sql(self, user, principal, covered):
        """Ids of the approvals with an open step that ``user`` decides in place of ``principal``.

        The same as :meth:`_claim_of` says of one approval, without the higher roles.
        """
        people = tuple({user.id, principal.id})
        return SQL(
            """
            SELECT step.approval_id
              FROM sop_approval_step step
              JOIN sop_approval approval ON approval.id = step.approval_id
              JOIN res_company company ON company.id = approval.company_id
             WHERE step.state = 'pending'
               AND approval.state = 'pending'
               AND step.group_id IN %(groups)s
               AND %(covered)s
               AND (company.sop_requester_may_approve
                    OR (approval.requested_by_id NOT IN %(people)s
                        AND COALESCE(approval.salesperson_id, 0) NOT IN %(people)s))
               AND NOT (%(barred)s)
               AND NOT EXISTS (
                   SELECT 1
                     FROM sop_approval_step done
                    WHERE done.approval_id = step.approval_id
                      AND done.stage = step.stage
                      AND (done.user_id IN %(people)s OR done.on_behalf_of_id IN %(people)s))
            """,
            groups=tuple(principal.all_group_ids.ids) or (0,),
            people=people,
            covered=covered,
            barred=self._barred_sql(people),
        )

    @api.depends("step_ids.state")
    def _compute_waiting_for(self):
        for approval in self:
            steps = approval.sudo().step_ids.filtered(lambda step: step.state == "pending")
            steps.group_id._sop_recall()
            approval.waiting_for = format_list(self.env, steps.group_id.mapped("name")) or False

    def _owners(self):
        """Return whose document it is; they do not decide it unless the company allows it."""
        approval = self.sudo()
        return approval.requested_by_id | approval.salesperson_id

    def _barred(self):
        """Return who never decides it, also where the company lets people decide their own."""
        return self.env["res.users"]

    def _barred_sql(self, people):
        """The condition of an ``approval`` that one of ``people`` never decides."""
        return SQL("FALSE")

    def _refusal_reason(self):
        """Return who refused and why; empty when nobody did."""
        steps = self.sudo().step_ids.filtered(lambda step: step.state == "refused")
        return clauses(
            self.env, [labelled(self.env, step.user_id.name, step.comment) for step in steps]
        )

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
        self._decide_each("approved", comment)
        return True

    def action_approve(self):
        """Approve what can be approved of these; say what could not, and why.

        A step that asks for an answer opens the dialog for it.
        """
        if len(self) == 1:
            return self._ask_for_answer() or self.approve()
        try:
            # Together, which costs much less; one by one only when one of them is refused.
            with self.env.cr.savepoint():
                self.approve()
            return self._tell_approved(self, [])
        except UserError:
            self.invalidate_recordset()
        approved, refusals = self.browse(), []
        for approval in self.sorted("id"):
            try:
                with self.env.cr.savepoint():
                    approval.approve()
                    approved |= approval
            except UserError as error:
                approval.invalidate_recordset()
                refusals.append(str(error))
        if refusals and not approved:
            raise UserError("\n".join(refusals))
        return self._tell_approved(approved, refusals)

    def _tell_approved(self, approved, refusals):
        texts = [self.env._("Approved: %s.", len(approved))]
        if refusals:
            texts.append(self.env._("Not approved: %s", paragraph(self.env, refusals)))
        return self.env["ir.actions.client"]._sop_notification(
            "warning" if refusals else "success",
            paragraph(self.env, texts),
            sticky=bool(refusals),
            next={"type": "ir.actions.client", "tag": "soft_reload"},
        )

    def _ask_for_answer(self):
        """Return the dialog that asks for the answer of the user's step; False if none needed."""
        # Looked for first: it is rare, and whose claim it is takes much more.
        if not any(self.sudo().step_ids.mapped("answer_required")):
            return False
        claim = self._claim_of(self.env.user)
        if not claim or not claim.step.sudo().answer_required:
            return False
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Your Answer"),
            "res_model": "sop.approval.answer",
            "view_mode": "form",
            "target": "new",
            "context": {"default_approval_id": self.id},
        }

    def withdraw(self, reason=False):
        """Take back what waits for a decision; whose document it is may do so.

        :param str reason: kept in the document's history
        :raise AccessError: when it is not the user's own document
        :raise UserError: when it is already decided
        """
        for approval in self.sorted("id"):
            approval._withdraw(reason)
        return True

    def _withdraw(self, reason):
        self.check_access("read")
        touch(self, and_references=True)
        if self.env.user not in self._owners() and not self.env.su:
            raise AccessError(
                self.env._(
                    "%(document)s was submitted by %(user)s, who alone can withdraw it.",
                    document=self.document_name,
                    user=self.requested_by_id.name,
                )
            )
        self._check_is_pending()
        approval = self.sudo()
        approval._close("superseded")
        text = self.env._("%(route)s: withdrawn by %(user)s. %(reason)s")
        body = text % {
            "route": approval.route_id.name,
            "user": self.env.user.name,
            "reason": reason if isinstance(reason, str) else "",
        }
        document = approval._document()
        if document:
            document._note_approval(body.strip())
            document._on_approval_withdrawn(approval)

    def refuse(self, reason):
        """Refuse each of these approvals; the document goes back to whoever submitted it.

        :param str reason: required; the requester reads it
        """
        if not isinstance(reason, str) or not reason.strip():
            raise UserError(self.env._("Say why you refuse, so that it can be put right."))
        self._decide_each("refused", reason.strip())
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

    def _document(self):
        """Return the document, or an empty recordset when it no longer exists."""
        self.ensure_one()
        return self.env[self.res_model].browse(self.res_id).exists()

    def _documents(self):
        """Return ``{approval id: document}``, reading the documents of each model at once."""
        documents = {}
        for model, approvals in self.grouped("res_model").items():
            # Read at once with whether they still exist.
            documents_sudo = self.env[model].sudo().with_context(active_test=False)
            domain = [("id", "in", approvals.mapped("res_id"))]
            existing = documents_sudo.search_fetch(domain, order="id").with_env(self.env)
            by_id = {document.id: document for document in existing}
            if len(existing) > 1:
                existing.sudo()._read_contents()
            for approval in approvals:
                documents[approval.id] = by_id.get(approval.res_id, existing.browse())
        return documents

    def _decide_each(self, decision, comment):
        """Decide the current user's step of each of these, then open what comes next."""
        self.check_access("read")
        # Nothing that a client sends along decides who may, and on what content.
        context = self.env["sop.approval.mixin"]._approval_context()
        approvals = self.with_env(self.env(context=context)).sorted("id")
        touch(approvals, and_references=True)
        documents = approvals._documents()
        delegations = approvals.env["sop.delegation"]._in_force(self.env.user)
        decided = opened = approvals.env["sop.approval.step"].sudo()
        for approval in approvals:
            document = documents[approval.id]
            decided |= approval._decide(decision, comment, document, delegations)
            opened |= approval.sudo()._advance(document.sudo())
        decided._note_decisions(documents)
        approvals.sudo()._follow_up()
        opened._open()
        # At the end: the ORM forgets all it has read when something is deleted.
        decided._close_activities()

    def _decide(self, decision, comment, document, delegations):
        document.check_access("read")
        self._check_can_be_decided(document)
        claim = self._claim_of(self.env.user, delegations)
        if not claim:
            self._raise_not_yours()
        if decision == "approved":
            claim.check_answer(comment)
        step = claim.step.sudo()
        step.write(
            {
                "state": decision,
                "decided_on": fields.Datetime.now(),
                "comment": comment or False,
                **claim.values(),
            }
        )
        return step

    def _check_is_pending(self):
        if self.state != "pending":
            raise UserError(
                self.env._(
                    "%(document)s is already decided: %(state)s.",
                    document=self.document_name,
                    state=dict(self._fields["state"]._description_selection(self.env))[self.state],
                )
            )

    def _check_can_be_decided(self, document):
        self._check_is_pending()
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

    def _claim_of(self, user, delegations=None):
        """Return the :class:`Claim` by which ``user`` decides an open step; None if there is none.

        The own role comes first, then what was delegated, then the higher role.
        """
        self.ensure_one()
        approval, user = self.sudo(), user.sudo()
        if approval.state != "pending" or approval.company_id.id not in user._get_company_ids():
            return None
        steps = approval.step_ids.filtered(lambda step: step.state == "pending")
        if delegations is None:
            delegations = self.env["sop.delegation"]._in_force(user)
        principals = [user]
        principals += [row.user_id for row in delegations if row._covers(approval)]
        for principal in principals:
            group_ids = principal._get_group_ids()
            own = steps.filtered(lambda step, ids=group_ids: step.group_id.id in ids)
            claims = [Claim(step, user, principal, step.group_id) for step in own]
            if claim := self._first_allowed(claims):
                return claim
        return self._first_allowed(
            [Claim(step, user, user, role) for step in steps for role in step._superiors(user)[:1]]
        )

    @api.model
    def _first_allowed(self, claims):
        """Return the claim to use; of several, on the step that the fewest others can decide.

        Who holds two roles of one stage takes the step that nobody else could.
        """
        allowed = [claim for claim in claims if claim.is_allowed()]
        if len(allowed) < 2:
            return allowed[0] if allowed else None
        return min(allowed, key=lambda claim: len(claim.step._members()))

    def _raise_not_yours(self):
        if self.env.user in self._owners() | self._barred():
            raise AccessError(
                self.env._(
                    "%s was submitted by you or is your own. Somebody else has to decide it.",
                    self.document_name,
                )
            )
        raise AccessError(
            self.env._(
                "%(document)s waits for %(roles)s. It is not yours to decide.",
                document=self.document_name,
                roles=self.waiting_for,
            )
        )

    def _advance(self, document):
        """Close the approval of ``document`` after a decision, or return the steps to open."""
        self.ensure_one()
        steps = self.step_ids
        if any(step.state == "refused" for step in steps):
            self._close("refused")
            document._on_approval_refused(self)
        elif any(step.state == "waiting" for step in steps):
            if not any(step.state == "pending" for step in steps):
                return self._next_stage()
        elif not any(step.state == "pending" for step in steps):
            self._close("approved")
        return steps.browse()

    def _follow_up(self):
        """What follows from those of these approvals that are complete now."""
        approved = self.filtered(lambda approval: approval.state == "approved")
        for model, approvals in approved.grouped("res_model").items():
            documents = self.env[model].browse(approvals.mapped("res_id"))
            documents._on_approvals_approved(approvals)

    def _note_submissions(self, documents):
        """Write the submissions into the histories of ``documents``, given by their id."""
        texts = {
            approval.res_id: documents[approval.res_id]._submission_text(approval)
            for approval in self
        }
        for model, approvals in self.grouped("res_model").items():
            bodies = {res_id: texts[res_id] for res_id in approvals.mapped("res_id")}
            self.env[model].browse(bodies)._note_approvals(bodies)

    def _next_stage(self):
        """Return the steps of the first stage that is not open yet."""
        waiting = self.step_ids.filtered(lambda step: step.state == "waiting")
        stage = min(waiting.mapped("stage"), default=0)
        return waiting.filtered(lambda step: step.stage == stage)

    def _close(self, state):
        """Set the outcome; steps nobody decided are cancelled, nothing is deleted."""
        self.write({"state": state, "decided_on": self.decided_on or fields.Datetime.now()})
        undecided = self.step_ids.filtered(lambda step: step.state in ("waiting", "pending"))
        undecided._close_activities()
        undecided.write({"state": "cancelled"})

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Approvals are kept for ever and cannot be deleted."))
