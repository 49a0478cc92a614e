from odoo import api, models

KEPT_FIELDS = frozenset(
    {
        "move_id",
        "account_id",
        "partner_id",
        "currency_id",
        "amount_currency",
        "balance",
        "debit",
        "credit",
        "date",
        "price_unit",
        "quantity",
        "discount",
    }
)


class AccountMoveLine(models.Model):
    """The items of an entry that booked commission stay as they were posted (B5)."""

    _inherit = "account.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._commission_refuse_change()
        return lines

    def write(self, vals):
        if not KEPT_FIELDS.isdisjoint(vals) and not self._commission_stays_with_party(vals):
            self._commission_refuse_change()
        result = super().write(vals)
        if "move_id" in vals:
            self._commission_refuse_change()
        return result

    def _commission_stays_with_party(self, vals):
        """Whether the items only follow their contact under its company, as Odoo lets them.

        A colleague's contact below the own company is paid as a partner of its own.
        """
        party = self.partner_id.commercial_partner_id
        return (
            len(party) == 1
            and vals == {"partner_id": party.id}
            and party not in self.company_id.partner_id.commercial_partner_id
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_if_no_commission(self):
        self._commission_refuse_change()

    def _commission_refuse_change(self):
        self.move_id._commission_refuse_change()
        self.move_id._commission_refuse_bill_change()
