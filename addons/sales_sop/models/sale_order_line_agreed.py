from odoo import models
from odoo.tools import SQL

from .account_move_line import EXACT


def roundings_sql(rate):
    """Return SQL for the roundings in the amount of an invoice ``line``, in half units.

    Tax or a price of many digits rounds it once; another currency rounds it there and here.

    :param SQL rate: units of the agreed ``currency`` for one unit of the company's
    """
    return SQL(
        """CASE WHEN move_currency.id != currency.id
                THEN 1 + move_currency.rounding / currency.rounding
                         * %(rate)s / NULLIF(move.invoice_currency_rate, 0)
                WHEN ABS(line.quantity * line.price_unit * (1 - line.discount / 100)
                         - line.price_total) > %(exact)s
                THEN 1 ELSE 0 END""",
        rate=rate,
        exact=EXACT,
    )


class SaleOrderLine(models.Model):
    """What was agreed for an order line and what was invoiced of it (C2)."""

    _inherit = "sale.order.line"

    def _sop_is_down_payment(self):
        return self.is_downpayment and not self.product_uom_qty

    def _sop_agreed_amount(self, quantity):
        """Return what ``quantity`` costs at the agreed price, tax included."""
        self.ensure_one()
        if not self.product_uom_qty:
            return 0.0
        return self.price_total / self.product_uom_qty * quantity

    def _sop_roundings(self):
        """Return how many of these lines have an agreed total that was rounded."""
        tax_model = self.env["account.tax"]
        roundings = 0
        for line in self:
            base_line = line._prepare_base_line_for_taxes_computation()
            tax_model._add_tax_details_in_base_line(
                base_line, line.company_id, rounding_method="round_globally"
            )
            raw = base_line["tax_details"]["raw_total_included_currency"]
            roundings += abs(raw - line.price_total) > EXACT
        return roundings

    def _sop_compare_agreed(self, amount, quantity, roundings):
        """Return 1 where ``amount`` is more than agreed for ``quantity``, -1 for less, 0."""
        return self._sop_compare_with(amount, self._sop_agreed_amount(quantity), roundings)

    def _sop_compare_with(self, amount, agreed, roundings):
        """Compare, and only where they differ look whether roundings explain it."""
        currency = self.currency_id
        if not currency._sop_compare(amount, agreed):
            return 0
        return currency._sop_compare(amount, agreed, roundings + self._sop_roundings())

    def _sop_is_invoiced_beyond(self, amount, quantity, roundings):
        """Whether more is invoiced than the line's agreed total and what was accepted."""
        self.ensure_one()
        if self._sop_is_down_payment():
            return False
        if self._sop_compare_with(amount, self.price_total, roundings) > 0:
            return True
        if not self._sop_waits_for_receipt():
            return False
        allowed = self.qty_accepted + self._sop_came_back() - self.opening_qty_invoiced
        return self.product_uom_id.compare(quantity, allowed) > 0

    def _sop_came_back(self):
        """Return what was accepted, maybe invoiced, and came back, in the line's unit."""
        moves = self.move_ids.filtered(
            lambda move: move.state == "done" and move.location_id.usage == "customer"
        )
        if moves.product_id - self.product_id:
            return 0.0
        quantity = sum(move._sop_product_quantity() for move in moves)
        return self.product_id.uom_id._compute_quantity(quantity, self.product_uom_id)

    def _sop_posted_by_line(self, moves=None):
        """Return ``{order line id: (amount, quantity, roundings)}`` posted, less credit notes.

        Read from the database now. Amounts have tax and are in the order's currency, quantities
        in the order line's unit.

        :param moves: count these entries only
        """
        if not self.ids:
            return {}
        for model in ("account.move", "account.move.line"):
            self.env[model].flush_model()
        sign = SQL("CASE WHEN move.move_type = 'out_refund' THEN -1 ELSE 1 END")
        rows = self.env.execute_query(
            SQL(
                """
                SELECT sol.id,
                       SUM(%(sign)s * line.price_total
                           * CASE WHEN move.currency_id = so.currency_id THEN 1
                                  ELSE COALESCE(contract.currency_rate, 1)
                                       / NULLIF(move.invoice_currency_rate, 0) END),
                       SUM(%(sign)s * line.quantity
                           * COALESCE(mine.factor / NULLIF(agreed.factor, 0), 1)),
                       SUM(%(roundings)s)
                  FROM sale_order_line sol
                  JOIN sale_order so ON so.id = sol.order_id
             LEFT JOIN sop_contract contract ON contract.id = so.sop_contract_id
                  JOIN res_currency currency ON currency.id = so.currency_id
             LEFT JOIN uom_uom agreed ON agreed.id = sol.product_uom_id
                  JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = sol.id
                  JOIN account_move_line line ON line.id = rel.invoice_line_id
             LEFT JOIN uom_uom mine ON mine.id = line.product_uom_id
                  JOIN account_move move ON move.id = line.move_id
                  JOIN res_currency move_currency ON move_currency.id = move.currency_id
                 WHERE sol.id = ANY(%(ids)s)
                   AND line.display_type = 'product'
                   AND move.state = 'posted'
                   AND move.move_type IN ('out_invoice', 'out_receipt', 'out_refund')
                   %(only)s
              GROUP BY sol.id
                """,
                sign=sign,
                roundings=roundings_sql(SQL("COALESCE(contract.currency_rate, 1)")),
                ids=list(self.ids),
                only=SQL("AND move.id = ANY(%s)", moves.ids) if moves is not None else SQL(""),
            )
        )
        return {
            line: (float(amount or 0.0), float(quantity or 0.0), float(roundings or 0.0))
            for line, amount, quantity, roundings in rows
        }
