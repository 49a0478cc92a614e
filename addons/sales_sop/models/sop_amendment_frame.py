from odoo import models


class SopAmendment(models.Model):
    """A frame can be amended too; what is called off from it stays inside (A3)."""

    _inherit = "sop.amendment"

    def _new_contract_total(self):
        """A frame asks for nothing itself, so amending it leaves the contract's total alone."""
        if self.order_id._sop_is_frame():
            return self.contract_id.amount_total
        return super()._new_contract_total()


class SopAmendmentLine(models.Model):
    """No less than what is called off stays on a line of a frame."""

    _inherit = "sop.amendment.line"

    def _limit_problems(self):
        return super()._limit_problems() + self._frame_problems()

    def _frame_problems(self):
        line = self.order_line_id
        if not line or not line.order_id._sop_is_frame():
            return []
        called_off = line.sop_called_off
        same = not self.removed and self.product_id == line.product_id
        left = self.product_uom_id._compute_quantity(
            self.quantity, line.product_uom_id, round=False
        )
        if line.product_uom_id.compare(called_off, left if same else 0.0) <= 0:
            return []
        return [
            self.env._(
                "%(product)s: %(called_off).12g %(unit)s are called off from the frame already; no "
                "less can stay in it.",
                product=line.product_id.display_name,
                called_off=called_off,
                unit=line.product_uom_id.name,
            )
        ]
