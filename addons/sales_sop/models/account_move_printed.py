from odoo import api, models

from .ir_attachment import FILE_FIELDS

PRINTED = "invoice_pdf_report_file"


class AccountMove(models.Model):
    """What the customer gets is what the posted invoice says, and no file of one's own (C2).

    It may be deleted: then Odoo prints it anew.
    """

    _inherit = "account.move"

    def write(self, vals):
        if not self.env.su and vals.get(PRINTED):
            self.check_access("write")
            self._sop_check_printed_stays()
        return super().write(vals)

    def _sop_check_printed_stays(self):
        self.filtered(
            lambda move: move.state == "posted" and move.is_sale_document(include_receipts=True)
        )._sop_raise_posted_by_hand()


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    @api.model_create_multi
    def create(self, vals_list):
        files = super().create(vals_list)
        files._sop_check_printed_invoices()
        return files

    def write(self, vals):
        guarded = "res_field" in vals or not FILE_FIELDS.isdisjoint(vals)
        if guarded:
            self._sop_check_printed_invoices()
        result = super().write(vals)
        if guarded:
            self._sop_check_printed_invoices()
        return result

    def _sop_check_printed_invoices(self):
        if self.env.su:
            return
        printed = self.sudo().filtered(
            lambda file: file.res_model == "account.move" and file.res_field == PRINTED
        )
        invoices = self.env["account.move"].browse(printed.mapped("res_id"))
        invoices.sudo().exists()._sop_check_printed_stays()
