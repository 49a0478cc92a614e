from odoo import api, models
from odoo.tools import format_date, format_list


class SopOpeningContract(models.Model):
    """What is wrong with an opening contract, every point with what to do about it."""

    _inherit = "sop.opening.contract"

    @api.depends(
        "number",
        "company_id",
        "customer",
        "partner_id",
        "date",
        "salesperson",
        "user_id",
        "currency_rate",
        "amount_total",
        "amount_collected",
        "amount_invoiced",
        "amount_commission_paid",
        "prepayment_percent",
        "first_payment_percent",
        "invoice_gate_percent",
        "line_ids",
        "state",
    )
    def _compute_problems(self):
        for opening in self:
            problems = opening._problems() if opening.state in ("draft", "ready") else []
            opening.problems = "\n".join(problems) or False
            opening.has_problems = bool(problems)

    def _search_has_problems(self, operator, value):
        if operator != "in":
            return NotImplemented
        openings = self.search([("state", "in", ("draft", "ready"))])
        wrong = openings.filtered("has_problems")
        domain = [("id", "in", wrong.ids)]
        return domain if True in value else [("id", "not in", wrong.ids)]

    def _problems(self):
        """Return the sentences that say what has to be put right; empty when all is right."""
        self.ensure_one()
        problems = [
            *self._number_problems(),
            *self._people_problems(),
            *self._date_problems(),
            *self._amount_problems(),
            *self._percent_problems(),
        ]
        if not self.line_ids:
            problems.append(self.env._("It has no lines. Add what it sells."))
        for line in self.line_ids:
            problems += line._problems()
        return [
            self.env._("%(number)s: %(problem)s", number=self.number, problem=problem)
            for problem in problems
        ]

    def _number_problems(self):
        domain = [("number", "=", self.number), ("company_id", "=", self.company_id.id)]
        twins = self.sudo().search_count(
            [*domain, ("state", "!=", "cancelled"), ("id", "!=", self._origin.id)], limit=1
        )
        if twins:
            return [
                self.env._(
                    "The number is there twice in the opening contracts. Delete one of them, or "
                    "correct its number."
                )
            ]
        if self.env["sop.contract"].sudo().search_count(domain, limit=1):
            return [self.env._("There is already a contract with this number. Use another one.")]
        return []

    def _people_problems(self):
        problems = []
        if not self.partner_id:
            problems.append(self._not_found_sentence())
        elif self.partner_id.company_id - self.company_id:
            problems.append(
                self.env._(
                    "The customer %(customer)s belongs to %(other)s. Choose one of %(company)s.",
                    customer=self.partner_id.display_name,
                    other=self.partner_id.company_id.name,
                    company=self.company_id.name,
                )
            )
        if self.salesperson and not self.user_id:
            problems.append(
                self.env._(
                    "The salesperson %(name)s is not found, or several have that name. Choose the "
                    "person, or write the login.",
                    name=self.salesperson,
                )
            )
        elif self.user_id and self.company_id not in self.user_id.company_ids:
            problems.append(
                self.env._(
                    "%(user)s does not work in %(company)s. Choose another salesperson.",
                    user=self.user_id.name,
                    company=self.company_id.name,
                )
            )
        return problems

    def _not_found_sentence(self):
        if not self.customer:
            return self.env._("It has no customer. Choose one.")
        found = len(self._find_customers(self.customer, self.company_id))
        if not found:
            return self.env._(
                "The customer %s is not found. Create the customer and choose it, or correct the "
                "name.",
                self.customer,
            )
        return self.env._(
            "Several customers are called %s. Choose the right one, or write its reference.",
            self.customer,
        )

    def _date_problems(self):
        go_live = self.company_id.go_live_date
        if not self.date:
            return [self.env._("It has no contract date. Enter it.")]
        if not go_live:
            return [
                self.env._(
                    "%s has no go-live date. Ask the administrator to set it in the settings.",
                    self.company_id.name,
                )
            ]
        if self.date >= go_live:
            return [
                self.env._(
                    "Its date %(date)s is not before the go-live on %(go_live)s. Enter it as a "
                    "quotation.",
                    date=format_date(self.env, self.date),
                    go_live=format_date(self.env, go_live),
                )
            ]
        if self.date > self.company_id._sop_today():
            return [
                self.env._(
                    "Its date %s is in the future. Correct it.", format_date(self.env, self.date)
                )
            ]
        return []

    def _amount_problems(self):
        problems = []
        currency = self.currency_id
        amounts = ("amount_collected", "amount_invoiced", "amount_commission_paid")
        for name in amounts:
            if currency.compare_amounts(self[name], 0) < 0:
                problems.append(
                    self.env._(
                        "%(field)s is negative. Correct it.",
                        field=self._fields[name]._description_string(self.env),
                    )
                )
        total = self.amount_total
        if currency.compare_amounts(self.amount_collected, total) > 0:
            problems.append(self._too_much_sentence("amount_collected", "amount_total"))
        # Each line's tax may be rounded by one unit of the currency.
        tolerance = currency.rounding * len(self.line_ids)
        if self.amount_invoiced > total + tolerance:
            problems.append(self._too_much_sentence("amount_invoiced", "amount_total"))
        lines = sum(line._invoiced_amount() for line in self.line_ids)
        if self.amount_invoiced < lines - tolerance:
            problems.append(
                self.env._(
                    "The invoiced quantities are worth %(lines)s, but only %(amount)s is invoiced. "
                    "Correct one of them.",
                    lines=currency.format(lines),
                    amount=currency.format(self.amount_invoiced),
                )
            )
        if currency.compare_amounts(self.amount_commission_paid, self.amount_collected) > 0:
            problems.append(self._too_much_sentence("amount_commission_paid", "amount_collected"))
        if self.currency_rate <= 0:
            problems.append(self.env._("Its exchange rate is not above zero. Enter it."))
        elif self.currency_id == self.company_id.currency_id and self.currency_rate != 1:
            problems.append(
                self.env._("It is in the company's currency, so its exchange rate has to be 1.")
            )
        return problems

    def _too_much_sentence(self, name, limit):
        return self.env._(
            "%(field)s %(amount)s is more than %(most)s (%(limit)s). Correct one of them.",
            field=self._fields[name]._description_string(self.env),
            amount=self.currency_id.format(self[name]),
            most=self.currency_id.format(self[limit]),
            limit=self._fields[limit]._description_string(self.env),
        )

    def _percent_problems(self):
        percentages = (
            self.prepayment_percent,
            self.first_payment_percent,
            self.invoice_gate_percent,
        )
        if any(not 0 <= percent <= 100 for percent in percentages):
            return [self.env._("A percentage is not between 0 and 100. Correct it.")]
        # A spreadsheet keeps 30 % as 0.3, and a gate of 0.3 % would be none.
        if fractions := [percent for percent in percentages if 0 < percent < 1]:
            return [
                self.env._(
                    "A percentage of %(given).12g is less than 1 %%. If %(meant).12g %% is meant, "
                    "write %(meant).12g.",
                    given=fractions[0],
                    meant=fractions[0] * 100,
                )
            ]
        return []


