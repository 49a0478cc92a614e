from odoo import models


class AccountMove(models.Model):
    """No more is credited than was invoiced, or it would be invoiced once more (C2)."""

    _inherit = "account.move"

    def _sop_check_credit_notes(self):
        result = super()._sop_check_credit_notes()
        notes = self.filtered(
            lambda move: (
                move.state != "posted"
                and move.move_type == "out_refund"
                and move.company_id._sop_is_governed()
            )
        )
        order_lines = notes.sudo()._sop_product_lines().sale_line_ids
        if not order_lines:
            return result
        posted = order_lines._sop_posted_by_line()
        blockers = {}
        for move in notes:
            for order_line, (credited, __, roundings) in move._sop_by_order_line().items():
                invoiced, __, rounded = posted.get(order_line.id, (0.0, 0.0, 0.0))
                left = (invoiced - credited, rounded + roundings)
                posted[order_line.id] = (left[0], 0.0, left[1])
                if order_line._sop_is_credited_beyond(*left):
                    sentence = move._sop_credited_sentence(order_line, credited, invoiced)
                    blockers.setdefault(move, []).append(("C2", sentence))
        self.env["sop.gate"]._raise_if_blocked(blockers)
        return result

    def _sop_price_reasons(self, facts):
        """Goods taken back on an invoice are credited, too; here the finance VP may decide it."""
        reasons = super()._sop_price_reasons(facts)
        for order_line, (amount, __, roundings) in self._sop_by_order_line().items():
            invoiced, __, rounded = facts["by_line"].get(order_line.id, (0.0, 0.0, 0.0))
            if order_line._sop_is_credited_beyond(
                amount, roundings
            ) and order_line._sop_is_credited_beyond(invoiced + amount, rounded + roundings):
                reasons.append(self._sop_credited_sentence(order_line, -amount, invoiced))
        return reasons

    def _sop_credited_sentence(self, order_line, credited, invoiced):
        currency = order_line.currency_id
        return self.env._(
            "%(move)s credits %(credited)s for %(product)s of %(order)s, but only %(invoiced)s is "
            "invoiced. Reduce the quantity or the price.",
            move=self._sop_name(),
            credited=currency.format(credited),
            product=order_line.product_id.display_name or order_line.name,
            order=order_line.order_id.name,
            invoiced=currency.format(invoiced),
        )

    # -- an invoice taken back -----------------------------------------------------------------

    def _sop_check_credit_stays(self):
        """What is credited stays invoiced: else more could be invoiced in its place."""
        result = super()._sop_check_credit_stays()
        moves = self._sop_posted_documents()
        order_lines = moves._sop_product_lines().sale_line_ids
        if not order_lines:
            return result
        order_lines.order_id.sop_contract_id._touch()
        blockers = {}
        for order_line, (*__, roundings), (left, *__) in moves._sop_without_these(order_lines):
            if order_line._sop_is_credited_beyond(left, roundings):
                move = moves._sop_naming(order_line)
                blockers.setdefault(move, []).append(
                    ("C2", move._sop_credited_stays_sentence(order_line))
                )
        self.env["sop.gate"]._raise_if_blocked(blockers)
        return result

    def _sop_credited_stays_sentence(self, order_line):
        return self.env._(
            "%(move)s stays posted: a credit note credits what it invoices for %(product)s of "
            "%(order)s. Take the credit note back first.",
            move=self._sop_name(),
            product=order_line.product_id.display_name or order_line.name,
            order=order_line.order_id.name,
        )


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _sop_is_credited_beyond(self, amount, roundings):
        """Whether what is invoiced, ``amount``, is less than nothing.

        What an older contract had invoiced before the go-live is in no invoice here. A rebate is
        invoiced with a minus.
        """
        self.ensure_one()
        if self._sop_is_down_payment() or self.order_id.sop_contract_id.is_opening:
            return False
        if self.price_total < 0:
            amount = -amount
        return self.currency_id._sop_compare(amount, 0.0, roundings) < 0
