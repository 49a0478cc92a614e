from odoo import models


class SopGate(models.AbstractModel):
    """Odoo's point of sale has no place in a company under the sales policy, and says so.

    Its sales know no contract and no authority: a cashier writes any price, and the links to its
    orders can be written by any client, so they prove nothing. What it makes has the basis
    ``none`` and stays; an order of the type "Sale over the Counter" does the same under the rules.
    """

    _inherit = "sop.gate"

    def _point_of_sale_sentence(self, company):
        return self.env._(
            "Odoo's point of sale cannot be used in %s, which has issued a sales policy. Make an "
            "order of the type Sale over the Counter instead.",
            company[:1].display_name,
        )


class StockMove(models.Model):
    _inherit = "stock.move"

    def _sop_basis_blockers(self):
        blockers = super()._sop_basis_blockers()
        if blockers and self.picking_id._sop_is_from_point_of_sale():
            company = self.picking_id.company_id
            blockers.append(("D1", self.env["sop.gate"]._point_of_sale_sentence(company)))
        return blockers


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _sop_is_from_point_of_sale(self):
        """Whether the point of sale, when it is installed, made one of these transfers."""
        names = [name for name in ("pos_order_id", "pos_session_id") if name in self._fields]
        return any(picking[name] for picking in self.sudo() for name in names)


class AccountMove(models.Model):
    _inherit = "account.move"

    def _sop_is_from_point_of_sale(self):
        """Whether the point of sale, when it is installed, made the invoice."""
        self.ensure_one()
        return "pos_order_ids" in self._fields and bool(self.sudo().pos_order_ids)

    def _invoice_blockers(self, facts=None):
        blockers = super()._invoice_blockers(facts)
        if blockers and self._sop_is_from_point_of_sale():
            sentence = self.env["sop.gate"]._point_of_sale_sentence(self.company_id)
            blockers.append(("C2", sentence))
        return blockers
