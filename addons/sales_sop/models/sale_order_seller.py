from odoo import api, models
from odoo.tools import format_list


class SaleOrder(models.Model):
    """Who sold it delivers and invoices it (C2, D1); no other company does, with gates or without.

    The links from goods and invoice lines to an order know no company.
    """

    _inherit = "sale.order"

    def _sop_sold_by_others(self, company):
        """Return those of these orders that ``company`` neither delivers nor invoices."""
        return self.filtered(
            lambda order: (
                order.company_id._sop_is_governed()
                and not (company._sop_is_governed() and company.root_id == order.company_id.root_id)
            )
        )

    def _sop_seller_sentence(self, document, company):
        return self.env._(
            "%(document)s is of %(company)s, but %(orders)s was sold by %(seller)s. Make it there.",
            document=document,
            company=company.name,
            orders=format_list(self.env, self.mapped("name")),
            seller=format_list(self.env, self.company_id.mapped("name")),
        )


class AccountMove(models.Model):
    _inherit = "account.move"

    def _sop_check_posting(self):
        self._sop_check_seller()
        return super()._sop_check_posting()

    def _sop_check_seller(self):
        if not self.env["sop.policy"]._governed_company_ids():
            return
        blockers = {}
        for move in self.sudo().filtered(lambda move: move.is_sale_document(include_receipts=True)):
            orders = move._sop_product_lines().sale_line_ids.order_id
            if others := orders._sop_sold_by_others(move.company_id):
                sentence = others._sop_seller_sentence(move._sop_name(), move.company_id)
                blockers[move] = [("C2", sentence)]
        self.env["sop.gate"]._raise_if_blocked(blockers)


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        if any(vals.get("sale_line_ids") for vals in vals_list):
            lines.move_id._sop_check_seller()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if vals.get("sale_line_ids"):
            self.move_id._sop_check_seller()
        return result


class StockMove(models.Model):
    _inherit = "stock.move"

    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        moves._sop_check_seller()
        return moves

    def write(self, vals):
        result = super().write(vals)
        if vals.get("sale_line_id"):
            self._sop_check_seller()
        return result

    def _action_done(self, cancel_backorder=False):
        self._sop_check_seller()
        return super()._action_done(cancel_backorder=cancel_backorder)

    def _sop_check_seller(self):
        if not self.env["sop.policy"]._governed_company_ids():
            return
        blockers = {}
        for move in self.sudo().filtered("sale_line_id"):
            others = move.sale_line_id.order_id._sop_sold_by_others(move.company_id)
            if others and move._sop_is_customer_bound():
                document = move.picking_id.name or move.display_name
                sentence = others._sop_seller_sentence(document, move.company_id)
                blockers[move] = [("D1", sentence)]
        self.env["sop.gate"]._raise_if_blocked(blockers)
