from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import format_list

from .sop_remembered_mixin import remembered

# From the bottom to the top of the company; used for labels such as "waits for Sales Manager".
ROLE_GROUPS = (
    "sales_sop.group_salesperson",
    "sales_sop.group_sales_office",
    "sales_sop.group_sales_manager",
    "sales_sop.group_sales_head",
    "sales_sop.group_marketing_director",
    "sales_sop.group_vp_sales",
    "sales_sop.group_general_manager",
    "sales_sop.group_planner",
    "sales_sop.group_quality",
    "sales_sop.group_gate_guard",
    "sales_sop.group_finance",
    "sales_sop.group_finance_vp",
    "sales_sop.group_legal",
    "sales_sop.group_migration",
)
# What is remembered of users: as whom they write, and who holds a role in which company.
REMEMBERED_FIELDS = frozenset({"partner_id", "active", "group_ids", "company_ids"})


class ResUsers(models.Model):
    _inherit = "res.users"

    def _sop_has_role(self, *groups):
        """Whether this user holds one of ``groups`` (external ids)."""
        return any(self.has_group(group) for group in groups)

    def _sop_require_role(self, action, *groups):
        """Raise an AccessError that names ``action`` and the roles that may do it."""
        if self._sop_has_role(*groups):
            return
        names = [self._sop_role_name(group) for group in groups]
        raise AccessError(
            self.env._(
                "%(user)s cannot %(action)s. This needs one of these roles: %(roles)s.",
                user=self.name,
                action=action,
                roles=format_list(self.env, names, "or"),
            )
        )

    @api.model
    def _sop_role_name(self, xmlid):
        """Several of Odoo's roles are just called “User”: the app is named with them."""
        group = self.env.ref(xmlid).sudo()
        return group.name if xmlid.startswith("sales_sop.") else group.full_name

    def _sop_deciding_group_ids(self):
        """Return the ids of the roles in which this user decides, the own and delegated ones.

        Odoo remembers what record rules ask for, so the days of a delegation do not count here.
        """
        delegations = self.env["sop.delegation"].sudo().search([("delegate_id", "=", self.id)])
        return (self.sudo() | delegations.user_id).all_group_ids.ids

    def _sop_settings(self):
        """Return language and time zone of this user, which Odoo remembers."""
        return self.env["res.users"].with_user(self).context_get()

    @remembered("self.id")
    def _sop_author(self):
        """Return as whom this user writes into histories: the contact's id and e-mail address."""
        contact = self.sudo().partner_id
        return contact.id, contact.email_formatted

    def _sop_recall_contacts(self):
        """Put contacts and time zones of these users into the cache, as if they were read."""
        if not self.env["sop.remembered.mixin"]._sop_is_settled():
            return
        contacts = self.env["res.partner"]
        for user in self:
            contact = contacts.browse(user._sop_author()[0])
            self._fields["partner_id"]._insert_cache(user, contact.ids)
            contacts._fields["tz"]._insert_cache(contact, [user._sop_settings()["tz"] or None])

    @api.model_create_multi
    def create(self, vals_list):
        users = super().create(vals_list)
        self.env["sop.remembered.mixin"]._sop_forget()
        return users

    def write(self, vals):
        if not REMEMBERED_FIELDS.isdisjoint(vals):
            self.env["sop.remembered.mixin"]._sop_forget()
        result = super().write(vals)
        if not {"active", "group_ids"}.isdisjoint(vals):
            self.env["sop.approval.step"].sudo()._alert_if_vacant()
        return result
