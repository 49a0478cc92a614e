from odoo import models


class SopCollection(models.Model):
    """From a row of collected money to the document behind it."""

    _inherit = "sop.collection"

    def action_open(self):
        """Open the payment, the bank entry, the invoice or the contract of the row."""
        self.ensure_one()
        for name in ("payment_id", "money_move_id", "invoice_id", "contract_id"):
            record = self[name]
            if record and record.has_access("read"):
                return {
                    "type": "ir.actions.act_window",
                    "res_model": record._name,
                    "res_id": record.id,
                    "view_mode": "form",
                }
        return False


class SopContract(models.Model):
    """The list behind the amount that a contract collected (C8)."""

    _inherit = "sop.contract"

    def action_view_collection(self):
        """Open the money that counts for the contract."""
        self.ensure_one()
        return self.env["sale.order"]._sop_action_collection([("contract_id", "=", self.id)])


class SaleOrder(models.Model):
    """The list behind the amount that an order collected (C8)."""

    _inherit = "sale.order"

    def action_view_sop_collection(self):
        """Open the money that counts for the order: its own, and its contract's as a whole."""
        self.ensure_one()
        return self._sop_action_collection(self._sop_collection_domain())

    def _sop_collection_domain(self):
        contract = self.sudo().sop_contract_id
        return [("contract_id", "=", contract.id), ("order_id", "in", [self.id, False])]

    def _sop_action_collection(self, domain):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Collections"),
            "res_model": "sop.collection",
            "view_mode": "list,pivot,graph",
            "domain": domain,
        }

    def _sop_portal_receipts(self):
        """Return ``[{date, amount, text}]`` of the order's money, as the customer may see it."""
        self.ensure_one()
        if not self.sudo().sop_contract_id:
            return []
        rows = self.env["sop.collection"].sudo().search(self._sop_collection_domain())
        texts = {
            "invoice": self.env._("Paid on an invoice"),
            "earmark": self.env._("Received in advance"),
            "opening": self.env._("Received before"),
        }
        return [
            {
                "date": row.date,
                "amount": row.amount,
                "currency": row.currency_id,
                "text": texts[row.kind],
            }
            for row in rows
        ]
