from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tools import format_list


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        """Who is asked to decide a document does not follow it for ever after."""
        if self.env.context.get("sop_no_subscription"):
            return True
        return super().message_subscribe(partner_ids=partner_ids, subtype_ids=subtype_ids)

    # -- what comes by mail --------------------------------------------------------------------

    @api.model
    def message_process(
        self,
        model,
        message,
        custom_values=None,
        save_original=False,
        strip_attachments=False,
        thread_id=None,
    ):
        """A client may hand in a mail, and not say what it becomes or where it is posted (A1).

        Odoo makes the document with all rights, from values that every employee could send along.
        """
        if (model or custom_values or thread_id) and not self.env.su:
            self._sop_check_mail_is_handed_in(custom_values)
        return super().message_process(
            model,
            message,
            custom_values=custom_values,
            save_original=save_original,
            strip_attachments=strip_attachments,
            thread_id=thread_id,
        )

    def _sop_check_mail_is_handed_in(self, custom_values):
        """Only the administration names a document for a mail, and nobody its values."""
        if not self.env["sop.policy"]._governed_company_ids():
            return
        if custom_values or not self.env.user.has_group("base.group_system"):
            raise AccessError(
                self.env._(
                    "A mail is handed in without saying what it becomes: send it to the address "
                    "of a mail alias, or make the document by hand."
                )
            )

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """The default values of a mail alias decide nothing either (A1)."""
        if self.env.su and custom_values and self.env["sop.policy"]._governed_company_ids():
            self._sop_check_mail_values(custom_values)
        return super().message_new(msg_dict, custom_values=custom_values)

    def _sop_check_mail_values(self, values):
        protected = {"state", *getattr(self, "_sop_protected_fields", frozenset)()}
        offending = [
            name
            for name, value in values.items()
            if name in protected or self._sop_makes_others(name, value)
        ]
        if offending:
            raise AccessError(
                self.env._(
                    "%(document)s: %(fields)s cannot be set by a mail. Take it out of the default "
                    "values of the mail alias.",
                    document=self.env["ir.model"]._get(self._name).name,
                    fields=format_list(self.env, sorted(offending)),
                )
            )

    def _sop_makes_others(self, name, value):
        """Whether a value brings records of other models along, or changes them."""
        field = self._fields.get(name)
        if not field or field.type not in ("one2many", "many2many"):
            return False
        return any(
            isinstance(command, dict) or command[0] in (Command.CREATE, Command.UPDATE)
            for command in value or ()
            if isinstance(command, dict | list | tuple) and command
        )
