from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

LIVE = frozenset({"pending", "approved"})


class SaleOrder(models.Model):
    """The frame order states a frame contract; a call-off is an order that rests on one (K1)."""

    _inherit = "sale.order"

    sop_frame_until = fields.Date(
        string="Frame Valid Until", help="Nothing is called off from the frame after this day."
    )
    sop_frame_contract_id = fields.Many2one(
        "sop.contract",
        string="Call-off From",
        domain="[('kind', '=', 'frame'), ('state', '=', 'effective'),"
        " ('partner_id', '=', sop_customer_id)]",
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The effective frame contract that the order is called off from. Inside the frame "
        "it needs no decision of its own.",
    )

    # -- what the order is ---------------------------------------------------------------------

    def _sop_is_frame(self):
        self.ensure_one()
        return self.sop_sales_mode == "frame"

    def _sop_is_call_off(self):
        self.ensure_one()
        return bool(self.sop_frame_contract_id)

    def _sop_is_live_call_off(self):
        """Whether the order takes its quantities from a frame."""
        self.ensure_one()
        if not self._sop_is_call_off() or self.state == "cancel":
            return False
        return self.state == "sale" or self._approval_for("application").state in LIVE

    @api.model
    def _sop_content_fields(self):
        return super()._sop_content_fields() | {"sop_frame_contract_id", "sop_frame_until"}

    def _approval_content(self, route_code):
        content = super()._approval_content(route_code)
        # Any other order keeps the content it had before there were frames.
        if self._sop_is_frame():
            content["frame_until"] = fields.Date.to_string(self.sop_frame_until)
        if self._sop_is_call_off():
            content["frame_contract"] = self.sop_frame_contract_id.id
        return content

    # -- the frame order -----------------------------------------------------------------------

    def _check_submission(self, route_code):
        result = super()._check_submission(route_code)
        if self._sop_is_frame():
            self._sop_check_frame()
        elif self._sop_is_call_off():
            self._sop_check_call_off()
        return result

    def _sop_check_frame(self):
        """A frame states each product once, with a quantity, and until when it is valid."""
        if self._sop_is_call_off():
            raise UserError(
                self.env._("%s is a frame itself and calls off from no other one.", self.name)
            )
        today = self.company_id._sop_today()
        if not self.sop_frame_until or self.sop_frame_until < today:
            raise UserError(
                self.env._("%s: say until when the frame is valid, today or later.", self.name)
            )
        lines = self._sop_product_lines()
        seen = self.env["product.product"]
        for line in lines:
            if line.product_id in seen or line.product_uom_qty <= 0 or not line.product_id:
                raise UserError(
                    self.env._(
                        "%(order)s, %(product)s: a frame states each product on one line, with a "
                        "quantity above zero.",
                        order=self.name,
                        product=line.product_id.display_name or line.name,
                    )
                )
            seen |= line.product_id

    def _sop_frozen_terms(self, term):
        until = self.sop_frame_until if self._sop_is_frame() else False
        terms = super()._sop_frozen_terms(term) | {"frame_until": until}
        if self._sop_is_frame():
            # What others call off later rests on what is signed now.
            terms["contract_required"] = True
        return terms

    def _has_to_be_paid(self):
        return super()._has_to_be_paid() and not self._sop_is_frame()

    def _confirm_blockers(self):
        """A frame is never confirmed; a call-off is while it is inside its frame (K1)."""
        blockers = super()._confirm_blockers()
        if blockers or not self._sop_is_governed():
            return blockers
        if self._sop_is_frame():
            return [("K1", self._sop_frame_sentence())]
        if self._sop_is_call_off():
            return self._sop_call_off_blockers()
        return blockers

    def _sop_frame_sentence(self):
        return self.env._(
            "%(order)s is the frame of contract %(contract)s and is not delivered itself. Call "
            "off from it: press “Call Off” on the contract.",
            order=self.name,
            contract=self.sop_contract_id.sudo().number,
        )

    # -- call-offs -----------------------------------------------------------------------------

    def _sop_check_call_off(self):
        """Raise unless the whole order is inside its frame; keep two at once apart."""
        frame = self.sop_frame_contract_id.sudo()
        contract = self.sop_contract_id.sudo()
        if contract and contract != frame:
            raise UserError(
                self.env._(
                    "%(order)s has contract %(contract)s of its own. Call off with a new "
                    "quotation.",
                    order=self.name,
                    contract=contract.number,
                )
            )
        frame._touch()
        self.env["sop.gate"]._raise_if_blocked({self: self._sop_call_off_blockers()})

    def _sop_call_off_blockers(self):
        """Return ``[("K1", sentence)]`` for everything that is outside the frame."""
        contract = self.sop_frame_contract_id.sudo()
        refusal = contract._frame_refusal(self)
        if refusal:
            return [("K1", refusal)]
        agreed = {line.product_id: line for line in contract._frame_order()._sop_frame_lines()}
        blockers = []
        for product, lines in self._sop_product_lines().grouped("product_id").items():
            sentence = lines._sop_outside(agreed.get(product), contract)
            if sentence:
                blockers.append(("K1", sentence))
        return blockers

    def _sop_frame_lines(self):
        """Return the lines that can be called off; an amendment leaves others at zero."""
        return self._sop_product_lines().filtered(lambda line: line.product_uom_qty > 0)

    def _sop_quantity_of(self, frame_line):
        """Return how much of ``frame_line``'s product these orders sell, in its unit."""
        lines = self.order_line.filtered(lambda line: line.product_id == frame_line.product_id)
        return sum(line._sop_in_unit_of(frame_line) for line in lines if line.product_uom_qty > 0)

    def _sop_prepare_contract(self):
        """A call-off has no contract of its own; its frame's terms are its terms (P4)."""
        if not self._sop_is_call_off():
            return super()._sop_prepare_contract()
        self.sop_contract_id = self.sop_frame_contract_id
        self._sop_check_details(self.sop_contract_id.term_id)
        return None

    def _sop_missing_details(self):
        """When what is called off is delivered is said by each call-off (A4)."""
        missing = super()._sop_missing_details()
        if not self._sop_is_frame():
            return missing
        return [name for name in missing if name != self.env._("the delivery date")]

    def _approval_steps(self, route):
        """What is inside a frame has been decided with the frame; the review is each order's."""
        if route.code == "application" and self._sop_is_call_off():
            return self._sop_review_steps()
        return super()._approval_steps(route)

    def _on_approval_approved(self, approval):
        if approval.code != "application" or not self._sop_is_call_off():
            return super()._on_approval_approved(approval)
        contract = self.sop_contract_id
        self._note_approval(
            self.env._("Inside frame contract %s: it can be confirmed.", contract.number)
        )
        self.env.add_to_compute(contract._fields["amount_total"], contract)
        return None

    def _sop_check_content(self):
        """A call-off that is not submitted, or not any more, is free to change."""
        free = self.filtered(
            lambda order: (
                order._sop_is_call_off()
                and order.state in ("draft", "sent")
                and not order._sop_is_live_call_off()
            )
        )
        return super(SaleOrder, self - free)._sop_check_content()

    def _sop_amendment_refusal(self):
        """A call-off is not amended: what it lacks is called off again, or the frame amended."""
        if self._sop_is_call_off():
            return self.env._(
                "%(order)s is called off from frame contract %(contract)s. Call off more with "
                "another order, or amend the frame.",
                order=self.name,
                contract=self.sop_frame_contract_id.sudo().number,
            )
        return super()._sop_amendment_refusal()

    def _sop_on_cancel(self):
        """A frame with call-offs is not cancelled under them."""
        frames = self.sudo().filtered(lambda order: order._sop_is_frame())
        for order in frames:
            call_offs = order.sop_contract_id._live_call_offs() - self.sudo()
            if call_offs:
                raise UserError(
                    self.env._(
                        "%(order)s cannot be cancelled: %(call_offs)s rest on its frame contract. "
                        "Cancel these first.",
                        order=order.name,
                        call_offs=format_list(self.env, call_offs.mapped("name")),
                    )
                )
        result = super()._sop_on_cancel()
        # A call-off that was taken back to a quotation keeps no frame alive.
        for contract in frames.sop_contract_id:
            if contract.state != "cancelled" and not contract._agreed_orders() - self.sudo():
                contract._cancel()
        return result


