from odoo import api, fields, models


class SaleOrder(models.Model):
    """A tender is known as one from the quotation on (K10)."""

    _inherit = "sale.order"

    is_tender = fields.Boolean(
        string="Tender",
        help="The contract comes from a tender: legal and the head of sales review it before it "
        "is signed (K10).",
    )

    @api.model
    def _sop_content_fields(self):
        return super()._sop_content_fields() | {"is_tender"}

    def _approval_content(self, route_code):
        content = super()._approval_content(route_code)
        # Any other order keeps the content it had before tenders were told apart.
        return content | {"tender": True} if self.is_tender else content

    def _sop_frozen_terms(self, term):
        terms = super()._sop_frozen_terms(term) | {"is_tender": self.is_tender}
        if self.is_tender:
            # A tender is always signed, also where its goods alone would need no paper.
            terms["contract_required"] = True
        return terms


class SopContract(models.Model):
    """A tender's contract is reviewed before it is countersigned (K10)."""

    _inherit = "sop.contract"

    is_tender = fields.Boolean(string="Tender", readonly=True)

    def _approval_steps(self, route):
        """Legal and the head of sales review a tender's contract first, side by side."""
        steps = super()._approval_steps(route)
        if route.code != "contract" or not self.is_tender:
            return steps
        first = min((step["stage"] for step in steps), default=1)
        legal = self.env.ref("sales_sop.group_legal")
        kept = [step for step in steps if step["group_id"] != legal.id]
        if first in {step["stage"] for step in kept}:
            # The signatures follow the review.
            kept = [{**step, "stage": step["stage"] + 1} for step in kept]
        return self._tender_reviews(first) + kept

    def _tender_reviews(self, stage):
        """Return the values of the reviews of a tender, at one stage."""
        return [
            {
                "stage": stage,
                "group_id": self.env.ref(f"sales_sop.group_{role}").id,
                "reason": self.env._("Review of a tender"),
            }
            for role in ("legal", "sales_head")
        ]
