from odoo import models

from .sop_policy_term_order_type import FREE_TYPES


class SaleOrder(models.Model):
    """What the chain panel shows where the type of order needs less than a sale."""

    _inherit = "sale.order"

    def _sop_steps_to_do(self):
        steps = super()._sop_steps_to_do()
        if self.picking_ids or any(line._sop_is_goods() for line in self._sop_product_lines()):
            return steps
        # Services are neither delivered nor signed for.
        without = {"_sop_chain_delivery", "_sop_chain_receipt"}
        return [step for step in steps if step.__name__ not in without]

    def _sop_chain_contract(self):
        step = super()._sop_chain_contract()
        contract = self.sop_contract_id
        if contract.state in ("effective", "closed") and not contract.contract_required:
            step["text"] = self.env._("No written contract is needed (%s).", contract.number)
        return step

    def _sop_chain_invoice(self):
        step = super()._sop_chain_invoice()
        if step["state"] == "waiting" and self._sop_is_free_and_out():
            return step | {"state": "done", "text": self.env._("Free: no invoice is needed.")}
        return step

    def _sop_is_free_and_out(self):
        """Whether the order is free and all of it has been signed for."""
        lines = self._sop_product_lines().filtered(lambda line: line._sop_is_goods())
        return (
            self.state == "sale"
            and self.sop_contract_id.order_type in FREE_TYPES
            and not self.amount_total
            and all(
                line.product_uom_id.compare(line.qty_accepted, line.product_uom_qty) >= 0
                for line in lines
            )
        )
