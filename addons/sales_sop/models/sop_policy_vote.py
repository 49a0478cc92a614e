from odoo import fields, models

VOTES = [("for", "In Favour"), ("against", "Against"), ("abstain", "Abstained")]


class SopPolicyVote(models.Model):
    """A vote of a member of the joint operations meeting on a draft of the policy (P1).

    Votes are only added, by :meth:`sop.policy.cast_vote`; who votes again in the same round
    replaces the earlier vote, which stays in the history.
    """

    _name = "sop.policy.vote"
    _description = "Vote on a Sales Policy"
    _inherit = ["sop.own.defaults.mixin"]
    _order = "policy_id, id desc"

    policy_id = fields.Many2one(
        "sop.policy", required=True, ondelete="restrict", index=True, readonly=True
    )
    company_id = fields.Many2one(related="policy_id.company_id", store=True)
    round = fields.Integer(
        required=True,
        readonly=True,
        help="How often the draft has been opened for decision; only the votes of the last round "
        "count.",
    )
    user_id = fields.Many2one(
        "res.users", string="Member", required=True, ondelete="restrict", readonly=True
    )
    vote = fields.Selection(VOTES, required=True, readonly=True)
    voted_on = fields.Datetime(required=True, readonly=True)
    comment = fields.Text(readonly=True)
    content_hash = fields.Char(required=True, readonly=True)
    counts = fields.Boolean(
        compute="_compute_counts",
        help="The newest vote of the member in the present round, on the present content.",
    )

    def _compute_counts(self):
        for policy, votes in self.grouped("policy_id").items():
            counted = policy.sudo()._counted_votes()
            for vote in votes:
                vote.counts = vote.id in counted.ids
