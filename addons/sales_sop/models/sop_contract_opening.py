from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, format_list

from .wording import labelled


class SopContract(models.Model):
    """A contract from before the go-live starts with what had happened by then."""

    _inherit = "sop.contract"

    is_opening = fields.Boolean(
        string="Opening Contract",
        readonly=True,
        copy=False,
        help="Agreed before the company's go-live and taken over with its figures.",
    )
    opening_date = fields.Date(
        string="Figures as of", readonly=True, copy=False, help="The day before the go-live."
    )
    opening_amount_collected = fields.Monetary(
        string="Collected Before Go-live", readonly=True, copy=False
    )
    opening_amount_invoiced = fields.Monetary(
        string="Invoiced Before Go-live", readonly=True, copy=False
    )
    opening_amount_commission_paid = fields.Monetary(
        string="Commission Paid Before Go-live",
        readonly=True,
        copy=False,
        help="Kept to look it up: money collected before the go-live earns nothing here. What is "
        "still due for it is paid by an adjustment.",
    )

    opening_to_receive = fields.Boolean(
        compute="_compute_opening_to_receive",
        compute_sudo=True,
        help="Goods that left before the go-live are not signed for yet.",
    )

    def _invoiced(self):
        """What was invoiced before the go-live counts against the contract's total (C2)."""
        invoiced = super()._invoiced()
        for contract in self.filtered("opening_amount_invoiced"):
            amount, roundings = invoiced.get(contract.id, (0.0, 0.0))
            invoiced[contract.id] = (amount + contract.opening_amount_invoiced, roundings)
        return invoiced

    # -- goods that had left before the go-live and are signed for later (D3) -------------------

    @api.depends("order_ids.order_line.opening_qty_accepted")
    def _compute_opening_to_receive(self):
        for contract in self:
            waiting = contract.is_opening and contract._opening_lines_to_receive()
            contract.opening_to_receive = contract.state == "effective" and bool(waiting)

    def _opening_lines_to_receive(self):
        return self.sudo().order_ids.order_line.filtered(
            lambda line: (
                line.product_uom_id.compare(line.opening_qty_accepted, line.opening_qty_delivered)
                < 0
            )
        )

    def action_opening_receipt(self):
        """Open the dialog that records what the customer signed for (D3)."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Goods Delivered Before the Go-live"),
            "res_model": "sop.opening.receipt",
            "view_mode": "form",
            "target": "new",
            "context": {"default_contract_id": self.id},
        }

    def _record_opening_receipt(self, quantities, signatory, date):
        """Add accepted quantities; together never more than what had left before the go-live.

        :param dict quantities: per order line what is accepted now, in its unit
        """
        self.ensure_one()
        self.check_access("read")
        self.env.user._sop_require_role(
            self.env._("record a proof of delivery"),
            "sales_sop.group_sales_office",
            "sales_sop.group_finance",
            "stock.group_stock_user",
        )
        self._touch()
        waiting = self._opening_lines_to_receive()
        if not self.is_opening or self.state != "effective" or not waiting:
            raise UserError(
                self.env._(
                    "Contract %s has no goods from before the go-live that wait for a signature.",
                    self.number,
                )
            )
        if not (signatory or "").strip():
            raise UserError(self.env._("%s: say who signed for the goods.", self.number))
        for line, quantity in quantities.items():
            self._add_opening_receipt(line.sudo(), quantity, waiting)
        self._note_opening_receipt(quantities, signatory, date)

    def _add_opening_receipt(self, line, quantity, waiting):
        unit, left = line.product_uom_id, line.opening_qty_delivered - line.opening_qty_accepted
        if line not in waiting or not 0 <= quantity or unit.compare(quantity, left) > 0:
            raise UserError(
                self.env._(
                    "%(order)s, %(product)s: %(left).12g wait for a signature and %(quantity).12g "
                    "would be accepted. Enter what the customer signed for.",
                    order=line.order_id.name,
                    product=line.product_id.display_name,
                    left=max(0.0, left),
                    quantity=quantity,
                )
            )
        line.opening_qty_accepted += quantity

    def _note_opening_receipt(self, quantities, signatory, date):
        goods = [
            labelled(self.env, line.sudo().product_id.display_name, f"{quantity:.12g}")
            for line, quantity in quantities.items()
        ]
        body = self.env._(
            "Goods delivered before the go-live were accepted by %(signatory)s on %(date)s: "
            "%(goods)s.",
            signatory=signatory,
            date=format_date(self.env, date),
            goods=format_list(self.env, goods),
        )
        self.sudo().message_post(body=body, subtype_xmlid="mail.mt_note")
