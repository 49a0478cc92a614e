from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import float_repr


class SopApproval(models.Model):
    """The prices below the policy, as they were judged when the document was submitted (P4).

    Rates and list prices change until it is decided; what the approver reads does not.
    """

    _inherit = "sop.approval"

    price_rows = fields.Json(
        readonly=True, help="Prices that somebody has to look at, as judged at submission."
    )

    @api.depends("price_rows")
    def _compute_summary(self):
        result = super()._compute_summary()
        for approval in self.filtered("price_rows"):
            approval.summary = Markup("%s%s") % (approval.summary or "", approval._price_table())
        return result

    def _price_table(self):
        """Render the judged prices in the reader's language."""
        products = self.env["product.product"].sudo()
        return self.env["sop.approval.mixin"]._approval_table(
            [
                self.env._("Below the policy"),
                self.env._("Asked"),
                self.env._("By the policy"),
                self.env._("Below (%)"),
            ],
            [
                (
                    products.browse(row["product"]).exists().display_name or "",
                    self.currency_id.format(row["asked"]),
                    self.currency_id.format(row["target"]),
                    self._price_row_text(row),
                )
                for row in self.price_rows
            ],
        )

    def _price_row_text(self, row):
        if row["outside"]:
            return self.env._("Not in the price strategy")
        if row["special"]:
            kinds = self.env["sop.policy.line"]._fields["price_kind"]
            return dict(kinds._description_selection(self.env))[row["special"]]
        return float_repr(row["discount"], 2)