class SaleOrderLine(models.Model):
    """What a line of a frame allows, and what a line of a call-off takes from it."""

    _inherit = "sale.order.line"

    sop_called_off = fields.Float(
        string="Called Off", digits="Product Unit", compute="_compute_sop_called_off"
    )
    sop_frame_rest = fields.Float(
        string="Still to Call Off", digits="Product Unit", compute="_compute_sop_called_off"
    )

    @api.depends("product_uom_qty", "order_id.sop_contract_id.amount_total")
    def _compute_sop_called_off(self):
        for line in self:
            contract = line.order_id.sop_contract_id.sudo()
            is_frame = contract.kind == "frame" and not line.display_type
            called_off = contract._called_off(line) if is_frame else 0.0
            line.sop_called_off = called_off
            line.sop_frame_rest = line.product_uom_qty - called_off if is_frame else 0.0

    @api.depends("order_id.sop_frame_contract_id")
    def _compute_price_unit(self):
        return super()._compute_price_unit()

    def _reset_price_unit(self):
        """A call-off proposes the price of its frame; a price set by hand stays."""
        frame_line = self._sop_frame_line()
        if not frame_line:
            return super()._reset_price_unit()
        price = frame_line.price_unit * (1 - (frame_line.discount or 0.0) / 100)
        price = frame_line.product_uom_id._compute_price(price, self.product_uom_id)
        return self.update({"price_unit": price, "technical_price_unit": price})

    @api.depends("order_id.sop_frame_contract_id")
    def _compute_discount(self):
        """The frame's price is the agreed one; no price list lowers it further."""
        called_off = self.filtered(lambda line: line._sop_frame_line())
        called_off.discount = 0.0
        return super(SaleOrderLine, self - called_off)._compute_discount()

    def _sop_frame_line(self):
        """Return the line of the frame that this one calls off; empty when there is none."""
        self.ensure_one()
        contract = self.order_id.sop_frame_contract_id.sudo()
        if not contract or not self.product_id:
            return self.browse()
        lines = contract._frame_order()._sop_frame_lines()
        return lines.filtered(lambda line: line.product_id == self.product_id)[:1]

    def _sop_in_unit_of(self, frame_line):
        self.ensure_one()
        return self.product_uom_id._compute_quantity(
            self.product_uom_qty, frame_line.product_uom_id, round=False
        )

    def _sop_outside(self, frame_line, contract):
        """Say what puts these lines of one product outside the frame; False when inside.

        :param frame_line: the frame's line of the product, None when it has none
        """
        order = self.order_id
        names = {
            "order": order.name,
            "product": self.product_id.display_name or self[0].name,
            "contract": contract.number,
        }
        if not frame_line or not self.product_id:
            return self.env._(
                "%(order)s: %(product)s is not in frame contract %(contract)s. Amend the frame, "
                "or sell it on a quotation of its own.",
                **names,
            )
        if any(line.product_uom_qty <= 0 for line in self):
            return self.env._("%(order)s, %(product)s: the quantity has to be above zero.", **names)
        return self._sop_outside_price(frame_line, names) or self._sop_outside_quantity(
            frame_line, contract, names
        )

    def _sop_outside_price(self, frame_line, names):
        currency = self.currency_id
        agreed = frame_line.price_subtotal / frame_line.product_uom_qty
        for line in self:
            quantity = line._sop_in_unit_of(frame_line)
            # Each of the two subtotals is rounded once.
            if line.price_subtotal < agreed * quantity - currency.rounding:
                return self.env._(
                    "%(order)s, %(product)s: %(price)s is less than the %(agreed)s per %(unit)s "
                    "that frame contract %(contract)s agrees. Ask for the agreed price, or amend "
                    "the frame.",
                    price=currency.format(line.price_subtotal / quantity),
                    agreed=currency.format(agreed),
                    unit=frame_line.product_uom_id.name,
                    **names,
                )
        return False

    def _sop_outside_quantity(self, frame_line, contract, names):
        unit = frame_line.product_uom_id
        wanted = sum(line._sop_in_unit_of(frame_line) for line in self)
        rest = frame_line.product_uom_qty - contract._called_off(frame_line, self.order_id)
        if unit.compare(wanted, rest) <= 0:
            return False
        return self.env._(
            "%(order)s, %(product)s: %(wanted).12g %(unit)s are called off, but %(rest).12g "
            "%(unit)s of frame contract %(contract)s are left. Reduce the quantity, or amend the "
            "frame.",
            wanted=wanted,
            rest=max(0.0, rest),
            unit=unit.name,
            **names,
        )
