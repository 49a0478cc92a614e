from collections import defaultdict
from decimal import Decimal

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.sales_sop.tests.common import rule

from .accounting_common import PaymentCase
from .common import TEAM_RULES

AMOUNTS = st.integers(1, 60_000).map(lambda cents: cents / 100)
WHICH = st.integers(0, 3)
STEPS = [
    st.tuples(st.just("invoice"), AMOUNTS),
    st.tuples(st.just("pay"), WHICH, AMOUNTS),
    st.tuples(st.just("advance"), WHICH, AMOUNTS),
    st.tuples(st.just("match"), WHICH, WHICH),
    st.tuples(st.just("unmatch"), WHICH),
    st.tuples(st.just("reject"), WHICH),
    st.tuples(st.just("reset"), WHICH),
    st.tuples(st.just("credit"), WHICH),
    st.tuples(st.just("refund"), WHICH),
    st.tuples(st.just("move_earmark"), WHICH, WHICH),
    st.tuples(st.just("split"), WHICH, st.integers(1, 99)),
    st.tuples(st.just("next_month")),
    st.tuples(st.just("calculate")),
    st.tuples(st.just("sheets")),
    st.tuples(st.just("accrue")),
    st.tuples(st.just("book"), WHICH),
    st.tuples(st.just("take_back"), WHICH),
]
NEW_PLAN = st.tuples(st.just("new_plan"), st.integers(1, 30))
TEAM = st.tuples(
    st.just("team"), st.sampled_from(("manager", "pool")), st.integers(1, 99), st.integers(0, 20)
)


def sequences(steps, examples):
    """Return the decorator that tries random sequences of ``steps``."""

    def decorate(method):
        drawn = given(st.lists(st.one_of(steps), min_size=4, max_size=10))(method)
        return settings(
            max_examples=examples,
            deadline=None,
            database=None,
            # The same sequences in every run: what turns red was changed.
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )(drawn)

    return decorate


