from datetime import date

from odoo import models
from odoo.exceptions import AccessError
from odoo.fields import Command

# Before the day of any money, so that nothing of a contract is earned earlier.
ALWAYS = date(2000, 1, 1)


class SopContract(models.Model):
    """Who looks after a contract now does not earn what somebody else has sold (B1)."""

    _inherit = "sop.contract"

    def _sop_give_to(self, user, reason):
        # The team is that of the sale, too.
        team = self.env.protecting([self._fields["commission_team_id"]], self)
        self._commission_keep_for_seller(user)
        with team:
            return super()._sop_give_to(user, reason)

    def _commission_keep_for_seller(self, taker):
        """Record that the contract goes on earning for its salesperson, until somebody splits it.

        The sales office decides on a split from which day on the new one shares. Before the first
        day of a split the salesperson alone has earned.
        """
        if ALWAYS in self.commission_split_ids.mapped("date_from"):
            return
        seller = self.user_id
        payee = (
            self.env["commission.payee"]
            .with_context(active_test=False)
            .search([("user_id", "=", seller.id), ("company_id", "=", self.company_id.id)])
        )
        if seller and payee:
            self.env["commission.split"].create(
                {
                    "contract_id": self.id,
                    "date_from": ALWAYS,
                    "reason": self.env._("Sold by %s and handed over", seller.name),
                    "line_ids": [Command.create({"payee_id": payee.id, "percent": 100.0})],
                }
            )
        elif taker == self.env.user:
            raise AccessError(
                self.env._(
                    "Contract %s earns for whoever takes it over. Let somebody else hand it to "
                    "you.",
                    self.number,
                )
            )
