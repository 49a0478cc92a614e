from odoo import models


class MailActivityMixin(models.AbstractModel):
    """Reminders stand on people's to-do lists in their own language and send no mail."""

    _inherit = "mail.activity.mixin"

    def _sop_remind(self, activity_type, users, texts):
        """Put this document on the to-do lists of ``users``.

        :param str activity_type: XML id of the type
        :param texts: function of the document in a user's language, which returns the values of
            the activity: ``{"summary": ..., "note": ...}``
        """
        for user in users:
            document = self.with_context(lang=user.lang, mail_activity_quick_update=True)
            document.activity_schedule(activity_type, user_id=user.id, **texts(document))
