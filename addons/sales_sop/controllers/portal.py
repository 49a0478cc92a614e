from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request

from odoo.addons.sale.controllers.portal import CustomerPortal


class SopCustomerPortal(CustomerPortal):
    """A customer who declines what is paid or delivered is heard, and nothing fails."""

    @http.route()
    def portal_quote_decline(self, order_id, access_token=None, decline_message=None, **kwargs):
        try:
            order = self._document_check_access("sale.order", order_id, access_token=access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        if decline_message and order._sop_note_decline(decline_message):
            return request.redirect(order.get_portal_url(query_string="&message=cant_reject"))
        return super().portal_quote_decline(
            order_id, access_token=access_token, decline_message=decline_message, **kwargs
        )