class SequenceCase(PaymentCase):
    """Whatever happens in whatever order: the ledger follows the money, to the cent (B1, B4).

    What is on an approved sheet stays as it was approved, sheets and what is on none are the
    ledger, and the books owe what is accrued and not paid (B3).
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls._new_payee("sales_manager")

    # How many amounts of a contract are rounded by themselves: its commission alone.
    roundings = 1
    payee_roundings = 1

    def setUp(self):
        super().setUp()
        self.first_orders = [self.order(200.0), self.order(300.0)]
        self.first_invoices = [self.invoice(order) for order in self.first_orders]

    def _try(self, steps):
        self.now_is("2026-03-02")
        self.orders, self.invoices = [*self.first_orders], [*self.first_invoices]
        savepoint = self.env.cr.savepoint(flush=True)
        with savepoint:
            self.payments, self.credits, self.approved = [], [], {}
            # The rates and shares of every day, as this test knows them by itself.
            self.rates = {fields.Date.to_date("2026-01-01"): 10}
            self.shares = {order: {} for order in self.orders}
            for name, *arguments in steps:
                self._try_step(name, arguments)
            self._step_calculate()
            savepoint.rollback()
        self.env.invalidate_all()

    def _try_step(self, name, arguments):
        made = self.orders, self.invoices, self.payments, self.credits
        lengths, approved = [len(records) for records in made], dict(self.approved)
        known = dict(self.rates), {order: dict(days) for order, days in self.shares.items()}
        try:
            with self.env.cr.savepoint():
                getattr(self, f"_step_{name}")(*arguments)
                self.env.flush_all()
        except UserError:
            self.env.invalidate_all()
            for records, length in zip(made, lengths, strict=True):
                del records[length:]
            self.rates, self.shares = known
            self.approved = approved

    # -- what people do ------------------------------------------------------------------------

    def _pick(self, records, which):
        return records[which % len(records)] if records else None

    @property
    def _today(self):
        return self.company._sop_today()

    def _step_invoice(self, amount):
        """A new order, invoiced at once."""
        order = self.order(amount)
        self.orders.append(order)
        self.shares[order] = {}
        self.invoices.append(self.invoice(order, invoice_date=self._today))

    def _step_pay(self, invoice, amount):
        self.payments.append(self.pay(self._pick(self.invoices, invoice), amount, self._today))

    def _step_advance(self, order, amount):
        allocation = self.collect(self._pick(self.orders, order), amount)
        self.payments.append(allocation.payment_id)

    def _step_match(self, payment, invoice):
        if self.payments:
            payment = self._pick(self.payments, payment)
            self.match(self._pick(self.invoices, invoice), payment.move_id)

    def _step_unmatch(self, payment):
        if self.payments:
            move = self._pick(self.payments, payment).move_id
            self.receivable(move).remove_move_reconcile()

    def _step_reject(self, payment):
        if self.payments:
            self._pick(self.payments, payment).action_reject()

    def _step_reset(self, payment):
        if self.payments:
            self._pick(self.payments, payment).action_draft()

    def _step_credit(self, order):
        order = self._pick(self.orders, order)
        self.credits.append(self.credit(order, invoice_date=self._today))

    def _step_refund(self, credit):
        credit = self._pick(self.credits, credit)
        if credit:
            payback = self.receive(
                credit.amount_residual or 1.0, payment_type="outbound", date=self._today
            )
            self.match(credit, payback.move_id)

    def _step_move_earmark(self, earmark, order):
        earmarks = self.env["sop.payment.allocation"].search(
            [("contract_id", "in", [order.sudo().sop_contract_id.id for order in self.orders])]
        )
        if earmarks:
            earmark = self._pick(earmarks, earmark)
            contract = self._pick(self.orders, order).sudo().sop_contract_id
            self.as_user(earmark, "finance")._move(
                contract, self.env["sale.order"], earmark.amount, "Wrong contract"
            )

    def _step_new_plan(self, rate):
        day = fields.Date.add(self._today, days=1)
        self._new_plan(day, [{"name": "Every sale", "rate": rate}])
        self.rates[day] = rate

    def _step_split(self, order, percent):
        order = self._pick(self.orders, order)
        shares = {self.payee: percent, self.second: 100 - percent}
        self.split(
            order.sudo().sop_contract_id,
            shares=shares,
            date_from=self._today,
            recorder="finance_vp",
        )
        self.shares[order][self._today] = percent

    def _step_next_month(self):
        self._step_calculate()
        day = fields.Date.add(self._today, months=1)
        self.now_is(str(day))

    def _step_calculate(self):
        before = self.env["commission.entry"].search([("company_id", "=", self.company.id)])
        values = before.read(["amount", "payee_id", "date"])
        calculated = self.company._commission_calculated()
        self.calculate()
        self.assertEqual(before.read(["amount", "payee_id", "date"]), values)
        for entry in self._all_entries() - before:
            if calculated:
                self.assertGreaterEqual(entry.date, min(self._today, calculated))
        self.assertEqual(self.calculate().entry_count, 0)
        self._check_ledger()
        self._sheets_and_the_rest_are_the_ledger()
        self._each_sheet_is_the_sum_of_its_lines()
        self._what_is_carried_arrives_once()
        self._what_is_earned_and_not_released_is_owed()
        self._no_sheet_is_booked_twice()
        for sheet, content in self.approved.items():
            self.assertEqual(self._content(sheet), content)

    def _step_sheets(self):
        """The month's sheets go all the way to their approval."""
        sheets = self.fill().filtered(lambda sheet: not sheet._is_empty())
        self.as_user(sheets, "sales_office").action_submit()
        for sheet in self.review(sheets.sorted("month")).sudo():
            self.approved[sheet] = self._content(sheet)

    def _step_accrue(self):
        self.accrue()

    def _step_book(self, which):
        sheet = self._pick([*self.approved], which)
        if sheet:
            self.book(sheet)

    def _step_take_back(self, which):
        sheet = self._pick([*self.approved], which)
        if sheet:
            self.rpc(sheet, "finance", "action_take_back_payment")

    # -- what has to hold ----------------------------------------------------------------------

    def _content(self, sheet):
        return sheet.entry_ids.read(["amount", "rate", "base"]), sheet.read(
            ["amount_entries", "amount_carried_in", "amount_payable", "amount_carried_out"]
        )

    def _all_entries(self):
        return self.env["commission.entry"].search([("company_id", "=", self.company.id)])

    def _valid(self, days, day):
        """Return what the newest of ``days`` until ``day`` says; None when there is none."""
        known = [start for start in days if start <= day]
        return days[max(known)] if known else None

    def _check_ledger(self):
        """Count by hand, within a cent for each contract and version of the plan."""
        exact = self._exact()
        cents = len(self.orders) * len(self.rates)
        for payee, amount in exact.items():
            self.assertAlmostEqual(
                self.balance(payee), float(amount), delta=0.01 * cents * self.payee_roundings
            )
        # Together the payees of a contract have exactly its commission.
        self.assertAlmostEqual(
            sum(self._all_entries().mapped("amount")),
            float(sum(exact.values())),
            delta=0.005 * cents * self.roundings + 0.001,
        )

    def _exact(self):
        """Return ``{payee: commission}``: every money at the rate and the shares of its day."""
        exact = defaultdict(Decimal)
        for order in self.orders:
            for payee, day, due, amount in self._shared_money(order):
                commission = amount * self._valid(self.rates, day) / 100
                exact[payee] += commission * (1 - self._deducted_part(day, due))
        return exact

    def _deducted_part(self, day, due):
        """Return what part of the commission is deducted for money that was due on a day."""
        return 0

    def _shared_money(self, order):
        """Yield ``(payee, day, due date, money)`` of the contract, without tax."""
        for (day, due), amount in self._money(order).items():
            percent = self._valid(self.shares[order], day)
            percent = 100 if percent is None else percent
            yield self.payee, day, due, amount / Decimal("1.15") * percent / 100
            yield self.second, day, due, amount / Decimal("1.15") * (100 - percent) / 100

    def _counted(self, order, rows):
        """Yield each row of money with what of it the contract had still asked for."""
        paid = [Decimal(str(row.amount)) for row in rows if row.invoice_id]
        asked = max(Decimal(str(order.amount_total)), sum(paid), Decimal(0))
        came = Decimal(0)
        for row in rows.sorted(lambda row: (row.date, not row.invoice_id, row.invoice_id.id)):
            before, came = came, came + Decimal(str(row.amount))
            yield row, min(came, asked) - min(before, asked)

    def _money(self, order):
        """Return ``{(day, due date): money}`` of the contract; money back lowers earlier days.

        What was paid back is taken from what is left of the days before, in proportion.
        """
        # A list says what it said when it was read last.
        self.env.invalidate_all()
        rows = self.env["sop.collection"].search(
            [("contract_id", "=", order.sudo().sop_contract_id.id)], order="date"
        )
        money, back, alone = defaultdict(Decimal), defaultdict(dict), defaultdict(Decimal)
        for row, amount in self._counted(order, rows):
            key = (row.date, row.date_maturity)
            if amount > 0:
                money[key] += amount
            else:
                back[row.date].setdefault(key, Decimal(0))
                back[row.date][key] += amount
        for day, parts in back.items():
            earlier = {key: left for key, left in money.items() if key[0] <= day}
            total = sum(earlier.values())
            if not round(total, 6):
                alone.update(parts)
                continue
            for key, left in earlier.items():
                money[key] += sum(parts.values()) * left / total
        for key, amount in alone.items():
            money[key] += amount
        return money


