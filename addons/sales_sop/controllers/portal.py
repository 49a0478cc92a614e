from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request

from odoo.addons.sale.controllers.portal import CustomerPortal

from ..models.signature import is_signature, plain_text


class SopCustomerPortal(CustomerPortal):
    """A customer who declines what is paid or delivered is heard, and nothing fails."""

    @http.route()
    def portal_quote_accept(self, order_id, access_token=None, name=None, signature=None):
        """Without a name or a picture the order would be confirmed by nobody (K7)."""
        order = request.env["sale.order"].sudo().browse(order_id).exists()
        if order and order._sop_is_governed():
            name = plain_text(name)
            if not name or not is_signature(signature):
                return {"error": self._sop_missing_text(name)}
        return super().portal_quote_accept(
            order_id, access_token=access_token, name=name, signature=signature
        )

    @staticmethod
    def _sop_missing_text(name):
        if not name:
            return request.env._("Your name is missing. Please sign again.")
        return request.env._("Your signature is missing. Please sign again.")

    @http.route()
    def portal_quote_decline(self, order_id, access_token=None, decline_message=None, **kwargs):
        """What can no longer be declined is noted on the order instead."""
        try:
            order = self._document_check_access("sale.order", order_id, access_token=access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        if decline_message and order._sop_note_decline(decline_message):
            return request.redirect(order.get_portal_url(query_string="&message=cant_reject"))
        return super().portal_quote_decline(
            order_id, access_token=access_token, decline_message=decline_message, **kwargs
        )
