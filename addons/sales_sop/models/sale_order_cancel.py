from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_list

from .marks import marked, marked_ids

CANCELLING = "sales_sop.orders_being_cancelled"


class SaleOrder(models.Model):
    """An order on which money has come or goods have left is not cancelled silently."""

    _inherit = "sale.order"

    def _sop_on_cancel(self):
        requested = marked_ids(self.env, CANCELLING)
        self.filtered(lambda order: order.id not in requested)._sop_check_cancel()
        return super()._sop_on_cancel()

    def _sop_check_cancel(self):
        """Raise when the cancellation would leave money or goods behind."""
        orders = self.sudo().filtered(lambda order: order.state != "cancel")
        contracts = orders.sop_contract_id
        contracts._touch()
        for contract in contracts:
            mine = orders.filtered(lambda order, c=contract: order.sop_contract_id == c)
            out = mine._sop_out(contract)
            if out:
                raise UserError(
                    self.env._(
                        "%(orders)s cannot be cancelled just so:\n%(out)s\nRequest the "
                        "cancellation on contract %(contract)s; once it is approved, goods and "
                        "money go back.",
                        orders=format_list(self.env, mine.mapped("name")),
                        out="\n".join(out),
                        contract=contract.number,
                    )
                )

    def _sop_note_decline(self, message):
        """Tell the salesperson that the customer declines what has to be requested first.

        :return: False when the order can be cancelled as ever
        """
        self.ensure_one()
        contract = self.sop_contract_id
        if not self._sop_is_governed() or not contract or not self._sop_out(contract):
            return False
        self.message_post(
            body=self.env._(
                "The customer declines: %(message)s — Money or goods are out: request the "
                "cancellation on contract %(contract)s.",
                message=message,
                contract=contract.number,
            ),
            partner_ids=self.user_id.partner_id.ids,
            subtype_xmlid="mail.mt_note",
        )
        return True

    def _sop_cancelling(self):
        """Let an approved request cancel these orders."""
        return marked(self, CANCELLING)

    # -- what is out ---------------------------------------------------------------------------

    def _sop_out(self, contract, collected=None):
        """Return sentences on the goods and the money of these orders that are out.

        :param float collected: what the whole contract has collected, where it is known
        """
        return [*self._sop_goods_out(), *self._sop_money_out(contract, collected)]

    def _sop_goods_out(self):
        """Say which goods are at the customer."""
        return [
            self.env._(
                "%(order)s: %(quantity).12g %(unit)s of %(product)s are with the customer.",
                order=line.order_id.name,
                quantity=line.qty_delivered,
                unit=line.product_uom_id.name,
                product=line.product_id.display_name,
            )
            for line in self.order_line
            if line.qty_delivered_method == "stock_move" and line.qty_delivered > 0
        ]

    def _sop_money_out(self, contract, collected=None):
        """Say what is invoiced and what is collected."""
        sentences = []
        invoiced = sum(order._sop_invoiced()[0] for order in self)
        if contract.currency_id.compare_amounts(invoiced, 0.0) > 0:
            sentences.append(
                self.env._("%s is invoiced and not credited.", contract._format(invoiced))
            )
        collected = self._sop_collected(contract, collected)
        if contract.currency_id.compare_amounts(collected, 0.0) > 0:
            sentences.append(
                self.env._("%s is collected and not given back.", contract._format(collected))
            )
        return sentences

    def _sop_collected(self, contract, collected=None):
        """Return the money that belongs to these orders, all of it where no other order is left."""
        others = contract._sold_orders() - self
        if not others and collected is not None:
            return collected
        if not others:
            return contract._collected().get(contract.id, 0.0)
        rows = self.env["sop.collection"].search(
            [("contract_id", "=", contract.id), ("order_id", "in", self.ids)]
        )
        return sum(rows.mapped("amount"))

    def _sop_warehouse_user(self):
        """Return who takes the goods back: who delivered them, or somebody of the warehouse."""
        pickings = self.picking_ids.filtered(lambda picking: picking.state == "done")
        if pickings.user_id:
            return pickings.user_id[:1]
        keepers = self.env.ref("stock.group_stock_user")._sop_holders(self.company_id)
        return keepers.sorted("id")[-1:]
