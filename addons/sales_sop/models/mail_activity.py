from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError

# What takes a to-do off somebody's list, or puts it where nobody looks.
PLACE_FIELDS = frozenset(
    {"active", "user_id", "res_id", "res_model_id", "activity_type_id", "sop_approval_step_id"}
)


class MailActivity(models.Model):
    """Open approval steps, and what follows from an approval, are on people's to-do lists."""

    _inherit = "mail.activity"

    sop_approval_step_id = fields.Many2one(
        "sop.approval.step",
        string="Approval Step",
        ondelete="cascade",
        index="btree_not_null",
        readonly=True,
        help="The open approval step this activity reminds of; it is done with the decision.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """What a customer sets off on the portal is asked for by the system.

        The customer's user may be of another company, and who has the to-do could not read it.
        """
        asker = self
        if self.env.su and not self.env.user._is_internal():
            asker = self.with_user(SUPERUSER_ID)
        return super(MailActivity, asker).create(vals_list).with_env(self.env)

    def write(self, vals):
        if not self.env.su:
            self.check_access("write")
            self._sop_check_stays(PLACE_FIELDS.isdisjoint(vals))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_waiting(self):
        if not self.env.su:
            self._sop_check_stays()

    def _sop_check_stays(self, may_by_its_user=False):
        """What somebody has to decide stays on their list until it is decided (A1)."""
        waiting = self.sudo().filtered(
            lambda activity: activity.sop_approval_step_id.state == "pending"
        )
        if may_by_its_user:
            waiting = waiting.filtered(lambda activity: activity.user_id != self.env.user)
        if waiting:
            raise AccessError(
                self.env._(
                    "%(document)s waits for the decision of %(user)s, and stays on their list "
                    "until it is decided. Approve or refuse it there.",
                    document=waiting[0].res_name,
                    user=waiting[0].user_id.name,
                )
            )

    @api.model
    def _sop_create_quietly(self, vals_list):
        """Create activities that nobody gets a message about and that make nobody a follower.

        Who is asked to decide is not interested in everything that is said about the document.
        """
        if not vals_list:
            return self.browse()
        quiet = self.with_context(mail_activity_quick_update=True, sop_no_subscription=True)
        self.env["res.users"].browse({vals["user_id"] for vals in vals_list})._sop_recall_contacts()
        models_ = self.env["ir.model"].browse({vals["res_model_id"] for vals in vals_list})
        models_._sop_recall_names()
        return quiet.create(vals_list).with_context(sop_no_subscription=False)

    @api.model
    def _sop_finish(self, domain):
        """Take the activities of ``domain`` off the to-do lists; they are done, not deleted."""
        # What Odoo counts by is read with them, and the day need not be computed from them.
        found = self.search_fetch(domain, ["user_id", "active", "date_deadline"])
        found.user_id._sop_recall_contacts()
        found.write({"active": False, "date_done": fields.Date.today()})
