from odoo import api, fields, models

STEP_STATES = [
    ("waiting", "Waiting for an Earlier Stage"),
    ("pending", "Waiting"),
    ("approved", "Approved"),
    ("refused", "Refused"),
    ("cancelled", "Cancelled"),
]


class SopApprovalStep(models.Model):
    """One decision of an approval. Only the methods of ``sop.approval`` write it."""

    _name = "sop.approval.step"
    _description = "Approval Step"
    _inherit = ["sop.own.defaults.mixin"]
    _order = "approval_id, stage, id"

    approval_id = fields.Many2one(
        "sop.approval", required=True, ondelete="restrict", index=True, readonly=True
    )
    company_id = fields.Many2one(related="approval_id.company_id")
    stage = fields.Integer(required=True, readonly=True)
    group_id = fields.Many2one(
        "res.groups", string="Role", required=True, ondelete="restrict", readonly=True
    )
    reason = fields.Char(
        readonly=True,
        translate=True,
        help="Why this document needs this step, when not every one needs it.",
    )
    state = fields.Selection(
        STEP_STATES, string="Status", default="waiting", required=True, readonly=True
    )
    user_id = fields.Many2one("res.users", string="Decided by", readonly=True, ondelete="restrict")
    on_behalf_of_id = fields.Many2one(
        "res.users",
        string="In Place of",
        readonly=True,
        help="Who was away and had delegated the decision.",
        ondelete="restrict",
    )
    decided_as_id = fields.Many2one(
        "res.groups",
        string="Decided as",
        readonly=True,
        help="The role in which it was decided; a higher role may decide for a lower one.",
        ondelete="restrict",
    )
    is_own = fields.Boolean(
        string="Own Document",
        readonly=True,
        help="Decided by whose document it is, which the company has allowed.",
    )
    rules = fields.Char(
        readonly=True, help="Ids of the rules that ask for this step, where it is not the route."
    )
    answer_required = fields.Boolean(
        readonly=True, help="Whoever approves the step has to write an answer (A2)."
    )
    decided_on = fields.Datetime(readonly=True)
    comment = fields.Text(readonly=True)

    _pending_group_idx = models.Index("(group_id) WHERE state = 'pending'")

    @api.model
    def search_fetch(self, domain, field_names=None, offset=0, limit=None, order=None):
        # Whoever looks for the steps of an approval reads them next: one query for both.
        names = None if field_names == ["approval_id"] else field_names
        return super().search_fetch(domain, names, offset=offset, limit=limit, order=order)

    def _members(self):
        """Return the active users who may decide this step.

        They hold its role, work in its company, did not request it (unless the company allows
        that) and have not decided another step of the same stage.
        """
        self.ensure_one()
        approval = self.approval_id
        members = self.group_id._sop_holders(approval.company_id)
        if not approval.company_id.sop_requester_may_approve:
            members -= approval._owners()
        return members - approval._barred() - self._stage_deciders()

    def _deciders(self):
        """Return ``{step: users}``: members, and who decides today in the place of one of them."""
        members = {step: step._members() for step in self}
        delegations = self.env["sop.delegation"]._of(self.env["res.users"].union(*members.values()))
        return {
            step: users | step._delegates(delegations, users) for step, users in members.items()
        }

    def _delegates(self, delegations, members):
        """Return who decides this step by one of ``delegations`` of its ``members``."""
        covering = delegations.filtered(
            lambda row: row.user_id in members and row._covers(self.approval_id)
        )
        return covering.delegate_id - self.approval_id._barred() - self._stage_deciders()

    def _stage_deciders(self):
        """Return who has decided a step of this stage, also through somebody else."""
        siblings = self.approval_id.step_ids.filtered(lambda step: step.stage == self.stage)
        return siblings.user_id | siblings.on_behalf_of_id

    @api.model
    def _alert_if_vacant(self):
        """Tell the administrators which open steps nobody can decide any more."""
        # While modules come and go, documents may lack what they name.
        if not self.env.registry.ready or not self.env["sop.policy"]._governed_company_ids():
            return
        for step in self.search([("state", "=", "pending")]):
            if not step._members():
                step._alert_administrators()

    def _alert_administrators(self):
        approval = self.approval_id
        document = approval._document()
        activity_type = self.env.ref("sales_sop.mail_activity_approval", raise_if_not_found=False)
        if not document or not activity_type:
            return
        administrators = self.env.ref("base.group_system")._sop_holders(approval.company_id)
        activities = self.env["mail.activity"]
        told = activities.search([("sop_approval_step_id", "=", self.id)]).user_id
        activities.create(
            [
                {
                    "activity_type_id": activity_type.id,
                    "res_model_id": self.env["ir.model"]._get_id(approval.res_model),
                    "res_id": approval.res_id,
                    "user_id": administrator.id,
                    "summary": self._vacancy_summary(administrator),
                    "sop_approval_step_id": self.id,
                }
                for administrator in administrators - told
            ]
        )

    def _vacancy_summary(self, administrator):
        step = self.with_context(lang=administrator.lang)
        return step.env._("Nobody can decide as %s: give the role to somebody", step.group_id.name)

    def _superiors(self, user):
        """Return the roles of ``user`` that stand above this step's, from near to far."""
        superior_ids = self.env["res.groups"]._sop_superior_ids().get(self.group_id.id, ())
        return self.env["res.groups"].browse(superior_ids) & user.all_group_ids

    def _without_own_member(self):
        """Return the steps for which nobody is left when every step takes somebody else.

        Steps of different stages may be decided by the same person.
        """
        missing = self.browse()
        for __, steps in sorted(self.grouped("stage").items()):
            deciders = {}
            for step in steps:
                if not step._assign(deciders, set()):
                    missing |= step
        return missing

    def _assign(self, deciders, tried):
        """Give the step a member of its own, moving others to another of theirs if need be."""
        for member in self._members():
            if member in tried:
                continue
            tried.add(member)
            if member not in deciders or deciders[member]._assign(deciders, tried):
                deciders[member] = self
                return True
        return False

    def _note_decisions(self, documents):
        """Write these decisions into the histories of their documents.

        :param dict documents: document per approval id
        """
        bodies = {}
        for step in self:
            document = documents[step.approval_id.id].sudo()
            bodies.setdefault(document._name, {})[document.id] = step._decision_text()
        for model, texts in bodies.items():
            self.env[model].browse(texts)._note_approvals(texts)

    def _decision_text(self):
        texts = {
            "approved": self.env._("%(route)s: approved as %(role)s%(for)s. %(comment)s"),
            "refused": self.env._("%(route)s: refused as %(role)s%(for)s. %(comment)s"),
        }
        principal = self.on_behalf_of_id
        (self.decided_as_id or self.group_id)._sop_recall()
        text = texts[self.state] % {
            "route": self.approval_id.route_id.name,
            "role": (self.decided_as_id or self.group_id).name,
            "for": self.env._(" for %s", principal.name) if principal else "",
            "comment": self.comment or "",
        }
        return text.strip()

    def _open(self):
        """Make these steps the open ones and put them on their members' to-do lists."""
        self.write({"state": "pending"})
        self._put_on_lists()

    def _put_on_lists(self):
        """Make the activities of those who can decide these open steps."""
        # Not env.ref: it would look for the record every time.
        activity_type_id = self.env["ir.model.data"]._xmlid_to_res_id(
            "sales_sop.mail_activity_approval", raise_if_not_found=False
        )
        if not activity_type_id:
            return
        values = []
        for step, members in self._deciders().items():
            approval = step.approval_id
            for member in members:
                values.append(
                    {
                        "activity_type_id": activity_type_id,
                        "res_model_id": self.env["ir.model"]._get_id(approval.res_model),
                        "res_id": approval.res_id,
                        "res_name": approval.document_name,
                        "user_id": member.id,
                        "summary": step._activity_summary(member),
                        "sop_approval_step_id": step.id,
                    }
                )
        self.env["mail.activity"]._sop_create_quietly(values)

    def _activity_summary(self, member):
        """Say in the member's language which role decides."""
        step = self.with_context(lang=member._sop_settings()["lang"])
        step.group_id._sop_recall()
        return step.env._("To be decided as %s", step.group_id.name)

    def _close_activities(self):
        """Take these steps off the to-do lists."""
        self.env["mail.activity"]._sop_finish([("sop_approval_step_id", "in", self.ids)])
