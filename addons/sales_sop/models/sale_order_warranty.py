from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.tools import format_date

from .touch import touch


class SaleOrder(models.Model):
    """Warranty replacements (S1): free, and only of what was delivered, accepted and is under
    warranty. The link to the order delivered before proves it; no flag does."""

    _inherit = "sale.order"

    sop_origin_order_id = fields.Many2one(
        "sale.order",
        string="Delivered with",
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('state', '=', 'sale'), ('partner_id', 'child_of', sop_customer_id)]",
        help="The order that the goods to be replaced were delivered with (S1).",
    )
    sop_customer_id = fields.Many2one(related="partner_id.commercial_partner_id")
    sop_replacement_ids = fields.One2many(
        "sale.order", "sop_origin_order_id", string="Warranty Replacements", readonly=True
    )

    def _sop_is_warranty(self):
        """Whether the order was judged as a warranty replacement; frozen on its contract."""
        self.ensure_one()
        return self.sudo().sop_contract_id.order_type == "warranty"

    def _sop_prepare_contract(self):
        result = super()._sop_prepare_contract()
        self.env["sop.gate"]._raise_if_blocked({self: self._sop_warranty_blockers()})
        return result

    def _confirm_blockers(self):
        return super()._confirm_blockers() or self._sop_warranty_blockers()

    def _sop_check_confirm(self):
        self._sop_touch_origins()
        return super()._sop_check_confirm()

    def _sop_touch_origins(self):
        """Keep apart two replacements of the same goods at the same moment.

        An order agreed before the first policy has no contract, so the order itself is updated.
        """
        origins = self.sudo().filtered(lambda order: order._sop_is_warranty()).sop_origin_order_id
        origins.sop_contract_id._touch()
        touch(origins, and_references=True)

    # -- the rule ------------------------------------------------------------------------------

    def _sop_warranty_blockers(self):
        """Return ``[("S1", sentence)]``, why this is no warranty replacement; empty = it is."""
        self.ensure_one()
        order = self.sudo()
        if not order._sop_is_warranty():
            return []
        sentence = order._sop_origin_sentence()
        if sentence:
            return [("S1", sentence)]
        wanted = {}
        for line in order._sop_product_lines():
            quantity = line._sop_product_quantity(line.product_uom_qty)
            wanted[line.product_id] = wanted.get(line.product_id, 0.0) + quantity
        sentences = (
            order._sop_replacement_sentence(product, quantity)
            for product, quantity in wanted.items()
        )
        return [("S1", sentence) for sentence in sentences if sentence]

    def _sop_origin_sentence(self):
        """Say what is wrong with the order that the goods were delivered with, or False."""
        origin = self.sop_origin_order_id
        if not origin:
            return self.env._(
                "%s is a warranty replacement. Name the order that the goods were delivered with.",
                self.name,
            )
        is_own = origin.company_id == self.company_id and origin != self
        customer = self.partner_id.commercial_partner_id
        if not is_own or origin.partner_id.commercial_partner_id != customer:
            return self.env._(
                "%(order)s: the order named as delivered before is not one of %(customer)s. "
                "Name an order that was delivered to this customer.",
                order=self.name,
                customer=customer.display_name,
            )
        return False

    def _sop_replacement_sentence(self, product, quantity):
        """Say why so much of the product is not replaced; False when it is."""
        origin, contract = self.sop_origin_order_id, self.sop_contract_id
        receipts = origin._sop_receipts(product)
        if not receipts:
            return self.env._(
                "%(order)s: no %(product)s of order %(origin)s is accepted by the customer, so "
                "there is nothing to replace. Record the signed proof of delivery, or name "
                "another order.",
                order=self.name,
                product=product.display_name,
                origin=origin.name,
            )
        months = relativedelta(months=contract.warranty_months)
        covered = sum(amount for day, amount in receipts if day + months >= contract.claimed_on)
        if not covered:
            newest = max(day for day, amount in receipts)
            return self.env._(
                "%(order)s: %(product)s of order %(origin)s was accepted on %(accepted)s; its "
                "warranty of %(months)s months ended on %(ended)s, and it was claimed on "
                "%(claimed)s. Sell it, or submit the order as free goods.",
                order=self.name,
                product=product.display_name,
                origin=origin.name,
                accepted=format_date(self.env, newest),
                months=contract.warranty_months,
                ended=format_date(self.env, newest + months),
                claimed=format_date(self.env, contract.claimed_on),
            )
        replaced = origin._sop_replaced(product, self)
        left = max(0.0, min(covered, origin._sop_kept_or_paid(product)) - replaced)
        if product.uom_id.compare(quantity, left) <= 0:
            return False
        return self.env._(
            "%(order)s, %(product)s: %(quantity).12g are to be replaced; of order %(origin)s "
            "%(covered).12g are under warranty and %(replaced).12g replaced already, so "
            "%(left).12g are left. Reduce the quantity.",
            order=self.name,
            product=product.display_name,
            quantity=quantity,
            origin=origin.name,
            covered=covered,
            replaced=replaced,
            left=left,
        )

    # -- facts of the order delivered before ---------------------------------------------------

    def _sop_receipts(self, product, seen=None):
        """Return ``[(day, quantity)]`` that the customer accepted, in the product's unit.

        What was itself a replacement is under the warranty of what it replaced: a replacement
        does not make the warranty longer.
        """
        seen = (seen or self.browse()) | self
        lines = self._sop_product_lines().filtered(lambda line: line.product_id == product)
        receipts = [receipt for line in lines for receipt in line._sop_receipts()]
        origin = self.sop_origin_order_id
        if not receipts or not self._sop_is_warranty() or origin in seen:
            return receipts
        start = max((day for day, __ in origin._sop_receipts(product, seen)), default=None)
        return [(min(day, start or day), quantity) for day, quantity in receipts]

    def _sop_kept_or_paid(self, product):
        """Return what the customer kept, or has been invoiced for, in the product's unit.

        Goods that came back and were credited are not replaced as well.
        """
        lines = self._sop_product_lines().filtered(lambda line: line.product_id == product)
        return sum(
            line._sop_product_quantity(max(line.qty_accepted, line.qty_invoiced_posted))
            for line in lines
        )

    def _sop_replaced(self, product, order):
        """Return how much of the product other replacements than ``order`` have taken up."""
        taken = 0.0
        for other in self.sop_replacement_ids - order:
            if not other._sop_is_warranty():
                continue
            for line in other._sop_product_lines():
                if line.product_id == product:
                    # Of a cancelled replacement, what has left stays with the customer.
                    is_live = other.state == "sale"
                    quantity = line.product_uom_qty if is_live else line.qty_delivered
                    taken += line._sop_product_quantity(quantity)
        return taken


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _sop_product_quantity(self, quantity):
        """Convert a quantity of the line into the product's unit."""
        self.ensure_one()
        return self.product_uom_id._compute_quantity(
            quantity, self.product_id.uom_id, rounding_method="HALF-UP"
        )

    def _sop_receipts(self):
        """Return ``[(day, quantity)]`` of the line's accepted goods, in the product's unit.

        What left before the first policy has no proof of delivery: the day it left counts.
        """
        self.ensure_one()
        receipts = []
        for move in self.move_ids:
            picking = move.picking_id
            if move.state != "done" or not move._sop_is_customer_bound():
                continue
            if self.order_id.sop_opening and picking.pod_state == "no":
                left_on = picking.company_id._sop_day(picking.date_done)
                receipts.append((left_on, move._sop_product_quantity()))
            elif move.qty_accepted and picking.pod_date:
                unit = move.product_id.uom_id
                quantity = move.product_uom._compute_quantity(move.qty_accepted, unit)
                receipts.append((picking.pod_date, quantity))
        return receipts


class SopGate(models.AbstractModel):
    _inherit = "sop.gate"

    def _basis_gates(self):
        gates = super()._basis_gates()
        order = gates["order"]
        return gates | {"warranty": order | {"delivery": order["delivery"] | {"S1"}}}
