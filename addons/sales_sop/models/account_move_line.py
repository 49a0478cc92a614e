from odoo import api, models
from odoo.exceptions import AccessError

# What Odoo computes from quantity, price, discount and taxes; by RPC it could be written.
COMPUTED_FIELDS = frozenset({"price_subtotal", "price_total"})
# Together they say what the gate judged when the invoice was posted.
JUDGED_FIELDS = COMPUTED_FIELDS | {
    "move_id",
    "partner_id",
    "display_type",
    "product_id",
    "product_uom_id",
    "quantity",
    "price_unit",
    "discount",
    "sale_line_ids",
    "tax_ids",
    "currency_id",
    "balance",
    "amount_currency",
    "debit",
    "credit",
    # When an instalment is due decides what is late (C5).
    "date_maturity",
}
# What a line has from its entry.
ENTRY_FIELDS = frozenset(
    {"company_id", "date", "invoice_date", "journal_id", "move_name", "parent_state"}
)
# What is open on a line follows from its matchings; earmarked money counts by it (C3).
OPEN_FIELDS = frozenset({"amount_residual", "amount_residual_currency", "reconciled"})
# The cost of the goods is no demand; titles and notes carry no money.
UNJUDGED_TYPES = frozenset({"cogs", "line_section", "line_subsection", "line_note"})
POSTING = "sales_sop.posting"
# Quantity times price differs from the amount by more than this only where it was rounded.
EXACT = 1e-6


class AccountMoveLine(models.Model):
    """The lines of a posted customer invoice stay as the gate judged them (C1, C2, D3)."""

    _name = "account.move.line"
    _inherit = ["account.move.line", "sop.computed.mixin"]

    def _sop_computed_fields(self):
        return super()._sop_computed_fields() | ENTRY_FIELDS

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._sop_check_not_posted()
        if any(not COMPUTED_FIELDS.isdisjoint(vals) for vals in vals_list):
            lines._sop_check_computed()
        if any(not OPEN_FIELDS.isdisjoint(vals) for vals in vals_list):
            lines._sop_check_open_is_computed()
        return lines

    def write(self, vals):
        # Before Odoo compares them with what is there.
        self._sop_check_numbers(vals)
        guarded = not JUDGED_FIELDS.isdisjoint(vals)
        if guarded:
            self._sop_check_not_posted()
        if not COMPUTED_FIELDS.isdisjoint(vals):
            self._sop_check_computed()
        if not OPEN_FIELDS.isdisjoint(vals):
            self._sop_check_open_is_computed()
        result = super().write(vals)
        if guarded and "move_id" in vals:
            self._sop_check_not_posted()
        return result

    def unlink(self):
        self._sop_check_not_posted()
        return super().unlink()

    def _sop_check_not_posted(self):
        # While Odoo posts an invoice that has passed, it may still complete its lines.
        if self.env.su or self.env.cr.cache.get(POSTING):
            return
        posted = self.filtered(
            lambda line: line.parent_state == "posted" and line.display_type not in UNJUDGED_TYPES
        ).move_id
        posted.filtered(
            lambda move: move.is_sale_document(include_receipts=True)
        )._sop_raise_posted_by_hand()

    def _sop_check_computed(self):
        """The amounts of a customer invoice's lines are computed, never written (C2)."""
        if self.env.su:
            return
        for line in self.filtered(lambda line: line.display_type == "product"):
            move = line.move_id
            if move.is_sale_document(include_receipts=True) and move.company_id._sop_is_governed():
                raise AccessError(
                    self.env._(
                        "%s: the amounts of a line follow from quantity, price, discount and "
                        "taxes and cannot be written.",
                        move._sop_name(),
                    )
                )

    def _sop_check_open_is_computed(self):
        """What is open is what the matchings leave; written, spent money would count again."""
        if self.env.su:
            return
        for line in self.filtered(lambda line: line.company_id._sop_is_governed()):
            raise AccessError(
                self.env._(
                    "%s: what is open on a journal item follows from what it is matched with and "
                    "cannot be written. Match the entries instead.",
                    line.move_id.display_name,
                )
            )

    def _sop_is_matched_beyond(self):
        """Whether the matchings take more than the line has, or give it more (C3)."""
        self.ensure_one()
        return any(
            currency.compare_amounts(residual, max(0.0, amount) + currency.rounding) > 0
            or currency.compare_amounts(residual, min(0.0, amount) - currency.rounding) < 0
            for currency, residual, amount in (
                (self.company_currency_id, self.amount_residual, self.balance),
                (self.currency_id, self.amount_residual_currency, self.amount_currency),
            )
        )

    def _sop_least_value(self, amount, days):
        """Return what ``amount`` of the line's currency is at least, in the company's."""
        self.ensure_one()
        company = self.company_id
        values = [
            self.currency_id._convert(amount, self.company_currency_id, company, day, round=False)
            for day in days
        ]
        if self.amount_currency:
            values.append(abs(amount * self.balance / self.amount_currency))
        return min(values)

    def _sop_is_rounded(self):
        """Whether tax, or a price of many digits, left something to round."""
        self.ensure_one()
        exact = self.quantity * self.price_unit * (1 - self.discount / 100)
        return abs(exact - self.price_total) > EXACT

    def _sop_restore_totals(self):
        """Compute the amounts of these lines anew: a default could have come before Odoo."""
        tax_model = self.env["account.tax"]
        for line in self:
            base_line = line.move_id._prepare_product_base_line_for_taxes_computation(line)
            tax_model._add_tax_details_in_base_line(base_line, line.company_id)
            tax_model._round_base_lines_tax_details([base_line], line.company_id)
            details = base_line["tax_details"]
            amounts = {
                "price_subtotal": details["total_excluded_currency"],
                "price_total": details["total_included_currency"],
            }
            currency = line.currency_id
            if any(currency.compare_amounts(line[name], amounts[name]) for name in amounts):
                line.write(amounts)

    # -- the customer's account ----------------------------------------------------------------

    def _sop_matched_money(self):
        """Return the entries of payments and bank lines that these lines are matched with."""
        others = self.matched_debit_ids.debit_move_id | self.matched_credit_ids.credit_move_id
        return others.move_id.filtered(
            lambda move: move.origin_payment_id or move.statement_line_id
        )
