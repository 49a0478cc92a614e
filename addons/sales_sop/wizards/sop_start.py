from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tools import format_list

from ..models.res_company_meeting import QUORUM_TYPES
from ..models.res_company_start import START_STEPS
from ..models.res_users import ROLE_GROUPS
from ..models.sop_policy import POLICY_STATES

STEPS = [code for code, __ in START_STEPS]


class SopStart(models.TransientModel):
    """The guided start of a company: roles, gates, policy, go-live date, issue.

    Everything entered is written to the company, the users and the policy at once, so the start
    can be left at any moment; it opens again at the step where it was left.
    """

    _name = "sop.start"
    _description = "Guided Start"

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    step = fields.Selection(START_STEPS, required=True)
    is_administrator = fields.Boolean(compute="_compute_is_administrator")
    role_ids = fields.One2many("sop.start.role", "start_id", string="Roles")
    missing_roles = fields.Integer(compute="_compute_progress")
    progress_html = fields.Html(compute="_compute_progress", sanitize=False)
    gates_html = fields.Html(compute="_compute_gates_html", sanitize=False)
    policy_id = fields.Many2one("sop.policy", compute="_compute_policy_id")
    policy_state = fields.Selection(POLICY_STATES, compute="_compute_policy_id")
    vote_summary = fields.Char(related="policy_id.vote_summary", related_sudo=False)
    vote_state = fields.Selection(related="policy_id.vote_state", related_sudo=False)
    is_governed = fields.Boolean(compute="_compute_policy_id")
    meeting_decides = fields.Boolean(compute="_compute_policy_id")
    meeting_member_ids = fields.Many2many(
        "res.users",
        string="Members of the Meeting",
        compute="_compute_company_values",
        inverse="_inverse_meeting",
    )
    meeting_quorum_type = fields.Selection(
        QUORUM_TYPES, compute="_compute_company_values", inverse="_inverse_meeting"
    )
    meeting_quorum = fields.Integer(compute="_compute_company_values", inverse="_inverse_meeting")
    go_live_date = fields.Date(compute="_compute_company_values", inverse="_inverse_go_live_date")

    def _compute_display_name(self):
        for start in self:
            start.display_name = self.env._("Guided Start")

    # -- opening and moving --------------------------------------------------------------------

    @api.model
    def _action_start(self):
        """Open the guided start of the current company where it was left."""
        company = self.env.company
        company._sop_require_start_role()
        start = self.create(
            {
                "company_id": company.id,
                "step": company.sudo().sop_start_step or STEPS[0],
                "role_ids": [
                    Command.create({"group_id": self.env.ref(group).id}) for group in ROLE_GROUPS
                ],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Guided Start"),
            "res_model": self._name,
            "res_id": start.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    @api.model_create_multi
    def create(self, vals_list):
        starts = super().create(vals_list)
        starts._check_own_company()
        return starts

    def write(self, vals):
        self._check_own_company()
        result = super().write(vals)
        self._check_own_company()
        if "step" in vals:
            for start in self:
                start.company_id.sudo().sop_start_step = start.step
        return result

    def _check_own_company(self):
        """Only who starts a company, and works in it, sets it up."""
        self.company_id._sop_require_start_role()
        if not self.env.su and self.company_id - self.env.user.company_ids:
            raise AccessError(self.env._("You can only set up a company in which you work."))

    def action_next(self):
        """Go on to the next step."""
        self._move(1)

    def action_back(self):
        """Go back to the step before."""
        self._move(-1)

    def _move(self, direction):
        self.ensure_one()
        place = self._place() + direction
        self.step = STEPS[max(0, min(place, len(STEPS) - 1))]

    def _place(self):
        """Return the number of the step; a form that is not filled in yet is at the first one."""
        return STEPS.index(self.step or STEPS[0])

    # -- the company's own values --------------------------------------------------------------

    def _compute_is_administrator(self):
        self.is_administrator = self.env.user._sop_has_role("base.group_system")

    @api.depends("company_id")
    def _compute_company_values(self):
        self._check_own_company()
        for start in self:
            company = start.company_id.sudo()
            start.meeting_member_ids = company.sop_meeting_member_ids
            start.meeting_quorum_type = company.sop_meeting_quorum_type
            start.meeting_quorum = company.sop_meeting_quorum
            start.go_live_date = company.go_live_date

    def _inverse_meeting(self):
        self._check_own_company()
        for start in self:
            start.company_id.sudo().write(
                {
                    "sop_meeting_member_ids": [Command.set(start.meeting_member_ids.ids)],
                    "sop_meeting_quorum_type": start.meeting_quorum_type,
                    "sop_meeting_quorum": start.meeting_quorum,
                }
            )

    def _inverse_go_live_date(self):
        self._check_own_company()
        for start in self:
            start.company_id.sudo().go_live_date = start.go_live_date

    # -- the policy ----------------------------------------------------------------------------

    @api.depends("company_id")
    def _compute_policy_id(self):
        self._check_own_company()
        for start in self:
            policies = self.env["sop.policy"].search([("company_id", "=", start.company_id.id)])
            prepared = policies.filtered(lambda policy: policy.state in ("decided", "draft"))
            issued = policies.filtered(lambda policy: policy.state == "issued")
            policy = prepared.sorted("state")[:1] or issued[:1]
            start.policy_id = policy
            start.policy_state = policy.state
            start.is_governed = start.company_id._sop_is_governed()
            start.meeting_decides = policy.meeting_decides

    def action_sample_policy(self):
        """Make a policy from the sample and open it."""
        return self.env["sop.policy"]._action_start_from_sample()

    def action_own_policy(self):
        """Open an empty policy."""
        return self.env["sop.policy"]._action_open_new()

    def action_open_policy(self):
        """Open the policy in preparation, or the one in force."""
        return self.policy_id._action_open()

    def action_open_for_decision(self):
        """Ask the members of the meeting to vote."""
        self.policy_id.action_open_for_decision()

    def action_decide(self):
        """Record the decision."""
        self.policy_id.action_decide()

    def action_issue(self):
        """Issue the policy: from now on the rules apply in this company."""
        self.policy_id.action_issue()

    # -- what is explained ---------------------------------------------------------------------

    @api.depends("company_id")
    @api.depends_context("lang")
    def _compute_gates_html(self):
        for start in self:
            policy = start.policy_id.sudo()
            shown = policy or policy.new(policy._prepare_sample_values(start.company_id))
            start.gates_html = self.env["ir.qweb"]._render(
                "sales_sop.sop_start_gates", {"policy": shown, "is_sample": not policy}
            )

    @api.depends("step", "role_ids.user_ids", "go_live_date")
    @api.depends_context("lang")
    def _compute_progress(self):
        for start in self:
            start.missing_roles = len(start.role_ids.filtered("is_missing"))
            start.progress_html = self.env["ir.qweb"]._render(
                "sales_sop.sop_start_progress", {"start": start, "steps": start._progress()}
            )

    def _progress(self):
        """Return per step its label, whether it is done, and what is still missing."""
        labels = dict(self._fields["step"]._description_selection(self.env))
        done = {
            "roles": not self.missing_roles,
            "gates": self._place() > STEPS.index("gates") or self.is_governed,
            "policy": bool(self.policy_id),
            "go_live": bool(self.go_live_date),
            "issue": self.is_governed,
        }
        return [
            {"label": labels[step], "is_done": done[step], "is_current": step == self.step}
            for step in STEPS
        ]


class SopStartRole(models.TransientModel):
    """A role of the procedure in the guided start: who holds it and what follows if nobody does."""

    _name = "sop.start.role"
    _description = "Role in the Guided Start"
    _order = "id"

    start_id = fields.Many2one("sop.start", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="start_id.company_id", related_sudo=False)
    group_id = fields.Many2one("res.groups", string="Role", required=True, readonly=True)
    purpose = fields.Text(related="group_id.comment", string="What For", related_sudo=True)
    user_ids = fields.Many2many(
        "res.users",
        string="People",
        compute="_compute_user_ids",
        inverse="_inverse_user_ids",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    is_missing = fields.Boolean(compute="_compute_consequence")
    consequence = fields.Text(string="What Follows", compute="_compute_consequence")

    @api.depends("group_id", "company_id")
    def _compute_user_ids(self):
        for role in self:
            role.user_ids = role.group_id._sop_holders(role.company_id)

    def _inverse_user_ids(self):
        """Only an administrator gives and takes roles; Odoo's own access rights hold besides."""
        if not self.env.user._sop_has_role("base.group_system"):
            raise AccessError(self.env._("Only an administrator gives roles to people."))
        self.start_id._check_own_company()
        groups = [self.env.ref(group) for group in ROLE_GROUPS]
        for role in self:
            if role.group_id not in groups:
                raise AccessError(
                    self.env._("%s is no role of the sales procedure.", role.group_id.name)
                )
            wanted, holders = role.user_ids, role.group_id._sop_holders(role.company_id)
            (wanted - holders).write({"group_ids": [Command.link(role.group_id.id)]})
            (holders - wanted).write({"group_ids": [Command.unlink(role.group_id.id)]})
        self.env.invalidate_all()

    # -- what follows --------------------------------------------------------------------------

    @api.depends("user_ids")
    @api.depends_context("lang")
    def _compute_consequence(self):
        for role in self:
            sentences = [*role._missing_sentences(), *role._doubled_sentences()]
            role.consequence = "\n".join(sentences)
            role.is_missing = bool(sentences) and not role.user_ids

    def _routes(self):
        """Return the routes that serve the company, one for each code, the nearest first."""
        company_ids = [False, *self.company_id.sudo().parent_ids.ids]
        routes = self.env["sop.approval.route"].sudo().search([("company_id", "in", company_ids)])
        nearest = routes.sorted(lambda route: -len(route.company_id.parent_ids))
        return [found[0] for found in nearest.grouped("code").values()]

    def _missing_sentences(self):
        """What nobody can do while nobody holds the role."""
        if self.user_ids:
            return []
        routes = self._routes()
        decides = [route.name for route in routes if self.group_id in route.step_ids.group_id]
        submits = [route.name for route in routes if self.group_id == route.submit_group_ids]
        sentences = []
        if decides and self._superior_holders():
            sentences.append(
                self.env._("Only a higher role can decide: %s.", format_list(self.env, decides))
            )
        elif decides:
            sentences.append(self.env._("Nobody can decide: %s.", format_list(self.env, decides)))
        if submits:
            sentences.append(self.env._("Nobody can submit: %s.", format_list(self.env, submits)))
        return sentences

    def _superior_holders(self):
        superiors = self.env["res.groups"]._sop_superior_ids().get(self.group_id.id, ())
        return self.env["res.groups"].browse(superiors)._sop_holders(self.company_id)

    def _doubled_sentences(self):
        """Where two people are needed and there is only one."""
        if len(self.user_ids) != 1:
            return []
        sentences = []
        for route in self._routes():
            for step in route.step_ids.filtered(lambda step: step.group_id == self.group_id):
                sentences += self._same_person_sentences(route, step)
        return sentences

    def _same_person_sentences(self, route, step):
        parallel = route.step_ids.filtered(
            lambda other: other.stage == step.stage and other.group_id != self.group_id
        )
        sentences = [
            self.env._(
                "%(route)s: %(role)s and %(other)s have to be two people, and both are only "
                "%(person)s.",
                route=route.name,
                role=self.group_id.name,
                other=other.group_id.name,
                person=self.user_ids.name,
            )
            for other in parallel
            if other.group_id._sop_holders(self.company_id) == self.user_ids
        ]
        groups = route.submit_group_ids
        submitters = groups._sop_holders(self.company_id) if groups else False
        may_approve_own = self.company_id.sudo().sop_requester_may_approve
        if submitters == self.user_ids and not may_approve_own:
            sentences.append(
                self.env._(
                    "%(route)s: only %(person)s can submit it, and nobody decides what they "
                    "submitted themselves.",
                    route=route.name,
                    person=self.user_ids.name,
                )
            )
        return sentences
