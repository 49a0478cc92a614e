import base64
import re
from datetime import timedelta

from odoo import fields, http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request
from odoo.tools.misc import get_lang

from odoo.addons.sale.controllers.portal import CustomerPortal

from ..models.sop_payment_announcement import KINDS

MAX_BYTES = 10 * 1024 * 1024
MAX_AMOUNT = 1e12
FIRST_TIME_ZONE = timedelta(hours=14)
LONGEST_AGO = timedelta(days=3660)
FILE_TYPES = {".pdf": b"%PDF", ".png": b"\x89PNG", ".jpg": b"\xff\xd8", ".jpeg": b"\xff\xd8"}


class SopPaymentPortal(CustomerPortal):
    """The customer announces a payment on the order's page (C11)."""

    @http.route(
        ["/my/orders/<int:order_id>/announce"],
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
    )
    def portal_order_announce(self, order_id, access_token=None, **post):
        """Record the announcement and go back to the order."""
        try:
            order = self._document_check_access("sale.order", order_id, access_token=access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        try:
            values = self._sop_announced_values(order, post)
            request.env["sop.payment.announcement"].sudo()._announce(order, values)
            answer = "done"
        except ValueError as error:
            answer = str(error)
        except UserError:
            answer = "refused"
        url = order.get_portal_url(query_string=f"&sop_announced={answer}")
        return request.redirect(f"{url}#sop_payments")

    def _sop_announced_values(self, order, post):
        """Return the values of the form.

        :raise ValueError: with the name of what is wrong
        """
        document = post.pop("document", None)
        # Anything can be sent, such as a file where the form asks for a text.
        post = {name: value for name, value in post.items() if isinstance(value, str)}
        kind = post.get("kind")
        if kind not in dict(KINDS):
            raise ValueError("kind")
        return {
            "amount": self._sop_amount(post.get("amount"), order.currency_id),
            "date": self._sop_date(post.get("date"), order.company_id),
            "kind": kind,
            # PostgreSQL keeps no NUL.
            "note": (post.get("note") or "").replace("\x00", "").strip()[:2000] or False,
            **self._sop_file(document),
        }

    @staticmethod
    def _sop_amount(text, currency):
        """Read an amount as the customer's language writes it.

        What another language would read as another amount is refused, not guessed: 600,00 is
        no 60,000 and 600.000 no 600.
        """
        lang = get_lang(request.env)
        point = re.escape(lang.decimal_point)
        comma = re.escape((lang.thousands_sep or "").strip())
        grouped = rf"|\d{{1,3}}({comma}\d{{2,3}})*{comma}\d{{3}}" if comma else ""
        digits = max(2, currency.decimal_places)
        written = "".join((text or "").split())
        match = re.fullmatch(
            rf"(?P<whole>\d+{grouped})({point}(?P<part>\d{{1,{digits}}}))?", written, re.ASCII
        )
        if not match:
            raise ValueError("amount")
        whole = re.sub(r"\D", "", match["whole"])
        amount = float(f"{whole}.{match['part'] or 0}")
        if not 0.0 < amount < MAX_AMOUNT:
            raise ValueError("amount")
        return amount

    @staticmethod
    def _sop_date(text, company):
        try:
            day = fields.Date.to_date(text) or company.sudo()._sop_today()
        except ValueError:
            raise ValueError("date") from None
        # Where the customer is, it may be tomorrow already.
        tomorrow = (fields.Datetime.now() + FIRST_TIME_ZONE).date()
        if not tomorrow - LONGEST_AGO <= day <= tomorrow:
            raise ValueError("date")
        return day

    @staticmethod
    def _sop_file(upload):
        """A scan of the transfer, if any; only what is what its name says."""
        if isinstance(upload, str) and upload:
            raise ValueError("file")
        if not upload or not upload.filename:
            return {}
        content = upload.read(MAX_BYTES + 1)
        name = upload.filename.lower()
        starts = [start for ending, start in FILE_TYPES.items() if name.endswith(ending)]
        if len(content) > MAX_BYTES or not starts or not content.startswith(starts[0]):
            raise ValueError("file")
        return {"document": base64.b64encode(content), "document_name": upload.filename[-120:]}
