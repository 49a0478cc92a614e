from odoo import api, fields, models
from odoo.exceptions import AccessError

# Who said it, when and about what; also the own comment keeps that.
SIGNED_FIELDS = frozenset({"author_id", "date", "email_from", "message_type", "model", "res_id"})
SAID_FIELDS = SIGNED_FIELDS | {"attachment_ids", "body", "is_internal", "subject", "subtype_id"}
# What documents have that are approved, or keep what somebody decided.
OF_PROCEDURE = ("_approval_content", "_sop_protected_fields")


class MailMessage(models.Model):
    """What was recorded on a document of the procedure stays as it was recorded.

    Everybody speaks in the own name and corrects the own comments; Odoo lets every employee name
    another author, and whoever may write the document change what others said.
    """

    _inherit = "mail.message"

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su and self.env["sop.policy"]._governed_company_ids():
            me = {"author_id": self.env.user.partner_id.id, "date": fields.Datetime.now()}
            vals_list = [
                # The mail itself may still go out in the salesperson's name.
                {**vals, **me}
                if self._sop_is_procedure(vals.get("model"), vals.get("res_id"))
                else vals
                for vals in vals_list
            ]
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su and not SAID_FIELDS.isdisjoint(vals):
            self.check_access("write")
            if not SIGNED_FIELDS.isdisjoint(vals):
                self._sop_check_is_elsewhere(self)
            self._sop_check_is_own_comment()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_if_own_comment(self):
        if not self.env.su:
            self._sop_check_is_own_comment()

    def _sop_check_is_own_comment(self):
        me = self.env.user.partner_id
        own = self.sudo().filtered(
            lambda message: message.author_id == me and message.message_type == "comment"
        )
        self._sop_check_is_elsewhere(self - own)

    def _sop_check_is_elsewhere(self, messages):
        for message in messages.sudo():
            if self._sop_is_procedure(message.model, message.res_id):
                raise AccessError(
                    self.env._(
                        "%s: what was recorded stays, and only the own comments are changed. Add "
                        "a comment that says what is right.",
                        message.record_name,
                    )
                )

    @api.model
    def _sop_is_procedure(self, model, res_id):
        """Whether this is a document that is decided, in a company with a policy."""
        documents = self.env[model].sudo() if model in self.env else None
        if not any(hasattr(documents, name) for name in OF_PROCEDURE):
            return False
        document = documents.browse(res_id).exists()
        return "company_id" in document and document.company_id._sop_is_governed()
