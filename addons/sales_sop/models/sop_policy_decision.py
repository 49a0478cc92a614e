from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_list

from .sop_policy_vote import VOTES
from .touch import touch

VOTE_STATES = [
    ("none", "Not Open for Decision"),
    ("open", "Open for Decision"),
    ("carried", "Carried"),
    ("stale", "Changed Since It Was Opened"),
]
MINUTES_FIELDS = frozenset({"minutes_file", "minutes_filename"})


class SopPolicy(models.Model):
    """The decision of the joint operations meeting on a draft (P1).

    Opening a draft for decision freezes its members, its quorum and the hash of its content. A
    draft that was changed afterwards can neither be voted on nor decided; opening it again starts
    a new round. A company that has named no members goes on with the word of one person.
    """

    _inherit = "sop.policy"

    vote_ids = fields.One2many("sop.policy.vote", "policy_id", string="Votes", readonly=True)
    vote_round = fields.Integer(string="Round", readonly=True, copy=False)
    vote_hash = fields.Char(readonly=True, copy=False)
    vote_opened_on = fields.Datetime(string="Open Since", readonly=True, copy=False)
    vote_opened_by_id = fields.Many2one("res.users", readonly=True, copy=False, ondelete="restrict")
    meeting_member_ids = fields.Many2many(
        "res.users",
        "sop_policy_meeting_member_rel",
        "policy_id",
        "user_id",
        string="Members of the Meeting",
        context={"active_test": False},
        readonly=True,
        copy=False,
        ondelete="restrict",
    )
    votes_needed = fields.Integer(readonly=True, copy=False)
    meeting_decides = fields.Boolean(compute="_compute_meeting_decides", compute_sudo=True)
    vote_state = fields.Selection(VOTE_STATES, string="Decision", compute="_compute_vote_state")
    vote_summary = fields.Char(string="Result", compute="_compute_vote_state")
    not_voted_ids = fields.Many2many(
        "res.users", string="Not Voted Yet", compute="_compute_vote_state"
    )
    my_vote = fields.Selection(VOTES, compute="_compute_my_vote")
    can_vote = fields.Boolean(
        string="Waits for My Vote", compute="_compute_my_vote", search="_search_can_vote"
    )
    decided_by_id = fields.Many2one("res.users", readonly=True, copy=False, ondelete="restrict")
    # In the table, not in an attachment: who may write the policy could replace an attachment.
    minutes_file = fields.Binary(
        string="Minutes",
        attachment=False,
        copy=False,
        help="The signed minutes of the meeting. They can be added until the policy is issued.",
    )
    minutes_filename = fields.Char(copy=False)

    @api.model
    def _sop_protected_fields(self):
        return super()._sop_protected_fields() | {
            "vote_round",
            "vote_hash",
            "vote_opened_on",
            "vote_opened_by_id",
            "meeting_member_ids",
            "votes_needed",
            "decided_by_id",
        }

    # -- what is shown -------------------------------------------------------------------------

    @api.depends("company_id", "vote_opened_on")
    def _compute_meeting_decides(self):
        for policy in self:
            policy.meeting_decides = policy._needs_meeting()

    def _compute_vote_state(self):
        for policy, ours in zip(self, self.sudo(), strict=True):
            votes = ours._counted_votes()
            policy.vote_state = ours._vote_state(votes)
            policy.vote_summary = ours.vote_opened_on and ours._vote_summary(votes)
            policy.not_voted_ids = ours.meeting_member_ids - votes.user_id

    @api.depends_context("uid")
    def _compute_my_vote(self):
        member = self.env.user
        for policy in self:
            votes = policy.sudo()._counted_votes()
            policy.my_vote = votes.filtered(lambda vote: vote.user_id == member).vote
            policy.can_vote = (
                policy.state == "draft"
                and policy.vote_state in ("open", "carried")
                and member in policy.sudo().meeting_member_ids
            )

    def _search_can_vote(self, operator, value):
        """Drafts that are open for decision and on which the user has not voted yet."""
        if operator != "in":
            return NotImplemented
        mine = self.sudo().search(
            [
                ("state", "=", "draft"),
                ("vote_opened_on", "!=", False),
                ("meeting_member_ids", "in", self.env.uid),
            ]
        )
        waiting = mine.filtered(lambda policy: self.env.user in policy._waiting_members())
        return [("id", "in" if True in value else "not in", waiting.ids)]

    def _waiting_members(self):
        """Members whose vote is still missing; nobody while the draft is not open."""
        if self.state != "draft" or self.vote_state not in ("open", "carried"):
            return self.env["res.users"]
        return self.not_voted_ids.filtered("active")

    def _counted_votes(self):
        """Return the newest vote of each member in the present round; none when it is stale."""
        self.ensure_one()
        newest = {}
        if self._is_as_opened():
            for vote in self.vote_ids.sorted("id"):
                if vote.round == self.vote_round and vote.content_hash == self.vote_hash:
                    newest[vote.user_id] = vote.id
        return self.env["sop.policy.vote"].browse(newest.values())

    def _is_as_opened(self):
        """Whether the content is the one that was opened for decision."""
        if not self.vote_opened_on:
            return False
        return self.state != "draft" or self._content_hash() == self.vote_hash

    def _vote_state(self, votes):
        if not self.vote_opened_on:
            return "none"
        if not self._is_as_opened():
            return "stale"
        return "carried" if self._is_carried(votes) else "open"

    def _is_carried(self, votes):
        """Enough members have voted, and more than half of the votes are for the draft."""
        approving = votes.filtered(lambda vote: vote.vote == "for")
        return len(votes) >= self.votes_needed and 2 * len(approving) > len(votes)

    def _vote_summary(self, votes):
        count = votes.mapped("vote").count
        return self.env._(
            "%(cast)s of %(members)s members have voted, %(needed)s have to: %(approving)s for, "
            "%(against)s against, %(abstained)s abstained.",
            cast=len(votes),
            members=len(self.meeting_member_ids),
            needed=self.votes_needed,
            approving=count("for"),
            against=count("against"),
            abstained=count("abstain"),
        )

    # -- opening and voting --------------------------------------------------------------------

    def _needs_meeting(self):
        """Whether one person is not enough: once a meeting has decided, a meeting decides."""
        company = self.company_id
        return bool(
            self.vote_opened_on or company._sop_meeting()[0] or company._sop_least_meeting()[0]
        )

    def action_open_for_decision(self):
        """Ask the members of the meeting to vote on this draft; earlier votes count no more."""
        self.env.user._sop_require_role(
            self.env._("open a sales policy for decision"),
            "sales_sop.group_general_manager",
            "sales_sop.group_marketing_director",
        )
        self.check_access("write")
        for policy in self:
            policy._check_is_draft()
            policy._check_terms()
            policy._check_starts_later()
            policy.sudo()._open_for_decision()
        return True

    def _open_for_decision(self):
        members, needed = self.company_id._sop_require_meeting()
        self._check_votes_have_to_start_again()
        self.write(
            {
                "vote_round": self.vote_round + 1,
                "vote_hash": self._content_hash(),
                "vote_opened_on": fields.Datetime.now(),
                "vote_opened_by_id": self.env.uid,
                "meeting_member_ids": [fields.Command.set(members.ids)],
                "votes_needed": needed,
            }
        )
        self._close_vote_activities()
        for member in members:
            self._ask_for_vote(member)

    def _check_votes_have_to_start_again(self):
        """Nobody throws votes away by opening an unchanged draft once more."""
        members, needed = self.company_id._sop_meeting()
        same_meeting = (members, needed) == (self.meeting_member_ids, self.votes_needed)
        if self._counted_votes() and same_meeting:
            raise UserError(
                self.env._(
                    "%(policy)s is already open for decision. %(summary)s",
                    policy=self.name,
                    summary=self._vote_summary(self._counted_votes()),
                )
            )

    def _ask_for_vote(self, member):
        policy = self.with_context(lang=member.lang)
        policy.activity_schedule(
            "sales_sop.mail_activity_vote",
            user_id=member.id,
            summary=policy.env._("Vote on the sales policy"),
        )

    def _ask_to_issue(self):
        """The general manager finds the decided policy in the to-do list (P1)."""
        for user in self.env.ref("sales_sop.group_general_manager")._sop_holders(self.company_id):
            policy = self.with_context(lang=user.lang)
            policy.activity_schedule(
                "sales_sop.mail_activity_issue",
                user_id=user.id,
                summary=policy.env._("Issue the sales policy that was decided"),
            )

    def _close_vote_activities(self, member=None):
        """Take the vote off the to-do list of ``member``, or of everybody."""
        self._close_activities("sales_sop.mail_activity_vote", member)

    def _close_activities(self, activity_type, member=None):
        activities = self.activity_search(
            [activity_type],
            user_id=member.id if member else None,
            only_automated=False,
        )
        activities.unlink()

    def cast_vote(self, vote, comment=False):
        """Record the current user's own vote on these drafts (P1).

        :param str vote: ``for``, ``against`` or ``abstain``
        """
        if vote not in dict(VOTES):
            raise UserError(self.env._("A vote is for, against or abstained."))
        self.check_access("read")
        for policy in self:
            policy.sudo()._cast_vote(self.env.user, vote, comment)
        return True

    def _cast_vote(self, member, vote, comment):
        self._touch()
        self._check_can_vote(member)
        was_carried = self.vote_state == "carried"
        self.env["sop.policy.vote"].create(
            {
                "policy_id": self.id,
                "round": self.vote_round,
                "user_id": member.id,
                "vote": vote,
                "voted_on": fields.Datetime.now(),
                "comment": comment,
                "content_hash": self.vote_hash,
            }
        )
        self._close_vote_activities(member)
        self.invalidate_recordset()
        if self.vote_state == "carried" and not was_carried:
            self._tell_that_it_is_carried()

    def _tell_that_it_is_carried(self):
        opener = self.vote_opened_by_id
        policy = self.with_context(lang=opener.lang)
        policy.message_notify(
            subject=policy.env._("The meeting has decided for %s", policy.name),
            body=policy._vote_summary(policy._counted_votes()),
            partner_ids=opener.partner_id.ids,
        )

    def _check_can_vote(self, member):
        if self.state != "draft" or not self.vote_opened_on:
            raise UserError(self.env._("%s is not open for decision.", self.name))
        if not self._is_as_opened():
            raise UserError(
                self.env._(
                    "%s was changed since it was opened for decision. The marketing director or "
                    "the general manager has to open it again.",
                    self.name,
                )
            )
        if member not in self.meeting_member_ids:
            raise AccessError(
                self.env._(
                    "%(user)s is not a member of the joint operations meeting that decides "
                    "%(policy)s: %(members)s.",
                    user=member.name,
                    policy=self.name,
                    members=format_list(self.env, self.meeting_member_ids.mapped("name")),
                )
            )

    def action_vote(self):
        """Open the dialog in which a member votes."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("My Vote"),
            "res_model": "sop.policy.ballot",
            "view_mode": "form",
            "target": "new",
            "context": {"default_policy_id": self.id, "default_vote": self.my_vote},
        }

    # -- deciding ------------------------------------------------------------------------------

    def _check_can_be_decided(self):
        self.sudo()._check_meeting_has_decided()
        return super()._check_can_be_decided()

    def _check_meeting_has_decided(self):
        if not self._needs_meeting():
            return
        votes = self._counted_votes()
        state = self._vote_state(votes)
        if state == "carried":
            return
        if state == "none":
            members = format_list(
                self.env, self.company_id._sop_require_meeting()[0].mapped("name")
            )
            raise UserError(
                self.env._(
                    "%(policy)s is decided by the joint operations meeting (P1): %(members)s. "
                    "Open it for decision first.",
                    policy=self.name,
                    members=members,
                )
            )
        self._raise_not_carried(votes, state)

    def _raise_not_carried(self, votes, state):
        if state == "stale":
            raise UserError(
                self.env._(
                    "%s was changed since it was opened for decision, so the votes do not count "
                    "any more (P1). Open it again.",
                    self.name,
                )
            )
        raise UserError(
            self.env._(
                "The joint operations meeting has not decided for %(policy)s (P1). %(summary)s "
                "More than half of the votes have to be for it.",
                policy=self.name,
                summary=self._vote_summary(votes),
            )
        )

    def _prepare_decided_values(self):
        return {**super()._prepare_decided_values(), "decided_by_id": self.env.uid}

    def action_decide(self):
        result = super().action_decide()
        for policy in self.sudo():
            policy._close_vote_activities()
            policy._ask_to_issue()
        return result

    def _issue(self):
        result = super()._issue()
        self._close_activities("sales_sop.mail_activity_issue")
        return result

    def _check_can_be_issued(self):
        """Policies of one company are issued one after the other, also from two desks at once."""
        touch(self.company_id)
        return super()._check_can_be_issued()

    def action_send_back(self):
        """The general manager does not approve a decided policy: it is a draft again (P2)."""
        self.env.user._sop_require_role(
            self.env._("send back a sales policy"), "sales_sop.group_general_manager"
        )
        self.check_access("write")
        for policy in self:
            if policy.state != "decided":
                raise UserError(
                    self.env._("%s is not decided; there is nothing to send back.", policy.name)
                )
        # The votes stay in the history; a new decision needs a new round.
        self.sudo().write(
            {"state": "draft", "decided_on": False, "decided_by_id": False, "vote_opened_on": False}
        )
        for policy in self.sudo():
            policy._close_activities("sales_sop.mail_activity_issue")
        return True

    # -- protection ----------------------------------------------------------------------------

    def _check_is_draft(self):
        """Whoever changes a draft also meets whoever votes on it or decides it."""
        self._touch()
        return super()._check_is_draft()

    def _touch(self):
        """Let simultaneous changes and votes see one another; nobody goes by what is remembered."""
        if self.ids:
            touch(self, and_references=True)
            self._sop_forget()

    @api.ondelete(at_uninstall=False)
    def _unlink_if_nobody_voted(self):
        for policy in self.sudo():
            if policy.vote_ids:
                raise UserError(
                    self.env._(
                        "Members of the joint operations meeting have voted on %s, so it is kept. "
                        "Change it and open it again, or leave it as a draft.",
                        policy.name,
                    )
                )

    def write(self, vals):
        minutes = {name: vals[name] for name in MINUTES_FIELDS.intersection(vals)}
        if self.env.su or not minutes:
            return super().write(vals)
        self._write_minutes(minutes)
        rest = {name: value for name, value in vals.items() if name not in minutes}
        return super().write(rest) if rest else True

    def _write_minutes(self, minutes):
        """The minutes of a meeting come after its decision, and are kept once it is issued."""
        self.check_access("write")
        for policy in self:
            if policy.state not in ("draft", "decided"):
                raise UserError(
                    self.env._(
                        "%s is issued; the minutes of its meeting cannot change any more.",
                        policy.name,
                    )
                )
        self._touch()
        self.sudo().write(minutes)