class SopOpeningLine(models.Model):
    """What is wrong with a line."""

    _inherit = "sop.opening.line"

    def _problems(self):
        """Return the sentences that say what has to be put right on this line."""
        problems = self._product_problems() or [
            *self._unit_problems(),
            *self._tax_problems(),
            *self._kit_problems(),
        ]
        problems += self._quantity_problems()
        return [
            self.env._("Line %(line)s: %(problem)s", line=self._label(), problem=problem)
            for problem in problems
        ]

    def _product_problems(self):
        if self.product_id:
            if self.product_id.company_id - self.company_id:
                return [self.env._("The product belongs to another company. Choose another one.")]
            if not self.product_id.sale_ok:
                return [self.env._("The product cannot be sold. Choose another one.")]
            return []
        if not self.product:
            return [self.env._("It has no product. Choose one.")]
        if self._find_products(self.product, self.company_id):
            return [
                self.env._(
                    "Several products are called that. Choose the right one, or write its internal "
                    "reference."
                )
            ]
        return [
            self.env._("The product is not found. Create it and choose it, or correct the name.")
        ]

    def _unit_problems(self):
        if not self.uom_id:
            return [self.env._("The unit %s is not found. Choose one.", self.uom or "—")]
        if not self.uom_id._has_common_reference(self.product_id.uom_id):
            return [
                self.env._(
                    "The unit %(unit)s does not fit the product, which is counted in %(own)s. "
                    "Choose another unit.",
                    unit=self.uom_id.name,
                    own=self.product_id.uom_id.name,
                )
            ]
        return []

    def _tax_problems(self):
        strange = self.tax_ids.filtered(
            lambda tax: (
                self.company_id not in tax.company_id | tax.company_id.child_ids
                or tax.type_tax_use != "sale"
            )
        )
        if strange:
            return [
                self.env._(
                    "%s is no sales tax of the company. Choose another tax.",
                    format_list(self.env, strange.mapped("name")),
                )
            ]
        missing = [] if self.tax_ids else self._find_taxes(self.taxes, self.company_id)[1]
        names = [name.strip() for name in (self.taxes or "").split(",") if name.strip() != "-"]
        if missing or len(self.tax_ids) < len([name for name in names if name]):
            return [
                self.env._(
                    "Not every tax of “%s” is found, or several have one name. Choose the taxes.",
                    self.taxes,
                )
            ]
        return []

    def _kit_problems(self):
        """Parts of a kit leave one by one; how many kits are left could not be told."""
        if "mrp.bom" not in self.env or not self.qty_delivered:
            return []
        boms = self.env["mrp.bom"].sudo()
        found = boms._bom_find(self.product_id, company_id=self.company_id.id, bom_type="phantom")
        if not found:
            return []
        return [
            self.env._(
                "It is a kit of which a part was delivered. Enter its components as lines instead."
            )
        ]

    def _quantity_problems(self):
        names = ("quantity", "qty_delivered", "qty_accepted", "qty_invoiced")
        # What is wrong without any product is said at once, in whatever unit.
        unit = self.uom_id or self.product_id.uom_id or self.env.ref("uom.product_uom_unit")
        if any(unit.compare(self[name], 0) < 0 for name in names):
            return [self.env._("A quantity is negative. Correct it.")]
        if not 0 <= self.discount <= 100 or self.price_unit < 0:
            return [
                self.env._(
                    "The price is negative, or the discount is not between 0 and 100 %. Correct it."
                )
            ]
        problems = []
        if unit.is_zero(self.quantity):
            problems.append(self.env._("Nothing is ordered. Enter the quantity."))
        limits = [("qty_delivered", "quantity")]
        if self.product_id.type == "consu":
            limits.append(("qty_accepted", "qty_delivered"))
        limits.append(("qty_invoiced", self._invoiced_limit()))
        for name, limit in limits:
            if unit.compare(self[name], self[limit]) > 0:
                problems.append(
                    self.env._(
                        "%(field)s %(quantity).12g is more than %(limit)s %(most).12g. Correct one "
                        "of them.",
                        field=self._fields[name]._description_string(self.env),
                        quantity=self[name],
                        limit=self._fields[limit]._description_string(self.env),
                        most=self[limit],
                    )
                )
        return problems

    def _invoiced_limit(self):
        """Name the quantity that the invoiced one cannot exceed."""
        if self._is_by_receipt():
            return "qty_accepted"
        return "qty_delivered" if self.product_id.invoice_policy == "delivery" else "quantity"
