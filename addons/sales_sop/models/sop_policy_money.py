from odoo import fields, models

CERTAINTIES = [
    ("registered", "When registered"),
    ("countersigned", "When countersigned"),
    ("cleared", "When cleared by the bank"),
]
PAPER_KINDS = [
    ("cheque", "Cheque"),
    ("bank_bill", "Bank Acceptance Bill"),
    ("commercial_bill", "Commercial Acceptance Bill"),
    ("draft", "Bank Draft"),
]
# When each kind of money counts where the policy does not say otherwise.
DEFAULTS = {
    "transfer": "registered",
    "cash": "registered",
    "cheque": "cleared",
    "bank_bill": "countersigned",
    "commercial_bill": "cleared",
    "draft": "countersigned",
}


class SopPolicy(models.Model):
    """When each kind of money counts as collected (C3, D4); an issued policy keeps it."""

    _inherit = "sop.policy"

    counts_transfer = fields.Selection(
        [item for item in CERTAINTIES if item[0] != "countersigned"],
        string="Bank Transfer",
        required=True,
        default=DEFAULTS["transfer"],
        help="From when on a bank transfer counts as collected.",
    )
    counts_cash = fields.Selection(
        [item for item in CERTAINTIES if item[0] != "countersigned"],
        string="Cash",
        required=True,
        default=DEFAULTS["cash"],
        help="From when on cash counts as collected.",
    )
    counts_cheque = fields.Selection(
        CERTAINTIES,
        string="Cheque",
        required=True,
        default=DEFAULTS["cheque"],
        help="From when on a cheque counts as collected.",
    )
    counts_bank_bill = fields.Selection(
        CERTAINTIES,
        string="Bank Acceptance Bill",
        required=True,
        default=DEFAULTS["bank_bill"],
        help="From when on a bill that a bank has accepted counts as collected.",
    )
    counts_commercial_bill = fields.Selection(
        CERTAINTIES,
        string="Commercial Acceptance Bill",
        required=True,
        default=DEFAULTS["commercial_bill"],
        help="From when on a bill that a company has accepted counts as collected.",
    )
    counts_draft = fields.Selection(
        CERTAINTIES,
        string="Bank Draft",
        required=True,
        default=DEFAULTS["draft"],
        help="From when on a bank draft counts as collected.",
    )
