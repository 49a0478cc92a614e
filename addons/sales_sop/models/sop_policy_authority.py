from odoo import api, fields, models
from odoo.exceptions import ValidationError


class SopPolicyAuthority(models.Model):
    """How far below the policy's price a role may go on its own (P3).

    The salesperson's row says what needs nobody. A price below it goes up through the rows in
    the order of their percentages until one covers it; beyond all of them the general manager
    decides as well.
    """

    _name = "sop.policy.authority"
    _description = "Price Authority"
    _inherit = ["sop.policy.part"]
    _order = "policy_id, max_discount, id"

    group_id = fields.Many2one("res.groups", string="Role", required=True, ondelete="restrict")
    max_discount = fields.Float(
        string="Down to (% Below)",
        digits=(5, 2),
        required=True,
        help="Percent below the policy's price that this role may grant without the next one.",
    )

    _group_uniq = models.Constraint(
        "UNIQUE(policy_id, group_id)", "A role stands only once in the authority table."
    )

    @api.constrains("max_discount")
    def _check_max_discount(self):
        for authority in self:
            if not 0 <= authority.max_discount <= 100:
                raise ValidationError(
                    self.env._(
                        "%s: the percentage has to be between 0 and 100.",
                        authority.group_id.name,
                    )
                )
