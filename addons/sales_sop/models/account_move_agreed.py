from odoo import models
from odoo.tools import float_compare, format_list, formatLang

# A cash rounding up to so many units of the currency is a rounding; above it is a demand.
LARGEST_CASH_ROUNDING = 100
# Rates have no rounding of their own; a relative difference below this is the same rate.
RATE_DIGITS = 6


class AccountMove(models.Model):
    """What an invoice asks the customer to pay, compared with what was agreed (C2).

    A contract's total alone would let one order line carry another's money, so every order line
    is judged by itself: its invoices ask the agreed price, tax included, for each unit invoiced.
    What differs is not wrong, but it is the finance VP's to approve.
    """

    _inherit = "account.move"

    def _invoice_facts(self):
        """Also ``by_line``: ``(amount, quantity, roundings)`` posted per order line id."""
        lines = self.sudo()._sop_product_lines()
        order_lines = lines.sale_line_ids
        for read_at_once in (lines, order_lines):
            read_at_once.mapped("tax_ids")
        return super()._invoice_facts() | {"by_line": order_lines._sop_posted_by_line()}

    def _sop_add_to_facts(self, facts):
        result = super()._sop_add_to_facts(facts)
        for order_line, mine in self._sop_by_order_line().items():
            posted = facts["by_line"].get(order_line.id, (0.0, 0.0, 0.0))
            facts["by_line"][order_line.id] = tuple(map(sum, zip(posted, mine)))
        return result

    def _sop_posted_quantity(self, order_line, facts):
        """Read for all invoices at once; Odoo's own field asks the database line by line."""
        __, posted, __ = facts["by_line"].get(order_line.id, (0.0, 0.0, 0.0))
        return facts["quantities"].get(order_line.id, posted + order_line.opening_qty_invoiced)

    def _sop_approval_reasons(self, facts):
        reasons = super()._sop_approval_reasons(facts)
        return [
            *reasons,
            *self._sop_shape_reasons(),
            *self._sop_other_content_reasons(),
            *self._sop_price_reasons(facts),
        ]

    # -- every order line by itself ------------------------------------------------------------

    def _sop_by_order_line(self):
        """Return ``{order line: (amount with tax, quantity, roundings)}``.

        Amount and quantity are in the order line's currency and unit. Down payments have no
        quantity; what they may come to is the contract's total.
        """
        found = {}
        for line in self.sudo()._sop_product_lines():
            order_line = line.sale_line_ids
            if len(order_line) != 1 or order_line._sop_is_down_payment():
                continue
            amount, quantity, roundings = found.get(order_line, (0.0, 0.0, 0.0))
            rate = order_line.order_id.sop_contract_id.currency_rate or 1.0
            amount += self._sop_convert(line.price_total, order_line.currency_id, rate)
            quantity += line.product_uom_id._compute_quantity(
                line.quantity, order_line.product_uom_id, round=False
            )
            roundings += self._sop_roundings(line, order_line.currency_id, rate)
            found[order_line] = (amount, quantity, roundings)
        return found

    def _sop_price_reasons(self, facts):
        reasons = []
        for order_line, mine in self._sop_by_order_line().items():
            posted = facts["by_line"].get(order_line.id, (0.0, 0.0, 0.0))
            together = tuple(map(sum, zip(posted, mine)))
            if order_line._sop_compare_agreed(*mine):
                reasons.append(self._sop_price_sentence(order_line, *mine))
            elif order_line._sop_compare_agreed(*together) > 0:
                reasons.append(self._sop_together_sentence(order_line, *together))
        return reasons

    def _sop_price_sentence(self, order_line, amount, quantity, roundings):
        currency = order_line.currency_id
        return self.env._(
            "%(invoice)s asks %(amount)s for %(quantity).12g %(unit)s of %(product)s; at the price "
            "agreed in %(order)s it is %(agreed)s.",
            invoice=self._sop_name(),
            amount=currency.format(amount),
            quantity=quantity,
            unit=order_line.product_uom_id.name,
            product=order_line.product_id.display_name or order_line.name,
            order=order_line.order_id.name,
            agreed=currency.format(order_line._sop_agreed_amount(quantity)),
        )

    def _sop_together_sentence(self, order_line, amount, quantity, roundings):
        currency = order_line.currency_id
        return self.env._(
            "%(invoice)s would bring the invoices for %(product)s of %(order)s to %(amount)s; at "
            "the agreed price the %(quantity).12g %(unit)s come to %(agreed)s.",
            invoice=self._sop_name(),
            product=order_line.product_id.display_name or order_line.name,
            order=order_line.order_id.name,
            amount=currency.format(amount),
            quantity=quantity,
            unit=order_line.product_uom_id.name,
            agreed=currency.format(order_line._sop_agreed_amount(quantity)),
        )

    def _sop_other_content_reasons(self):
        """Return the sentences why the invoice says something else than what was sold.

        A line at the agreed price can still name another product, or hold another tax.
        """
        reasons = []
        for line in self.sudo()._sop_product_lines():
            for order_line in line.sale_line_ids.filtered(
                lambda sol: not sol._sop_is_down_payment()
            ):
                if line.product_id != order_line.product_id or line.tax_ids != order_line.tax_ids:
                    reasons.append(self._sop_other_content_sentence(line, order_line))
        return reasons

    def _sop_other_content_sentence(self, line, order_line):
        return self.env._(
            "%(invoice)s says “%(mine)s”, but order %(order)s “%(agreed)s”.",
            invoice=self._sop_name(),
            mine=self._sop_product_and_taxes(line),
            order=order_line.order_id.name,
            agreed=self._sop_product_and_taxes(order_line),
        )

    def _sop_product_and_taxes(self, line):
        names = line.tax_ids.mapped("name") or [self.env._("no tax")]
        return format_list(self.env, [line.product_id.display_name or line.name or "—", *names])

    # -- the invoice as a whole ----------------------------------------------------------------

    def _sop_shape_reasons(self):
        """Return the sentences why the figures of the invoice are not what its lines say."""
        reasons = []
        several = (
            self.sudo()._sop_product_lines().filtered(lambda line: len(line.sale_line_ids) > 1)
        )
        if several:
            reasons.append(
                self.env._(
                    "%(invoice)s: the line %(line)s belongs to several order lines, so its price "
                    "cannot be compared.",
                    invoice=self._sop_name(),
                    line=several[0].name or several[0].product_id.display_name or "—",
                )
            )
        if self._sop_asks_otherwise():
            reasons.append(
                self.env._(
                    "%(invoice)s asks the customer for %(asked)s, but its lines come to %(total)s.",
                    invoice=self._sop_name(),
                    asked=formatLang(self.env, self._sop_asked(), currency_obj=self.currency_id),
                    total=formatLang(
                        self.env, self._sop_lines_total(), currency_obj=self.currency_id
                    ),
                )
            )
        if self._sop_rate_is_written():
            reasons.append(
                self.env._(
                    "%(invoice)s uses the rate %(rate).12g, which was written by hand; the rate of "
                    "its day is %(expected).12g.",
                    invoice=self._sop_name(),
                    rate=self.invoice_currency_rate,
                    expected=self.expected_currency_rate,
                )
            )
        return reasons

    def _sop_asked(self):
        """Return what the customer is asked to pay: the receivable, in the invoice's currency."""
        self.ensure_one()
        terms = self.sudo().line_ids.filtered(lambda line: line.display_type == "payment_term")
        return sum(terms.mapped("amount_currency"))

    def _sop_lines_total(self):
        return sum(self.sudo()._sop_product_lines().mapped("price_total"))

    def _sop_cash_rounding(self):
        """A cash rounding rounds the whole."""
        cash = self.sudo().invoice_cash_rounding_id.rounding or 0.0
        return min(cash, self.currency_id.rounding * LARGEST_CASH_ROUNDING)

    def _sop_rounded_lines(self):
        """Return how many lines have tax or a price that was rounded."""
        return len(self.sudo()._sop_product_lines().filtered(lambda line: line._sop_is_rounded()))

    def _sop_is_beyond_lines(self, surplus):
        """Whether ``surplus`` is more than the lines, tax and cash rounding account for."""
        return (
            self.currency_id._sop_compare(
                surplus, self._sop_cash_rounding(), self._sop_rounded_lines()
            )
            > 0
        )

    def _sop_asks_otherwise(self):
        surplus = self._sop_asked() - self._sop_lines_total()
        return self._sop_is_beyond_lines(max(surplus, -surplus - self._sop_discounted_tax()))

    def _sop_discounted_tax(self):
        """Return what the tax is lowered by from the start, for a discount on early payment."""
        term = self.sudo().invoice_payment_term_id
        if not term.early_discount or term.early_pay_discount_computation != "mixed":
            return 0.0
        lines = self.sudo()._sop_product_lines()
        tax = sum(lines.mapped("price_total")) - sum(lines.mapped("price_subtotal"))
        return abs(tax) * term.discount_percentage / 100

    def _sop_rate_is_written(self):
        """Whether a rate that is not its day's decides how much of an order is invoiced."""
        currencies = self.sudo().line_ids.sale_line_ids.currency_id
        if currencies <= self.currency_id:
            return False
        rate, expected = self.invoice_currency_rate, self.expected_currency_rate
        return bool(float_compare(rate / (expected or 1.0), 1.0, precision_digits=RATE_DIGITS))

    def _sop_convert(self, amount, currency, rate):
        """An invoice in another currency counts at its own or at today's rate, the larger one.

        The date of an invoice, and with it its rate, is chosen by whoever makes it.
        """
        own = super()._sop_convert(amount, currency, rate)
        company = self.company_id
        if self.currency_id in (currency, company.currency_id):
            return own
        today = self.env["res.currency"]._get_conversion_rate(
            company.currency_id, self.currency_id, company, company._sop_today()
        )
        return max(own, amount / today * rate, key=abs)

    def _approval_content(self, route_code):
        """What differs from the lines is part of what the finance VP approves (C2)."""
        content = super()._approval_content(route_code)
        if self._sop_asks_otherwise():
            content["asked"] = self.currency_id.round(self._sop_asked())
        if self._sop_rate_is_written():
            content["rate"] = self.invoice_currency_rate
        return content

    # -- before it is judged -------------------------------------------------------------------

    def _sop_check_posting(self):
        drafts = self.filtered(
            lambda move: (
                move.state != "posted"
                and move.is_sale_document(include_receipts=True)
                and move.company_id._sop_is_governed()
            )
        )
        drafts.sudo()._sop_product_lines()._sop_restore_totals()
        return super()._sop_check_posting()

    def _sop_check_credit_notes(self):
        """A credit note gives back what its lines say: it makes room for new invoices (C2)."""
        result = super()._sop_check_credit_notes()
        blockers = {}
        for move in self.filtered(lambda move: move.move_type == "out_refund"):
            if not move.company_id._sop_is_governed():
                continue
            missing = move._sop_lines_total() + move._sop_asked()
            if move._sop_is_beyond_lines(missing):
                sentence = self.env._(
                    "%(move)s credits the customer with %(asked)s, but its lines come to "
                    "%(total)s. Correct its journal items.",
                    move=move._sop_name(),
                    asked=formatLang(self.env, -move._sop_asked(), currency_obj=move.currency_id),
                    total=formatLang(
                        self.env, move._sop_lines_total(), currency_obj=move.currency_id
                    ),
                )
                blockers[move] = [("C2", sentence)]
        self.env["sop.gate"]._raise_if_blocked(blockers)
        return result

    # -- a credit note taken back --------------------------------------------------------------

    def write(self, vals):
        if vals.get("state") in ("draft", "cancel"):
            self._sop_check_credit_stays()
        return super().write(vals)

    def _sop_posted_documents(self):
        """Return the posted documents of sales that are under the rules."""
        return self.sudo().filtered(
            lambda move: (
                move.state == "posted"
                and move.is_sale_document(include_receipts=True)
                and move.company_id._sop_is_governed()
            )
        )

    def _sop_posted_credits(self):
        return self._sop_posted_documents().filtered(lambda move: move.move_type == "out_refund")

    def _sop_posted_crediting(self):
        """Return the posted documents that credit something, be it in a line of an invoice."""
        return self._sop_posted_documents().filtered(
            lambda move: move.move_type == "out_refund" or move._sop_has_negative_lines()
        )

    def _sop_has_negative_lines(self):
        return any(line.quantity < 0 or line.price_total < 0 for line in self._sop_product_lines())

    def _sop_without_these(self, order_lines):
        """Yield each order line with what is posted of it, and the same without these documents.

        Both are ``(amount, quantity, roundings)``, as in :meth:`_sop_posted_by_line`.
        """
        none = (0.0, 0.0, 0.0)
        posted, mine = order_lines._sop_posted_by_line(), order_lines._sop_posted_by_line(self)
        for order_line in order_lines:
            now = posted.get(order_line.id, none)
            without = (one - other for one, other in zip(now, mine.get(order_line.id, none)))
            yield order_line, now, tuple(without)

    def _sop_naming(self, order_line):
        """Return the first of these documents that is about the order line."""
        return self.filtered(lambda move: order_line in move.line_ids.sale_line_ids)[:1]

    def _sop_check_credit_stays(self):
        """What a credit note made room for is not invoiced twice by taking it back (C2)."""
        credits = self._sop_posted_crediting()
        order_lines = credits._sop_product_lines().sale_line_ids
        if not order_lines:
            return
        order_lines.order_id.sop_contract_id._touch()
        blockers = {}
        for order_line, __, left in credits._sop_without_these(order_lines):
            if order_line._sop_is_invoiced_beyond(*left):
                move = credits._sop_naming(order_line)
                blockers.setdefault(move, []).append(
                    ("C2", move._sop_credit_stays_sentence(order_line, left[0]))
                )
        self.env["sop.gate"]._raise_if_blocked(blockers)

    def _sop_credit_stays_sentence(self, order_line, amount):
        return self.env._(
            "%(move)s stays posted: without it %(amount)s would be invoiced for %(product)s of "
            "%(order)s, more than agreed. Take the invoice that followed back first.",
            move=self._sop_name(),
            amount=order_line.currency_id.format(amount),
            product=order_line.product_id.display_name or order_line.name,
            order=order_line.order_id.name,
        )
