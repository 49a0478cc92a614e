import hashlib
import json

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_list

from .touch import touch

# Where a document stands on a route, as `_approval_state` tells it.
DOCUMENT_STATES = [
    ("none", "Not Submitted"),
    ("pending", "Waiting for Approval"),
    ("approved", "Approved"),
    ("refused", "Refused"),
    ("stale", "Changed Since Submission"),
]


class SopApprovalMixin(models.AbstractModel):
    """Documents that can be submitted for approval.

    A document says what its content is (:meth:`_approval_content`), when it may be submitted
    (:meth:`_check_submission`) and what follows from a decision (:meth:`_on_approval_approved`,
    :meth:`_on_approval_refused`).
    """

    _name = "sop.approval.mixin"
    _description = "Document That Is Approved"

    approval_ids = fields.One2many(
        "sop.approval",
        "res_id",
        string="Approvals",
        domain=lambda self: [("res_model", "=", self._name)],
        readonly=True,
        copy=False,
        # Those who may read approvals; others go on reading their documents as before.
        groups="sales_sop.group_user,base.group_system",
    )
    sop_can_decide = fields.Boolean(
        string="Waits for My Decision",
        compute="_compute_sop_can_decide",
        groups="base.group_user",
    )

    sop_can_withdraw = fields.Boolean(
        string="May Be Withdrawn by Me",
        compute="_compute_sop_can_decide",
        groups="base.group_user",
    )

    @api.depends("approval_ids.step_ids.state", "approval_ids.state")
    @api.depends_context("uid")
    def _compute_sop_can_decide(self):
        for record in self:
            record.sop_can_decide = bool(record._approvals_i_decide())
            record.sop_can_withdraw = bool(record._approvals_i_withdraw())

    # -- public --------------------------------------------------------------------------------

    def submit_approval(self, route_code):
        """Submit each of these documents on the route ``route_code``.

        The content's hash is taken now; an earlier submission on the route is superseded.

        :param str route_code: for example ``application``, ``contract``, ``delivery``
        :return: the new ``sop.approval`` records
        :raise AccessError: when the user's roles may not submit on this route
        :raise UserError: when the document is not ready or a step of the route has no member
        """
        documents = self.with_env(self.env(context=self._approval_context()))
        # Of two who submit at once both would wait, and whoever decided one would find another.
        touch(documents)
        prepared = [document._prepare_submission(route_code) for document in documents]
        # Together; a client's defaults do not reach them, though they are written with sudo.
        approvals = self.env["sop.approval"].with_env(documents.env).sudo()
        approvals = approvals.create([values for __, values in prepared])
        for (document, __), approval in zip(prepared, approvals):
            document._after_submission(approval)
        approvals._note_submissions({document.id: document for document, __ in prepared})
        approvals._follow_up()
        approvals.step_ids.filtered(lambda step: step.state == "pending")._put_on_lists()
        return approvals.sudo(False).with_env(self.env)

    @api.model
    def _approval_context(self):
        """The context in which documents are judged: nothing that a client sends along decides."""
        kept = ("lang", "allowed_company_ids", "tracking_disable")
        context = {key: self.env.context[key] for key in kept if key in self.env.context}
        return {**context, "tz": self.env.user._sop_settings()["tz"] or "UTC"}

    def approval_for(self, route_code):
        """Return the newest ``sop.approval`` on the route; superseded ones do not count."""
        self.ensure_one()
        self.check_access("read")
        return self._approval_for(route_code).sudo(False)

    def is_approved(self, route_code):
        """Whether the document is approved on the route and still has the approved content."""
        self.ensure_one()
        self.check_access("read")
        return self._is_approved(route_code)

    def action_sop_approve(self):
        """Approve the current user's open step of these documents."""
        approvals = self._approvals_waiting_for_me()
        if len(approvals) == 1 and (dialog := approvals._ask_for_answer()):
            return dialog
        return approvals.approve()

    def action_sop_withdraw(self):
        """Take back what the current user has submitted and nobody has decided yet."""
        mine = self._approvals_i_withdraw()
        if not mine:
            raise AccessError(
                self.env._(
                    "Nothing of %s waits for a decision that you could withdraw.",
                    format_list(self.env, self.mapped("display_name")),
                )
            )
        return mine.withdraw()

    def action_sop_refuse(self):
        """Open the dialog that asks why the current user refuses these documents."""
        return self._approvals_waiting_for_me().action_refuse()

    # -- to be defined by the document ---------------------------------------------------------

    def _approval_content(self, route_code):
        """Return the content that the route approves, as data that JSON can hold."""
        raise NotImplementedError

    def _read_contents(self):
        """Read at once what the contents of several documents refer to: a list shows them all."""

    def _check_submission(self, route_code):
        """Raise a UserError unless the document may be submitted on the route now."""

    def _on_approval_approved(self, approval):
        """What follows from the last approval."""

    def _on_approval_refused(self, approval):
        """What follows from a refusal: the requester is told why."""
        self._notify_requester(approval)

    def _on_approval_withdrawn(self, approval):
        """What follows when the submission is taken back."""

    def _approval_values(self, route_code):
        """Return what the list of approvals shows of this document."""
        self.ensure_one()
        return {
            "document_name": self.display_name,
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "salesperson_id": self._approval_salesperson().id,
        }

    def _approval_steps(self, route):
        """Return the values of the approval's steps, in any order: stage, group_id, reason.

        A document adds steps of its own, or takes those out that its content does not need.
        """
        return [
            {"stage": step.stage, "group_id": step.group_id.id, "reason": reason}
            for step in route.step_ids
            if (reason := self._approval_step_reason(step)) is not None
        ]

    def _approval_step_reason(self, route_step):
        """Say why this document needs the step of its route; None when it does not need it.

        An empty sentence means that every document of the route needs it. A step of the kind
        "where the policy asks for it" is the document's to answer.
        """
        return None if route_step.condition == "policy" else ""

    def _approval_salesperson(self):
        """Return the salesperson whose document this is."""
        self.ensure_one()
        return self.user_id

    def _approval_summary(self, route_code):
        """Return the content to approve as HTML that people can read."""
        return False

    # -- engine --------------------------------------------------------------------------------

    def _approvals_i_decide(self):
        """Return the open approvals of these documents that the current user may decide."""
        approvals = self.sudo().approval_ids.filtered(lambda approval: approval.state == "pending")
        user = self.env.user
        delegations = self.env["sop.delegation"]._in_force(user)
        return approvals.filtered(lambda approval: approval._claim_of(user, delegations)).sudo(
            False
        )

    def _approvals_i_withdraw(self):
        """Return the open approvals of these documents that the current user may take back."""
        return (
            self.sudo()
            .approval_ids.filtered(
                lambda approval: approval.state == "pending" and self.env.user in approval._owners()
            )
            .sudo(False)
        )

    def _approvals_waiting_for_me(self):
        approvals = self._approvals_i_decide()
        if not approvals:
            raise AccessError(
                self.env._(
                    "No open approval of %s is yours to decide.",
                    format_list(self.env, self.mapped("display_name")),
                )
            )
        return approvals

    def _approval_for(self, route_code):
        approvals = self.sudo().approval_ids
        newest = approvals.filtered(
            lambda approval: approval.code == route_code and approval.state != "superseded"
        )[:1]
        # The steps of the approvals of a whole list are read together.
        return newest.with_prefetch(approvals._prefetch_ids)

    def _is_approved(self, route_code):
        approval = self._approval_for(route_code)
        return approval.state == "approved" and self._approval_holds(approval)

    def _approval_state(self, route_code):
        """Return none, pending, approved, refused or stale (the content has changed since)."""
        approval = self._approval_for(route_code)
        if not approval:
            return "none"
        if approval.state != "refused" and not self._approval_holds(approval):
            return "stale"
        return approval.state

    @api.model
    def _search_approval_state(self, route_code, states):
        """Return a domain of the documents whose approval on the route is in one of ``states``.

        ``stale`` needs every document's content, so only open documents are looked at for it.
        """
        newest = SQL(
            """(SELECT res_id
                  FROM (SELECT DISTINCT ON (res_id) res_id, state
                          FROM sop_approval
                         WHERE res_model = %(model)s
                           AND code = %(code)s
                           AND state != 'superseded'
                      ORDER BY res_id, id DESC) newest
                 WHERE state IN %(states)s)""",
            model=self._name,
            code=route_code,
            # "Is not set" asks for False; every document has a state.
            states=tuple(filter(None, states)) or ("",),
        )
        self.env["sop.approval"].flush_model()
        domain = Domain("id", "in", newest)
        if "none" in states:
            live = [("code", "=", route_code), ("state", "!=", "superseded")]
            domain |= Domain("approval_ids", "not any", live)
        if "stale" in states:
            undecided = [("code", "=", route_code), ("state", "in", ("pending", "approved"))]
            candidates = self.search(
                [
                    ("approval_ids", "any", undecided),
                    ("state", "not in", ("done", "cancel", "sale")),
                ]
            )
            stale = candidates.filtered(lambda rec: rec._approval_state(route_code) == "stale")
            domain |= Domain("id", "in", stale.ids)
        return domain

    def _approval_holds(self, approval):
        """Whether the document still has the content that was submitted."""
        self.ensure_one()
        return self._approval_hash(approval.code) == approval.content_hash

    def _approval_hash(self, route_code):
        return self._hash_content(self.sudo()._approval_content(route_code))

    @api.model
    def _hash_content(self, content):
        text = json.dumps(content, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def _prepare_submission(self, route_code):
        """Check that the document may be submitted now.

        :return: the document with ``sudo()``, and the values of its approval
        """
        self.ensure_one()
        self.check_access("read")
        self.company_id._sop_currency()
        if not self.company_id._sop_is_governed():
            raise UserError(
                self.env._("%s has no issued sales policy yet.", self.company_id.display_name)
            )
        route = self.env["sop.approval.route"]._for(route_code, self.company_id, self._name)
        self._check_submitter(route)
        self._check_submission(route_code)
        document = self.sudo()
        document._supersede_approvals([route_code])
        document._before_submission(route)
        return document, document._prepare_approval(route)

    def _check_submitter(self, route):
        if self.env.su or route._submitter_group_ids().intersection(
            self.env.user.sudo()._get_group_ids()
        ):
            return
        raise AccessError(
            self.env._(
                "%(user)s cannot submit %(document)s. This needs one of these roles: %(roles)s.",
                user=self.env.user.name,
                document=self.display_name,
                roles=format_list(self.env, route.submit_group_ids.mapped("name"), "or"),
            )
        )

    def _before_submission(self, route):
        """Fix what the approval rests on; the content is taken afterwards."""

    def _prepare_approval(self, route):
        """Return the values of the approval of this document as it is now."""
        content = self._approval_content(route.code)
        values = self._approval_values(route.code)
        steps = self._approval_steps(route)
        first = min((step["stage"] for step in steps), default=0)
        return {
            "route_id": route.id,
            "code": route.code,
            "res_model": self._name,
            "res_id": self.id,
            "state": "pending",
            "requested_by_id": self.env.uid,
            "requested_on": fields.Datetime.now(),
            "content": content,
            "content_hash": self._hash_content(content),
            "submitted_summary": self._approval_summary(route.code),
            "step_ids": [
                fields.Command.create(
                    {
                        "state": "pending" if step["stage"] == first else "waiting",
                        "user_id": False,
                        **step,
                    }
                )
                for step in steps
            ],
            **values,
            "amount_company": self._approval_amount_company(values),
        }

    def _after_submission(self, approval):
        """Check who is to decide; what nobody has to decide is approved at once."""
        self._translate_reasons(approval)
        self._check_steps_have_members(approval)
        if not approval.step_ids:
            self._check_may_be_free(approval)
            approval._close("approved")

    def _submission_text(self, approval):
        """Say in the document's history that it was submitted, and who decides."""
        if not approval.step_ids:
            return self.env._(
                "%s: nobody else has to decide it; it is approved.", approval.route_id.name
            )
        return self.env._(
            "%(route)s: submitted, waits for %(roles)s.",
            route=approval.route_id.name,
            roles=approval.waiting_for,
        )

    def _on_approvals_approved(self, approvals):
        """What follows from the last approval of each of these documents."""
        documents = {document.id: document for document in self}
        for approval in approvals:
            documents[approval.res_id]._on_approval_approved(approval)

    def _translate_reasons(self, approval):
        """Say why a step is needed in every language of those who may have to decide it."""
        if not any(approval.step_ids.mapped("reason")):
            return
        for lang, __ in self.env["res.lang"].get_installed():
            if lang == (self.env.lang or "en_US"):
                continue
            document = self.with_context(lang=lang)
            steps = document._approval_steps(approval.route_id.with_env(document.env))
            reasons = {(step["stage"], step["group_id"]): step["reason"] for step in steps}
            for step in approval.step_ids.with_env(document.env):
                step.reason = reasons.get((step.stage, step.group_id.id)) or step.reason

    # Routes on which nobody may have to decide; everywhere else somebody does.
    _free_routes = frozenset()

    def _check_may_be_free(self, approval):
        if approval.code not in self._free_routes:
            raise UserError(
                self.env._(
                    "%(document)s cannot be submitted: the approval route “%(route)s” has no step "
                    "for it. Ask the administrator to complete it under Configuration.",
                    document=approval.document_name,
                    route=approval.route_id.name,
                )
            )

    def _approval_amount_company(self, values):
        """Return the document's amount in its company's currency, at today's rate."""
        currency = self.env["res.currency"].browse(values.get("currency_id"))
        amount = values.get("amount") or 0.0
        if not currency or not amount:
            return amount
        company = self.company_id
        return currency._convert(amount, company.currency_id, company, company._sop_today())

    def _note_approval(self, body):
        """Write a sentence about an approval into the document's history; it notifies nobody."""
        self._note_approvals({self.id: body})

    def _note_approvals(self, bodies):
        """The same for several documents at once: ``{document id: sentence}``."""
        author_id, email_from = self.env.user._sop_author()
        self.env.company._sop_recall()
        self._message_log_batch(bodies, author_id=author_id, email_from=email_from)

    def _check_steps_have_members(self, approval):
        missing = approval.step_ids._without_own_member()
        vacant = missing.filtered(lambda step: not step._members())
        if vacant:
            raise UserError(
                self.env._(
                    "%(document)s cannot be submitted: nobody who may decide about it holds the "
                    "role %(roles)s in %(company)s, as neither the requester nor whom it concerns "
                    "may. Ask the administrator to give the role to somebody else.",
                    document=approval.document_name,
                    roles=format_list(self.env, vacant.group_id.mapped("name")),
                    company=approval.company_id.name,
                )
            )
        if missing:
            stages = missing.mapped("stage")
            parallel = approval.step_ids.filtered(lambda step: step.stage in stages)
            raise UserError(
                self.env._(
                    "%(document)s cannot be submitted: %(roles)s are decided by different people, "
                    "and too few hold these roles in %(company)s. Ask the administrator to give "
                    "one of them to somebody else.",
                    document=approval.document_name,
                    roles=format_list(self.env, parallel.group_id.mapped("name")),
                    company=approval.company_id.name,
                )
            )

    def _supersede_approvals(self, route_codes=None):
        """Void the approvals on the routes (all when None); they stay in the history."""
        live = self.sudo().approval_ids.filtered(
            lambda approval: (
                approval.state != "superseded"
                and (route_codes is None or approval.code in route_codes)
            )
        )
        for approval in live:
            approval._close("superseded")

    @api.ondelete(at_uninstall=False)
    def _unlink_supersede_approvals(self):
        """A deleted document's approvals stay in the history and wait for nobody."""
        self._supersede_approvals()

    def _notify_requester(self, approval):
        self.message_notify(
            subject=self.env._("%s was refused", approval.document_name),
            body=approval._refusal_reason(),
            partner_ids=approval.requested_by_id.partner_id.ids,
        )

    @api.model
    def _approval_table(self, header, rows):
        """Render a small HTML table; the cells are escaped.

        It has no ``<th>``: a list that shows it would take these for its own column headers.
        """

        def render(row, style=""):
            cells = Markup().join(Markup("<td>%s</td>") % cell for cell in row)
            return Markup('<tr class="%s">%s</tr>') % (style, cells)

        return Markup('<table class="table table-sm"><tbody>%s%s</tbody></table>') % (
            render(header, "text-muted"),
            Markup().join(map(render, rows)),
        )
