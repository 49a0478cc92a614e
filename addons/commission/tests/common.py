"""A company with a commission plan; money comes in and commission follows it."""

from collections import defaultdict
from datetime import date

from freezegun import freeze_time

from odoo.fields import Command

from odoo.addons.sales_sop.tests.test_money_cases import MoneyCase

# Everybody earns: who sells, who manages the team, and who shares its pool.
TEAM_RULES = [
    {"name": "Sale", "rate": 10.0},
    {"name": "Manager", "role": "manager", "rate": 2.0},
    {"name": "Pool", "role": "pool", "rate": 1.0},
]


class CommissionCase(MoneyCase):
    """Orders of 1,000.00 plus 15 % tax, one salesperson, 10 % commission."""

    today_is = "2026-03-02"

    @classmethod
    def setUpClass(cls):
        frozen = freeze_time(f"{cls.today_is} 09:00:00")
        cls.clock = frozen.start()
        cls.addClassCleanup(frozen.stop)
        super().setUpClass()
        cls.no_tax, cls.tax = cls.tax, cls._new_tax(15.0)
        (cls.drive | cls.work).taxes_id = cls.tax
        cls.payee = cls._new_payee("salesperson")
        cls.plan = cls._new_plan()

    def setUp(self):
        super().setUp()
        self.addCleanup(self.clock.move_to, f"{self.today_is} 09:00:00")

    def now_is(self, day):
        """Let it be noon of ``day``."""
        self.clock.move_to(f"{day} 12:00:00")

    # -- own data ------------------------------------------------------------------------------

    @classmethod
    def _new_payee(cls, role=None, name=None, **values):
        user = cls.users[role] if role else cls.env["res.users"]
        partner = user.partner_id or cls.env["res.partner"].create({"name": name})
        return cls.env["commission.payee"].create(
            {
                "user_id": user.id,
                "partner_id": partner.id,
                "company_id": cls.company.id,
                **values,
            }
        )

    @classmethod
    def _new_plan(cls, date_from="2026-01-01", rules=None, **values):
        """A plan in force: the sales office writes it, finance VP and general manager approve."""
        plan = (
            cls.env["commission.plan"]
            .with_user(cls.users["sales_office"])
            .create(
                {
                    "name": f"Commission from {date_from}",
                    "company_id": cls.company.id,
                    "date_from": date_from,
                    "rule_ids": [
                        Command.create(rule)
                        for rule in rules or [{"name": "Every sale", "rate": 10.0}]
                    ],
                    **values,
                }
            )
        )
        cls._put_in_force(plan)
        return plan

    @classmethod
    def _put_in_force(cls, plan):
        plan.with_user(cls.users["sales_office"]).action_submit()
        for role in ("finance_vp", "general_manager"):
            plan.with_user(cls.users[role]).approval_for("commission_plan").approve()

    def split(self, contract=None, team=None, role="salesperson", **values):
        """The sales office records who shares; ``shares`` is ``{payee: percent}``."""
        shares, recorder = values.pop("shares"), values.pop("recorder", "sales_office")
        return self.as_user(self.env["commission.split"], recorder).create(
            {
                "role": role,
                "contract_id": contract and contract.id,
                "team_id": team and team.id,
                "company_id": self.company.id,
                "reason": "Agreed between them",
                "line_ids": [
                    Command.create({"payee_id": payee.id, "percent": percent})
                    for payee, percent in shares.items()
                ],
                **values,
            }
        )

    def target(self, amount, payee=None):
        """The sales office sets what the payee is to collect this year."""
        return self.as_user(self.env["commission.target"], "sales_office").create(
            {
                "company_id": self.company.id,
                "payee_id": (payee or self.payee).id,
                "date_from": "2026-01-01",
                "amount": amount,
                "currency_id": self.company.currency_id.id,
            }
        )

    # -- steps ---------------------------------------------------------------------------------

    def calculate(self, month=None):
        """The sales office calculates commission."""
        model = self.as_user(self.env["commission.calculation"], "sales_office")
        return model.calculate(self.company.id, month)

    def invoiced_order(self, total=1000.0, date="2026-03-01", **values):
        """An order of ``total`` and its tax, with its posted invoice."""
        order = self.order(total, **values)
        self.invoice(order, invoice_date=date, invoice_date_due=date)
        return order

    def paid_invoice(self, amount=575.0, total=1000.0, date="2026-03-10", **values):
        """An invoice of a new order, and ``amount`` paid on it."""
        invoice = self.invoiced_order(total, **values).sudo().invoice_ids
        self.pay(invoice, amount, date)
        return invoice

    def pay(self, invoice, amount, date="2026-03-10", **values):
        """Money for the invoice, registered from it."""
        return super().pay(invoice, amount, payment_date=date, **values)

    def collect(self, order, amount, date=None):
        """Money in advance, of today unless another day is said."""
        payment = self.receive(
            amount,
            partner=order.sudo().partner_id.commercial_partner_id,
            date=date or self.company._sop_today(),
        )
        return self.earmark(payment, order)

    def contract_invoice(self, order, date="2026-03-01"):
        """A posted invoice of 1,000.00 and its tax that names the contract, and no order."""
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": date,
                "company_id": self.company.id,
                "sop_contract_id": order.sudo().sop_contract_id.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.work.id,
                            "quantity": 1,
                            "price_unit": 1000.0,
                            "tax_ids": [Command.set(self.tax.ids)],
                        }
                    )
                ],
            }
        )
        self.post_ungated(invoice)
        return invoice

    def credit(self, order, **values):
        """A posted credit note over the whole order."""
        return self.invoice(order, move_type="out_refund", **values)

    def refund(self, order, date):
        """All of the order's money goes back on a day, with its credit note."""
        self.now_is(date)
        credit = self.credit(order, invoice_date=date)
        payback = self.receive(credit.amount_total, payment_type="outbound", date=date)
        self.match(credit, payback.move_id)

    # -- assertions ----------------------------------------------------------------------------

    def entries(self, payee=None, **domain):
        return self.env["commission.entry"].search(
            [
                ("company_id", "=", self.company.id),
                ("payee_id", "=", (payee or self.payee).id),
                *[(name, "=", value) for name, value in domain.items()],
            ],
            order="date, id",
        )

    def balance(self, payee=None, until=None):
        """What the payee has earned until a day, in the ledger."""
        entries = self.entries(payee)
        if until:
            entries = entries.filtered(lambda entry: entry.date <= date.fromisoformat(until))
        return round(sum(entries.mapped("amount")), 2)

    def _check_invariants(self):
        result = super()._check_invariants()
        self._payees_figures_are_those_of_the_lists()
        self._blocked_money_of_a_contract_is_that_of_the_list()
        self._ledger_is_the_truth()
        return result

    def _payees_figures_are_those_of_the_lists(self):
        """What is read for a payee alone is what the lists of the whole company say."""
        self.env.invalidate_all()
        payees = self.env["commission.payee"].search([("company_id", "=", self.company.id)])
        for model, column in (
            ("commission.drift", "amount_difference"),
            ("commission.expected", "amount"),
        ):
            report = self.env[model].with_context(allowed_company_ids=self.company.ids)
            listed = defaultdict(float)
            for row in report.search_fetch([], ["payee_id", "currency_id", column]):
                listed[row.payee_id, row.currency_id] += row[column]
            for payee in payees:
                own = report._of_payees(payee, column)
                for currency in self.env["res.currency"].search([]):
                    key = payee, currency
                    self.assertAlmostEqual(own.get(key, 0.0), listed[key], 6, f"{model} {key}")

    def _blocked_money_of_a_contract_is_that_of_the_list(self):
        """What is read of a contract or a salesperson alone has the rows and ids of the whole."""
        names = ["reason", "contract_id", "user_id", "money_move_id", "invoice_id", "amount"]
        blocked = self.env["commission.blocked"].with_context(allowed_company_ids=self.company.ids)
        blocked.invalidate_model()
        whole = blocked.search_fetch([], names).read(names, load=None)
        for name in ("id", "contract_id", "user_id"):
            for value in {row[name] for row in whole if row[name]}:
                blocked.invalidate_model()
                alone = blocked.search_fetch([(name, "=", value)], names).read(names, load=None)
                self.assertEqual(alone, [row for row in whole if row[name] == value])

    def _ledger_is_the_truth(self):
        """After one more calculation the ledger says what the books say, to the cent."""
        calculation = self.env["commission.calculation"]
        until = self.company._commission_known_until()
        calculation._calculate(self.company, until)
        again = calculation._calculate(self.company, until)
        self.assertEqual((again.entry_count, again.amount), (0, 0.0))
        # A list says what it said when it was read last.
        self.env.invalidate_all()
        rows = self.env["commission.drift"].search_fetch(
            [("company_id", "=", self.company.id)], ["amount_books", "amount_ledger"]
        )
        for row in rows:
            self.assertEqual(round(row.amount_books, 2), round(row.amount_ledger, 2))
