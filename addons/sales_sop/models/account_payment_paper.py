from odoo import api, fields, models
from odoo.exceptions import UserError

from .account_payment_alert import ENDED_STATES
from .sop_policy_money import PAPER_KINDS

# What the paper says stays as the paper says it.
PAPER_FIELDS = frozenset(
    {"amount", "partner_id", "currency_id", "journal_id", "payment_type", "partner_type"}
)


class AccountPayment(models.Model):
    """The payment of a cheque, bill or draft is as the paper says (C3)."""

    _inherit = "account.payment"

    sop_paper_ids = fields.One2many("sop.money.paper", "payment_id", string="Papers", readonly=True)
    sop_paper_id = fields.Many2one(
        "sop.money.paper", string="Paper", compute="_compute_sop_paper_id", compute_sudo=True
    )

    @api.depends("sop_paper_ids")
    def _compute_sop_paper_id(self):
        for payment in self:
            payment.sop_paper_id = payment.sop_paper_ids[:1]

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_of_a_paper(self):
        papers = self.sudo().sop_paper_ids
        if papers:
            raise UserError(
                self.env._(
                    "%(payment)s is the money of %(paper)s, which is registered and kept. Let the "
                    "paper bounce instead.",
                    payment=papers[0].payment_id.display_name,
                    paper=papers[0].name,
                )
            )

    def write(self, vals):
        names = PAPER_FIELDS.intersection(vals)
        if not names or self.env.su:
            return super().write(vals)
        papers = self.sudo().sop_paper_ids
        before = {paper: paper.payment_id.read(sorted(names), load=None) for paper in papers}
        result = super().write(vals)
        for paper, values in before.items():
            if paper.payment_id.read(sorted(names), load=None) != values:
                raise UserError(
                    self.env._(
                        "%(payment)s is the money of %(paper)s and stays as the paper says. Let "
                        "the paper bounce, and register the right one.",
                        payment=paper.payment_id.display_name,
                        paper=paper.name,
                    )
                )
        return result


class AccountPaymentMethodLine(models.Model):
    """A payment method of papers: money by it is as certain as its registered paper (C3)."""

    _inherit = "account.payment.method.line"

    sop_paper_kind = fields.Selection(
        PAPER_KINDS,
        string="Paper of Money",
        help="Payments by this method are papers of this kind, and count as collected when the "
        "policy says so. Register them under Cheques and Bills.",
    )

    def write(self, vals):
        if "sop_paper_kind" in vals:
            self._sop_check_kind_stays(vals["sop_paper_kind"] or False)
        return super().write(vals)

    def _sop_check_kind_stays(self, kind):
        """Another kind, or none, would change when the money that came counts (C3)."""
        if self.env.su:
            return
        changed = self.sudo().filtered(
            lambda line: line.sop_paper_kind != kind and line.company_id._sop_is_governed()
        )
        if not changed:
            return
        self.env.user._sop_require_role(
            self.env._("say which payment methods are papers of money"),
            "sales_sop.group_finance_vp",
        )
        for line in changed:
            payments = self.env["account.payment"].sudo()
            count = payments.search_count(
                [
                    ("payment_method_line_id", "=", line.id),
                    ("state", "not in", ENDED_STATES),
                ]
            )
            if count:
                raise UserError(
                    self.env._(
                        "Money came by %(method)s (payments: %(count)s) and counts as papers of "
                        "money do. Add another payment method to the journal for what comes from "
                        "now on.",
                        method=line.display_name,
                        count=count,
                    )
                )
