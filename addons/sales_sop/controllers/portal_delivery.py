from werkzeug.exceptions import NotFound

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal


class SopDeliveryPortal(CustomerPortal):
    """The customer signs for a delivery (D3); only the customer's own people see it."""

    def _sop_delivery(self, order_id, picking_id):
        """Return the delivery, with all rights; NotFound unless it is the customer's own."""
        picking = request.env["stock.picking"].sudo().browse(picking_id).exists()
        if not picking or not picking._sop_is_delivery_to(request.env.user, order_id):
            raise NotFound()
        return picking

    @http.route(
        "/my/orders/<int:order_id>/delivery/<int:picking_id>",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def portal_sop_delivery(self, order_id, picking_id, **kwargs):
        """Show the delivery, with the lines that can still be signed for and what was signed."""
        picking = self._sop_delivery(order_id, picking_id)
        values = {
            "page_name": "sop_delivery",
            "picking": picking,
            "order": request.env["sale.order"].sudo().browse(order_id),
            "lines": picking._sop_portal_lines(),
            "receipts": picking.pod_receipt_ids.sorted("id"),
            "just_signed": kwargs.get("message") == "signed",
        }
        return request.render("sales_sop.portal_delivery", values)

    @http.route(
        "/my/orders/<int:order_id>/delivery/<int:picking_id>/sign",
        type="jsonrpc",
        auth="user",
        website=True,
    )
    def portal_sop_delivery_sign(
        self, order_id, picking_id, name=None, signature=None, lines=None, comment=None
    ):
        """Sign for the delivery; return where to go on, or what the customer reads as an error."""
        picking = self._sop_delivery(order_id, picking_id)
        url = f"/my/orders/{order_id}/delivery/{picking_id}?message=signed"
        try:
            with request.env.cr.savepoint():
                picking._sop_sign_on_portal(name, signature, lines, comment)
        except UserError as error:
            return {"error": str(error)}
        return {"force_refresh": True, "redirect_url": url}
