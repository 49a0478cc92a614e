from odoo import api, fields, models

from ..models.sop_policy_vote import VOTES


class SopPolicyBallot(models.TransientModel):
    """A member of the meeting votes on a draft of the sales policy."""

    _name = "sop.policy.ballot"
    _description = "Vote on a Sales Policy Draft"

    policy_id = fields.Many2one("sop.policy", required=True, readonly=True)
    vote_summary = fields.Char(string="Result", compute="_compute_vote_summary")
    vote = fields.Selection(VOTES, string="My Vote", required=True)
    comment = fields.Text(help="The other members and the general manager read it.")

    @api.depends("policy_id.vote_summary")
    def _compute_vote_summary(self):
        """Of a policy that the client names, only what its user may read."""
        for ballot in self:
            ballot.policy_id.check_access("read")
            ballot.vote_summary = ballot.policy_id.vote_summary

    def action_cast(self):
        """Cast the vote of the user."""
        self.ensure_one()
        self.policy_id.cast_vote(self.vote, self.comment)
        return {"type": "ir.actions.act_window_close"}
