from math import ceil

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_list

QUORUM_TYPES = [("percent", "Percent of the Members"), ("number", "Number of Members")]
MEETING_FIELDS = frozenset(
    {"sop_meeting_member_ids", "sop_meeting_quorum", "sop_meeting_quorum_type"}
)


class ResCompany(models.Model):
    """The joint operations meeting of a company, which decides its sales policy (P1)."""

    _inherit = "res.company"

    sop_meeting_member_ids = fields.Many2many(
        "res.users",
        "sop_company_meeting_member_rel",
        "company_id",
        "user_id",
        string="Joint Operations Meeting",
        domain="[('share', '=', False), ('company_ids', 'in', [id])]",
        help="The members of the meeting that decides the sales policy by vote (P1). While there "
        "are none, the marketing director or the general manager records the decision.",
    )
    sop_meeting_quorum_type = fields.Selection(
        QUORUM_TYPES, string="Quorum Is a", default="percent", required=True
    )
    sop_meeting_quorum = fields.Integer(
        string="Quorum",
        default=50,
        required=True,
        help="How many members have to vote before the meeting can decide: a percentage of the "
        "members or a number of them.",
    )

    def _sop_start_fields(self):
        return super()._sop_start_fields() | MEETING_FIELDS

    @api.constrains("sop_meeting_quorum", "sop_meeting_quorum_type", "sop_meeting_member_ids")
    def _check_sop_meeting_quorum(self):
        for company in self:
            members = len(company.sop_meeting_member_ids)
            is_percent = company.sop_meeting_quorum_type == "percent"
            most = 100 if is_percent else members
            quorum = company.sop_meeting_quorum
            if quorum < 1 or ((members or is_percent) and quorum > most):
                raise ValidationError(
                    self.env._(
                        "%(company)s: the quorum of the joint operations meeting has to be "
                        "between 1 and %(most)s.",
                        company=company.name,
                        most=most or 1,
                    )
                )

    @api.constrains("sop_meeting_member_ids")
    def _check_sop_meeting_members(self):
        for company in self.sudo():
            for member in company.sop_meeting_member_ids:
                if not member._sop_has_role("sales_sop.group_user"):
                    raise ValidationError(
                        self.env._(
                            "%(member)s has no role in the sales procedure and could not read the "
                            "sales policy. Ask the administrator to give a role first.",
                            member=member.name,
                        )
                    )
                if company not in member.company_ids:
                    raise ValidationError(
                        self.env._(
                            "%(member)s does not work in %(company)s and cannot be a member of "
                            "its joint operations meeting.",
                            member=member.name,
                            company=company.name,
                        )
                    )

    @api.constrains("sop_meeting_quorum", "sop_meeting_quorum_type", "sop_meeting_member_ids")
    def _check_sop_meeting_goes_on(self):
        """Where a meeting has decided, nobody makes it so small that one person is enough (P1)."""
        for company in self.sudo():
            least, votes = company._sop_least_meeting()
            members = company.sop_meeting_member_ids.filtered("active")
            if len(members) >= least and company._sop_votes_needed(len(members)) >= votes:
                continue
            raise ValidationError(
                self.env._(
                    "%(company)s: its joint operations meeting has decided a sales policy (P1). It "
                    "keeps at least %(least)s members, and at least %(votes)s of them have to "
                    "vote. Name others instead of leaving places empty.",
                    company=company.name,
                    least=least,
                    votes=votes,
                )
            )

    def _sop_least_meeting(self):
        """Return the fewest ``(members, votes)`` with which the meeting may go on.

        As many members as had to vote on the policy that it decided last, and two votes where
        one was not enough then; nothing while it has decided none.
        """
        last = (
            self.env["sop.policy"]
            .sudo()
            .search(
                [
                    ("company_id", "child_of", self.ids),
                    ("state", "!=", "draft"),
                    ("vote_opened_on", "!=", False),
                ],
                order="id desc",
                limit=1,
            )
        )
        return last.votes_needed, min(2, last.votes_needed)

    def write(self, vals):
        if not MEETING_FIELDS.intersection(vals):
            return super().write(vals)
        before = {company: company._sop_meeting_text() for company in self.sudo()}
        result = super().write(vals)
        for company, text in before.items():
            company._sop_note_meeting(text)
        return result

    def _sop_meeting_text(self):
        kinds = dict(self._fields["sop_meeting_quorum_type"]._description_selection(self.env))
        return self.env._(
            "%(members)s (quorum: %(quorum)s, %(kind)s)",
            members=format_list(self.env, self.sop_meeting_member_ids.mapped("name")) or "—",
            quorum=self.sop_meeting_quorum,
            kind=kinds[self.sop_meeting_quorum_type],
        )

    def _sop_note_meeting(self, before):
        """Leave a trace of a changed meeting in the history of the newest policy (P1)."""
        after = self._sop_meeting_text()
        policy = self.env["sop.policy"].sudo().search([("company_id", "=", self.id)], limit=1)
        if policy and after != before:
            policy._message_log(
                body=self.env._(
                    "Joint operations meeting: %(before)s → %(after)s", before=before, after=after
                )
            )

    def _sop_meeting(self):
        """Return ``(members, votes needed)`` of the nearest company that has set members."""
        companies = self.sudo().parent_ids.sorted(lambda owner: -len(owner.parent_ids))
        for company in companies:
            members = company.sop_meeting_member_ids.filtered("active")
            if members:
                __, least = company._sop_least_meeting()
                return members, max(least, company._sop_votes_needed(len(members)))
        return self.env["res.users"], 0

    def _sop_votes_needed(self, members):
        if self.sop_meeting_quorum_type == "percent":
            return max(1, ceil(members * self.sop_meeting_quorum / 100))
        return min(self.sop_meeting_quorum, members)

    def _sop_require_meeting(self):
        """Return the meeting of this company; raise when it has no members."""
        members, needed = self._sop_meeting()
        if not members and self._sop_least_meeting()[0]:
            raise UserError(
                self.env._(
                    "The joint operations meeting decides the sales policy of %s (P1), and none of "
                    "its members is active any more. Name the members in the guided start.",
                    self.name,
                )
            )
        if not members:
            raise UserError(
                self.env._(
                    "%s has named no members of the joint operations meeting. Name them in the "
                    "guided start, or record the decision with the button Mark as Decided.",
                    self.name,
                )
            )
        return members, needed
