from datetime import datetime, time

import pytz

from odoo import models
from odoo.fields import Command


class CrmLead(models.Model):
    """What a quotation takes over from its enquiry."""

    _inherit = "crm.lead"

    def _sop_prepare_quotation(self, company):
        """Return the values of a quotation of ``company`` that answers this enquiry."""
        self.ensure_one()
        values = {
            "order_line": [Command.create(line._prepare_order_line()) for line in self.sop_line_ids]
        }
        dates = [line.date_wanted for line in self.sop_line_ids if line.date_wanted]
        if dates:
            noon = pytz.timezone(company._sop_zone()).localize(
                datetime.combine(min(dates), time(12))
            )
            values["commitment_date"] = noon.astimezone(pytz.utc).replace(tzinfo=None)
        return values


class SopEnquiryLine(models.Model):
    _inherit = "sop.enquiry.line"

    def _prepare_order_line(self):
        """Return the values of an order line; what is no product yet becomes a note."""
        self.ensure_one()
        if not self.product_id:
            return {"display_type": "line_note", "name": self._sop_text()}
        return {
            "product_id": self.product_id.id,
            "product_uom_qty": self.quantity,
            "product_uom_id": self.uom_id.id,
        }
