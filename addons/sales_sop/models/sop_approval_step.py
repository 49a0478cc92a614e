from odoo import fields, models

STEP_STATES = [
    ("waiting", "Waiting for an Earlier Stage"),
    ("pending", "Open"),
    ("approved", "Approved"),
    ("refused", "Refused"),
    ("cancelled", "Cancelled"),
]


class SopApprovalStep(models.Model):
    """One decision of an approval. Only the methods of ``sop.approval`` write it."""

    _name = "sop.approval.step"
    _description = "Approval Step"
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
        readonly=True, help="Why this document needs this step, when not every one needs it."
    )
    state = fields.Selection(STEP_STATES, default="waiting", required=True, readonly=True)
    user_id = fields.Many2one("res.users", string="Decided by", readonly=True)
    decided_on = fields.Datetime(readonly=True)
    comment = fields.Text(readonly=True)

    _pending_group_idx = models.Index("(group_id) WHERE state = 'pending'")

    def _members(self):
        """Return the active users who may decide this step.

        They hold its role, work in its company, did not request it (unless the company allows
        that) and have not decided another step of the same stage.
        """
        self.ensure_one()
        approval = self.approval_id
        members = self.env["res.users"].search(
            [
                ("all_group_ids", "in", self.group_id.ids),
                ("company_ids", "in", approval.company_id.ids),
                ("share", "=", False),
            ]
        )
        if not approval.company_id.sop_requester_may_approve:
            members -= approval.requested_by_id
        siblings = approval.step_ids.filtered(lambda step: step.stage == self.stage)
        return members - siblings.user_id

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

    def _open(self):
        """Make these steps the open ones and put them on their members' to-do lists."""
        self.write({"state": "pending"})
        activity_type = self.env.ref("sales_sop.mail_activity_approval", raise_if_not_found=False)
        if not activity_type:
            return
        values = []
        for step in self:
            approval = step.approval_id
            for member in step._members():
                values.append(
                    {
                        "activity_type_id": activity_type.id,
                        "res_model_id": self.env["ir.model"]._get_id(approval.res_model),
                        "res_id": approval.res_id,
                        "user_id": member.id,
                        "summary": step._activity_summary(member),
                        "sop_approval_step_id": step.id,
                    }
                )
        self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(values)

    def _activity_summary(self, member):
        """Say in the member's language which role decides."""
        step = self.with_context(lang=member.lang)
        return step.env._("To be decided as %s", step.group_id.name)

    def _close_activities(self):
        """Take these steps off the to-do lists."""
        self.env["mail.activity"].search([("sop_approval_step_id", "in", self.ids)]).unlink()
