from odoo.tests import tagged

from . import test_money_cases


@tagged("post_install", "-at_install")
class TestRedLetter(test_money_cases.TestMoneyCases):
    """The same money where what is taken back is booked in red, as in China (C3).

    A credit note is then a negative debit instead of a credit.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.account_storno = True

    def test_a_credit_note_is_a_negative_debit(self):
        order = self.order()
        self.invoice(order)
        credit = self._credit(order, 200.0)
        receivable = credit.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        self.assertEqual((receivable.debit, receivable.credit), (-200.0, 0.0))