@tagged("post_install", "-at_install")
class TestSequences(SequenceCase):
    @rule("B1", "B3", "B4")
    def test_the_ledger_follows_the_money(self):
        self._try_sequences()

    @sequences([*STEPS, NEW_PLAN], 15)
    def _try_sequences(self, steps):
        self._try(steps)


class TierSequenceCase(SequenceCase):
    """5 % of the first 150.00 that a payee collects in the year, 8 % above."""

    mode = "marginal"
    # Each payee's tier is rounded by month.
    roundings = 20

    @classmethod
    def _new_plan(cls, date_from="2026-01-01", rules=None, **values):
        tiers = {
            "name": "By tiers",
            "rate_kind": "tiers",
            "tier_mode": cls.mode,
            "tier_ids": [
                Command.create({"start": 0.0, "rate": 5.0}),
                Command.create({"start": 150.0, "rate": 8.0}),
            ],
        }
        return super()._new_plan(date_from, rules or [tiers], **values)

    def _exact(self):
        years = defaultdict(Decimal)
        for order in self.orders:
            for payee, day, __, amount in self._shared_money(order):
                years[payee, day.year] += amount
        exact = defaultdict(Decimal)
        for (payee, __), amount in years.items():
            exact[payee] += self._due(amount)
        return exact


