from odoo import models
from odoo.tools import float_round

from .amount_in_words import chinese_capitals

# How a Chinese contract calls the money; other currencies go by their code.
CHINESE_NAMES = {
    "CNY": "人民币",
    "EUR": "欧元",
    "GBP": "英镑",
    "HKD": "港元",
    "JPY": "日元",
    "USD": "美元",
}


class ResCurrency(models.Model):
    _name = "res.currency"
    _inherit = ["res.currency", "sop.remembered.mixin"]

    def _sop_compare(self, amount, other, roundings=0.0):
        """Compare rounded amounts; return 1, 0 or -1.

        :param float roundings: how many amounts were rounded on the way, each by at most half a
            unit; a difference that they explain is none
        """
        self.ensure_one()
        difference = self.round(self.round(amount) - self.round(other))
        explained = float_round(
            self.rounding * roundings / 2,
            precision_rounding=self.rounding,
            rounding_method="DOWN",
        )
        if self.compare_amounts(abs(difference), explained) <= 0:
            return 0
        return 1 if difference > 0 else -1

    def _sop_amount_in_words(self, amount):
        """Return the amount in the words of the reader's language (大写金额 in Chinese)."""
        self.ensure_one()
        if (self.env.lang or "").startswith("zh"):
            name = CHINESE_NAMES.get(self.name, self.name)
            return f"{name}{chinese_capitals(self.round(amount))}"
        return self.amount_to_text(amount)
