from odoo import api, models

from .ir_attachment import FILE_FIELDS

# What is in a file, and what a reader takes it for.
SAID_FIELDS = FILE_FIELDS | {"mimetype", "name"}


class IrAttachment(models.Model):
    """What somebody sent with a message on a document stays, as the message does.

    The order that the customer signed on the portal and the invoice that went out are such files;
    Odoo lets whoever may write the document replace and delete them.
    """

    _inherit = "ir.attachment"

    def write(self, vals):
        if not self.env.su and not SAID_FIELDS.isdisjoint(vals):
            self.check_access("write")
            self._sop_check_is_not_said()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_said(self):
        if not self.env.su:
            self._sop_check_is_not_said()

    def _delete_and_notify(self, message=None):
        # The screen deletes with all rights, for guests.
        self.sudo(False)._sop_check_is_not_said()
        return super()._delete_and_notify(message=message)

    def _sop_check_is_not_said(self):
        if self and self.env["sop.policy"]._governed_company_ids():
            messages = self.env["mail.message"].sudo().search([("attachment_ids", "in", self.ids)])
            messages.sudo(False)._sop_check_is_own_comment()
