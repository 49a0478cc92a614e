from odoo import models
from odoo.tools import format_list, formatLang

from .wording import paragraph


class AccountMove(models.Model):
    """The gate of customer invoices: collected (C1), received (D3), covered by an order (C2)."""

    _inherit = "account.move"

    # -- what the invoice is -------------------------------------------------------------------

    def _sop_is_governed(self):
        self.ensure_one()
        # A credit note over a negative amount asks for money like an invoice.
        asks_for_money = self.move_type in ("out_invoice", "out_receipt") or (
            self.move_type == "out_refund" and self.amount_total < 0
        )
        return asks_for_money and self.company_id._sop_is_governed()

    def _sop_product_lines(self):
        return self.invoice_line_ids.filtered(lambda line: line.display_type == "product")

    def _sop_basis(self):
        """Return the basis of the invoice, proven by the links of its lines.

        One line that neither an order nor a contract proves makes the whole invoice ``none``: it
        could carry any amount past the 60 % of C1.
        """
        self.ensure_one()
        if self.sop_contract_id:
            return "order"
        lines = self.sudo()._sop_product_lines()
        if not lines or any(not line.sale_line_ids for line in lines):
            return "none"
        orders = lines.sale_line_ids.order_id
        if any(not self._sop_is_billed_to(order) for order in orders):
            return "none"
        return "opening" if all(order.sop_opening for order in orders) else "order"

    def _sop_is_billed_to(self, order):
        """Whether the invoice goes to the order's customer or to its agreed invoice address."""
        customers = order.partner_id.commercial_partner_id | order.partner_invoice_id
        return bool(customers & (self.commercial_partner_id | self.partner_id))

    def _sop_name(self):
        if self.name and self.name != "/":
            return self.name
        return self.env._(
            "The draft invoice over %(amount)s for %(customer)s",
            amount=formatLang(self.env, self.amount_total, currency_obj=self.currency_id),
            customer=self.partner_id.display_name or "—",
        )

    # -- facts ---------------------------------------------------------------------------------

    def _invoice_facts(self):
        """Read what the gate needs for all these invoices at once.

        ``collected``: money per contract id. ``invoiced``: ``(amount, roundings)`` posted per
        contract or opening order. ``quantities``: quantity posted per order line id. Posting
        several invoices adds each to the last two, so that they cannot pass together what one may
        not.
        """
        contracts = self.sop_contract_ids.sudo()
        invoiced = contracts._invoiced()
        orders = self.sudo().line_ids.sale_line_ids.order_id.filtered("sop_opening")
        return {
            "collected": contracts._collected(),
            "invoiced": {
                **{contract: invoiced.get(contract.id, (0.0, 0.0)) for contract in contracts},
                **{order: order._sop_invoiced() for order in orders},
            },
            "quantities": {},
        }

    def _sop_add_to_facts(self, facts):
        """Count this invoice as posted."""
        for holder, mine in self._sop_amounts_by_holder().items():
            facts["invoiced"][holder] = tuple(map(sum, zip(facts["invoiced"][holder], mine)))
        for order_line, quantity in self._sop_quantities_by_order_line().items():
            posted = self._sop_posted_quantity(order_line, facts)
            facts["quantities"][order_line.id] = posted + quantity

    def _sop_amounts_by_holder(self):
        """Return ``{contract or opening order: (amount with tax, roundings)}``.

        The amount is in the holder's currency.
        """
        amounts = {}
        for line in self.sudo()._sop_product_lines():
            order = line.sale_line_ids[:1].order_id
            holder = order.sop_contract_id or self.sudo().sop_contract_id
            if not holder and order.sop_opening:
                holder = order
            if holder:
                amount, roundings = amounts.get(holder, (0.0, 0.0))
                rate = holder.currency_rate or 1.0
                amount += self._sop_convert(line.price_total, holder.currency_id, rate)
                roundings += self._sop_roundings(line, holder.currency_id, rate)
                amounts[holder] = (amount, roundings)
        return amounts

    def _sop_roundings(self, line, currency, rate):
        """Return how often the line's amount was rounded by half a unit of ``currency``."""
        if self.currency_id == currency:
            return float(line._sop_is_rounded())
        return 1 + self._sop_convert(self.currency_id.rounding, currency, rate) / currency.rounding

    def _sop_convert(self, amount, currency, rate):
        """Convert an amount of the invoice at its own rate and at the holder's ``rate``."""
        if self.currency_id == currency:
            return amount
        return amount / (self.invoice_currency_rate or 1.0) * rate

    def _sop_quantities_by_order_line(self):
        """Return ``{order line: quantity in its unit}`` of the lines invoiced by receipt."""
        quantities = {}
        for line in self.sudo()._sop_product_lines():
            for order_line in line.sale_line_ids.filtered(lambda sol: sol._sop_waits_for_receipt()):
                unit = order_line.product_uom_id
                quantity = line.product_uom_id._compute_quantity(line.quantity, unit)
                quantities[order_line] = quantities.get(order_line, 0.0) + quantity
        return quantities

    def _sop_posted_quantity(self, order_line, facts):
        return facts["quantities"].get(order_line.id, order_line.qty_invoiced_posted)

    # -- gate ----------------------------------------------------------------------------------

    def _invoice_blockers(self, facts=None):
        """Return ``[(rule_id, sentence)]``, why the invoice cannot be posted; empty = free.

        :param dict facts: of ``_invoice_facts``, when the caller has read them already
        """
        self.ensure_one()
        if not self._sop_is_governed():
            return []
        if self.move_type == "out_refund":
            return [("C1", self._sop_negative_sentence())]
        facts = facts or self._invoice_facts()
        contracts = self.sop_contract_ids.sudo()
        gates = self.env["sop.gate"]._basis_gates()
        # A contract's own gates hold also where another line has no basis.
        rules = gates[self._sop_basis()]["invoice"]
        if contracts:
            rules |= gates["order"]["invoice"]
        blockers = self._sop_approval_blockers(facts) if "C2" in rules else []
        orders = self.sudo()._sop_product_lines().sale_line_ids.order_id
        blockers += orders._sop_without_contract_blockers()
        for contract in contracts:
            if "K2" in rules:
                blockers += self._sop_contract_blockers(contract)
            if "C1" in rules:
                blockers += contract._collection_blockers(
                    "C1", "invoice_gate_percent", facts["collected"]
                )
        if "D3" in rules:
            blockers += self._sop_receipt_blockers(facts)
        return blockers

    def _sop_negative_sentence(self):
        return self.env._(
            "%s is a credit note over a negative amount and would ask for money. Make an invoice "
            "instead.",
            self._sop_name(),
        )

    def _sop_check_credit_notes(self):
        """A credit note gives back to the customer who was invoiced, or it would free quantities
        and amounts of a contract to be invoiced again (C2)."""
        blockers = {}
        for move in self.filtered(lambda move: move.move_type == "out_refund"):
            orders = move.sudo()._sop_product_lines().sale_line_ids.order_id
            strange = orders.filtered(lambda order, move=move: not move._sop_is_billed_to(order))
            if strange and move.company_id._sop_is_governed():
                sentence = self.env._(
                    "%(move)s for %(customer)s credits %(orders)s of another customer. Make it "
                    "out to the customer of the order.",
                    move=move._sop_name(),
                    customer=move.partner_id.display_name,
                    orders=format_list(self.env, strange.mapped("name")),
                )
                blockers[move] = [("C2", sentence)]
        self.env["sop.gate"]._raise_if_blocked(blockers)

    def _sop_check_posting(self):
        """The law of posting: raise unless these invoices may be posted; return those checked."""
        self._sop_check_credit_notes()
        governed = self.filtered(lambda move: move.state != "posted" and move._sop_is_governed())
        if not governed:
            return governed
        governed.sop_contract_ids.sudo()._touch()
        facts = governed._invoice_facts()
        blockers = {}
        for move in governed:
            blockers[move] = move._invoice_blockers(facts)
            if len(governed) > 1:
                move._sop_add_to_facts(facts)
        self.env["sop.gate"]._raise_if_blocked(blockers)
        return governed

    def _sop_blocked_together(self):
        """Return those of these drafts that may not be posted when all others are (C1, D3)."""
        facts = self._invoice_facts()
        blocked = self.browse()
        for move in self:
            if move._invoice_blockers(facts):
                blocked |= move
            elif move._sop_is_governed():
                move._sop_add_to_facts(facts)
        return blocked

    def _sop_contract_blockers(self, contract):
        if contract.state in ("effective", "closed"):
            return []
        return [
            (
                "K2",
                self.env._(
                    "Contract %s is not effective, so nothing may be invoiced on it.",
                    contract.number,
                ),
            )
        ]

    # -- no more than agreed, or the finance VP's approval (C2) --------------------------------

    def _sop_approval_blockers(self, facts):
        reasons = self._sop_approval_reasons(facts)
        state = self._approval_state("invoice") if reasons else "approved"
        if state == "approved":
            return []
        sentences = {
            "none": self.env._("It needs the finance VP's approval: submit it."),
            "pending": self.env._("It waits for the finance VP's approval."),
            "refused": self.env._("The finance VP refused it: change it and submit it again."),
            "stale": self.env._("It has changed since it was submitted: submit it again."),
        }
        return [("C2", paragraph(self.env, [reason, sentences[state]])) for reason in reasons]

    def _sop_approval_reasons(self, facts):
        """Return the sentences why the invoice needs an approval of its own; empty if none."""
        reasons = []
        if self._sop_basis() == "none":
            reasons.append(
                self.env._(
                    "%s has a line that belongs to no order of this customer.", self._sop_name()
                )
            )
        for holder, (amount, roundings) in self._sop_amounts_by_holder().items():
            posted, posted_roundings = facts["invoiced"][holder]
            if (
                holder.currency_id._sop_compare(
                    posted + amount, holder.amount_total, roundings + posted_roundings
                )
                > 0
            ):
                reasons.append(
                    self.env._(
                        "%(invoice)s would bring the invoices of %(document)s to %(amount)s, more "
                        "than the %(total)s agreed.",
                        invoice=self._sop_name(),
                        document=holder.display_name,
                        amount=holder.currency_id.format(posted + amount),
                        total=holder.currency_id.format(holder.amount_total),
                    )
                )
        return reasons

    # -- no more than received (D3) ------------------------------------------------------------

    def _sop_receipt_blockers(self, facts):
        """No more goods are invoiced than the customer accepted (D3)."""
        blockers = []
        for order_line, quantity in self._sop_quantities_by_order_line().items():
            allowed = order_line.qty_accepted - self._sop_posted_quantity(order_line, facts)
            if order_line.product_uom_id.compare(quantity, allowed) > 0:
                blockers.append(("D3", self._sop_receipt_sentence(order_line, quantity, allowed)))
        return blockers

    def _sop_receipt_sentence(self, order_line, quantity, allowed):
        return self.env._(
            "%(order)s, %(product)s: %(quantity).12g are on the invoice, but only %(allowed).12g "
            "are accepted by the customer and not invoiced yet. Record the signed proof of "
            "delivery, or reduce the quantity.",
            order=order_line.order_id.name,
            product=order_line.product_id.display_name,
            quantity=quantity,
            allowed=max(0.0, allowed),
        )
