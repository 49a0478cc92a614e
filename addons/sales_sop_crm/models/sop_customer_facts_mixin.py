from odoo import fields, models

NATURES = [
    ("state", "State-owned Enterprise"),
    ("private", "Private Enterprise"),
    ("foreign", "Foreign-invested Enterprise"),
    ("joint", "Joint Venture"),
    ("institution", "Public Institution"),
    ("government", "Government"),
    ("individual", "Individual"),
]
SIZES = [
    ("large", "Large"),
    ("medium", "Medium"),
    ("small", "Small"),
    ("micro", "Micro"),
]
# What is known of a customer once and for all its enquiries.
FACTS = (
    "sop_nature",
    "sop_legal_representative",
    "sop_size",
    "sop_registered_capital",
    "sop_capital_currency_id",
)
CAPITAL = {"sop_registered_capital", "sop_capital_currency_id"}


class SopCustomerFactsMixin(models.AbstractModel):
    """Who a customer is: nature, legal representative and size (A5)."""

    _name = "sop.customer.facts.mixin"
    _description = "Facts About a Customer"

    sop_nature = fields.Selection(
        NATURES,
        string="Nature of Customer",
        help="What the customer is in law. A person has no legal representative and no size (A5).",
    )
    sop_legal_representative = fields.Char(
        string="Legal Representative",
        help="Who represents the customer in law, by the business licence (A5).",
    )
    sop_size = fields.Selection(
        SIZES,
        string="Size of Customer",
        help="Size of the customer by the official classification of enterprises (A5).",
    )
    sop_registered_capital = fields.Monetary(
        string="Registered Capital",
        currency_field="sop_capital_currency_id",
        help="Registered capital by the business licence, when it is known.",
    )
    sop_capital_currency_id = fields.Many2one(
        "res.currency", string="Currency of Registered Capital"
    )

    def _sop_facts(self):
        """Return the values of those facts that this record says; capital with its currency."""
        facts = {name: self[name] for name in FACTS if self[name]}
        if not facts.keys() >= CAPITAL:
            facts = {name: value for name, value in facts.items() if name not in CAPITAL}
        return facts
