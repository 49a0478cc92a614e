from odoo import api, models
from odoo.exceptions import AccessError

SAID_FIELDS = frozenset(
    {
        "author_id",
        "body",
        "date",
        "email_from",
        "message_type",
        "model",
        "res_id",
        "subject",
        "subtype_id",
    }
)
# What documents have that are approved, or keep what somebody decided.
OF_PROCEDURE = ("_approval_content", "_sop_protected_fields")


class MailMessage(models.Model):
    """What was recorded on a document of the procedure stays as it was recorded.

    Everybody corrects the own comments; Odoo lets whoever may write the document do more.
    """

    _inherit = "mail.message"

    def write(self, vals):
        if not self.env.su and not SAID_FIELDS.isdisjoint(vals):
            self.check_access("write")
            self._sop_check_is_own_comment()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_if_own_comment(self):
        if not self.env.su:
            self._sop_check_is_own_comment()

    def _sop_check_is_own_comment(self):
        for message in self.sudo():
            mine = message.author_id == self.env.user.partner_id
            if mine and message.message_type == "comment":
                continue
            if message._sop_is_of_procedure():
                raise AccessError(
                    self.env._(
                        "%s: what was recorded stays, and only the own comments are changed. Add "
                        "a comment that says what is right.",
                        message.record_name,
                    )
                )

    def _sop_is_of_procedure(self):
        """Whether the message is on a document that is decided, in a company with a policy."""
        documents = self.env[self.model] if self.model in self.env else None
        if not any(hasattr(documents, name) for name in OF_PROCEDURE):
            return False
        document = documents.browse(self.res_id).exists()
        return "company_id" in document and document.company_id._sop_is_governed()
