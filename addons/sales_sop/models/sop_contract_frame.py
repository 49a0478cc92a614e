from odoo import api, fields, models
from odoo.tools import format_date


class SopContract(models.Model):
    """A frame contract: agreed goods, prices and largest quantities, called off order by order.

    The frame order states them and is never confirmed itself. Its call-offs are orders that rest
    on the frame; the contract's total is theirs.
    """

    _inherit = "sop.contract"

    frame_until = fields.Date(
        string="Valid Until", readonly=True, help="Nothing is called off after this day."
    )
    frame_line_ids = fields.Many2many(
        "sale.order.line",
        string="Frame",
        compute="_compute_frame",
        compute_sudo=True,
        help="What can be called off, and how much of it is left.",
    )
    frame_amount = fields.Monetary(
        string="Frame Total",
        compute="_compute_frame",
        compute_sudo=True,
        help="Largest total of the call-offs, at the agreed prices.",
    )

    @api.depends("order_ids.sop_sales_mode", "order_ids.state", "order_ids.amount_total", "kind")
    def _compute_frame(self):
        for contract in self:
            frame = contract._frame_order()
            contract.frame_line_ids = frame._sop_frame_lines()
            contract.frame_amount = frame.amount_total

    @api.depends("kind", "order_ids.sop_frame_contract_id")
    def _compute_amount_total(self):
        """A frame's total is that of its approved call-offs; the frame itself asks for nothing."""
        frames = self.filtered(lambda contract: contract.kind == "frame")
        for contract in frames:
            contract.amount_total = sum(contract._live_call_offs().mapped("amount_total"))
        return super(SopContract, self - frames)._compute_amount_total()

    def _frame_order(self):
        """Return the order that states the frame; empty when this is no frame contract."""
        self.ensure_one()
        if self.kind != "frame":
            return self.env["sale.order"]
        return self._agreed_orders().filtered(lambda order: order._sop_is_frame())[:1]

    def _live_call_offs(self):
        """Return the call-offs that count: submitted and not cancelled since."""
        self.ensure_one()
        return self.order_ids.filtered(lambda order: order._sop_is_live_call_off())

    def _counted_orders(self):
        return self._live_call_offs() if self.kind == "frame" else super()._counted_orders()

    def _agreed_orders(self):
        """A call-off carries out what the frame says; it is not part of what was signed."""
        return super()._agreed_orders().filtered(lambda order: not order._sop_is_call_off())

    def _stated_amount(self):
        return self.frame_amount if self.kind == "frame" else super()._stated_amount()

    def _text_values(self):
        until = self.frame_until
        return super()._text_values() | {
            "frame_until": lambda: format_date(self.env, until) if until else ""
        }

    def _called_off(self, frame_line, without=None):
        """Return the quantity of ``frame_line`` that is called off, in its unit.

        :param without: an order whose own quantity does not count
        """
        self.ensure_one()
        orders = self._live_call_offs()
        if without:
            orders -= without
        return orders._sop_quantity_of(frame_line)

    def _frame_refusal(self, order):
        """Say why ``order`` cannot be called off from this contract at all; None if it can."""
        self.ensure_one()
        frame = self._frame_order()
        if self.kind != "frame" or self.state != "effective" or not frame:
            states = dict(self._fields["state"]._description_selection(self.env))
            return self.env._(
                "%(order)s: contract %(contract)s is no effective frame contract (%(state)s). "
                "Choose an effective one, or sell on a quotation of its own.",
                order=order.name,
                contract=self.number,
                state=states[self.state],
            )
        today = self.company_id._sop_today()
        if self.frame_until and self.frame_until < today:
            return self.env._(
                "%(order)s: frame contract %(contract)s ended on %(date)s. Make a new frame "
                "contract.",
                order=order.name,
                contract=self.number,
                date=format_date(self.env, self.frame_until),
            )
        parties = (self.partner_id, self.company_id, self.currency_id)
        if parties != (order.partner_id.commercial_partner_id, order.company_id, order.currency_id):
            return self.env._(
                "%(order)s: frame contract %(contract)s is with %(customer)s, in %(currency)s and "
                "for %(company)s. Customer, currency and company of a call-off are the frame's.",
                order=order.name,
                contract=self.number,
                customer=self.partner_id.display_name,
                currency=self.currency_id.name,
                company=self.company_id.name,
            )
        return None

    def _tell_salesperson(self, orders=None):
        frames = self.filtered(lambda contract: contract.kind == "frame")
        for frame in frames:
            contract = frame.with_context(lang=frame.user_id.lang)
            contract.message_notify(
                subject=contract.env._("Frame contract %s is effective", contract.number),
                body=contract.env._("The customer can call off from it now."),
                partner_ids=frame.user_id.partner_id.ids,
            )
        return super(SopContract, self - frames)._tell_salesperson(orders)

    def action_call_off(self):
        """Open a new quotation that calls off what is left of this frame."""
        self.ensure_one()
        self.check_access("read")
        lines = [
            fields.Command.create(
                {
                    "product_id": line.product_id.id,
                    "product_uom_id": line.product_uom_id.id,
                    "product_uom_qty": line.sop_frame_rest,
                    "price_unit": line.price_unit * (1 - (line.discount or 0.0) / 100),
                    "tax_ids": [fields.Command.set(line.tax_ids.ids)],
                }
            )
            for line in self.sudo().frame_line_ids
            if line.sop_frame_rest > 0
        ]
        frame = self.sudo()._frame_order()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Call-off"),
            "res_model": "sale.order",
            "view_mode": "form",
            "context": {
                "default_partner_id": frame.partner_id.id,
                "default_company_id": self.company_id.id,
                "default_pricelist_id": frame.pricelist_id.id,
                "default_payment_term_id": frame.payment_term_id.id,
                "default_sop_frame_contract_id": self.id,
                "default_order_line": lines,
            },
        }


class SopContractTemplateClause(models.Model):
    """The text of a frame contract can say until when it is valid (K8)."""

    _inherit = "sop.contract.template.clause"

    @api.model
    def _known_placeholders(self):
        blocks, words = super()._known_placeholders()
        return blocks, words | {"frame_until"}