@tagged("post_install", "-at_install")
class TestMarginalTierSequences(TierSequenceCase):
    def _due(self, amount):
        return amount * 5 / 100 + max(amount - 150, Decimal(0)) * 3 / 100

    @rule("B4", "B5")
    def test_the_tiers_follow_the_money(self):
        self._try_sequences()

    @sequences(STEPS, 8)
    def _try_sequences(self, steps):
        self._try(steps)


@tagged("post_install", "-at_install")
class TestRetroactiveTierSequences(TierSequenceCase):
    mode = "retroactive"

    def _due(self, amount):
        return amount * (5 if amount < 150 else 8) / 100

    @rule("B4", "B5")
    def test_the_tiers_follow_the_money(self):
        self._try_sequences()

    @sequences(STEPS, 8)
    def _try_sequences(self, steps):
        self._try(steps)


@tagged("post_install", "-at_install")
class TestLimitSequences(SequenceCase):
    """10 %, and no more than 12.00 a payee with a contract."""

    # What the limit takes away is rounded by payee and month.
    roundings = 20

    @classmethod
    def _new_plan(cls, date_from="2026-01-01", rules=None, **values):
        limited = {"name": "Every sale", "rate": 10.0, "amount_max": 12.0}
        return super()._new_plan(date_from, rules or [limited], **values)

    def _exact(self):
        exact = defaultdict(Decimal)
        for order in self.orders:
            raw = defaultdict(Decimal)
            for payee, __, __, amount in self._shared_money(order):
                raw[payee] += amount / 10
            for payee, amount in raw.items():
                exact[payee] += min(amount, Decimal(12))
        return exact

    @rule("B1", "B4")
    def test_no_contract_earns_more_than_its_limit(self):
        self._try_sequences()

    @sequences(STEPS, 8)
    def _try_sequences(self, steps):
        self._try(steps)


@tagged("post_install", "-at_install")
class TestTeamSequences(SequenceCase):
    """10 % of a sale, 2 % for the team's manager and 1 % for its pool, whose members change."""

    # The sale, the manager and the pool are rounded each by itself.
    roundings = 3
    payee_roundings = 3

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team = cls.env["crm.team"].create({"name": "North", "company_id": cls.company.id})

    @classmethod
    def _new_plan(cls, date_from="2026-01-01", rules=None, **values):
        return super()._new_plan(date_from, rules or TEAM_RULES, **values)

    def order(self, total=1000.0, **values):
        return super().order(total, team_id=self.team.id, **values)

    def _try(self, steps):
        self.team_shares = {"manager": {}, "pool": {}}
        return super()._try(steps)

    def _step_team(self, role, percent, days):
        day = fields.Date.subtract(self._today, days=days)
        shares = {self.payee: percent, self.second: 100 - percent}
        self.split(team=self.team, role=role, shares=shares, date_from=day, recorder="finance_vp")
        self.team_shares[role][day] = percent

    def _exact(self):
        exact = super()._exact()
        for order in self.orders:
            for (day, __), amount in self._money(order).items():
                for role, rate in (("manager", 2), ("pool", 1)):
                    percent = self._valid(self.team_shares[role], day)
                    if percent is not None:
                        commission = amount / Decimal("1.15") * rate / 100
                        exact[self.payee] += commission * percent / 100
                        exact[self.second] += commission * (100 - percent) / 100
        return exact

    @rule("B1", "B4", "B5")
    def test_the_manager_and_the_pool_follow_the_money(self):
        self._try_sequences()

    @sequences([*STEPS, TEAM], 12)
    def _try_sequences(self, steps):
        self._try(steps)
