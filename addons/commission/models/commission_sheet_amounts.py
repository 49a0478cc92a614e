from odoo import api, models
from odoo.tools import SQL

CARRYING_STATES = ("approved", "paid")


class CommissionSheet(models.Model):
    """What a sheet comes to, and what one below zero carries to the payee's next (B3, B4).

    Only a sheet that is approved carries anything forward, and each does so once. The amounts are
    those of the last filling until the sheet is submitted, and stay as they are from then on.
    """

    _inherit = "commission.sheet"

    @api.model
    def _carries_sql(self):
        """The condition of the sheets whose negative total no later sheet has taken over."""
        return SQL(
            "state IN %s AND amount_carried_out <> 0 AND carried_to_id IS NULL", CARRYING_STATES
        )

    def _carry_in(self):
        """Let these drafts take over what earlier sheets carry; the payee's first one takes it."""
        if not self:
            return
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE commission_sheet sheet
                   SET carried_to_id = taker.id
                  FROM (
                      SELECT DISTINCT ON (source.id) source.id AS source_id, draft.id
                        FROM (SELECT * FROM commission_sheet WHERE %(carries)s) source
                        JOIN commission_sheet draft
                          ON draft.company_id = source.company_id
                         AND draft.payee_id = source.payee_id
                         AND draft.currency_id = source.currency_id
                         AND draft.month > source.month
                         AND draft.state = 'draft'
                         AND draft.id IN %(drafts)s
                    ORDER BY source.id, draft.month) taker
                 WHERE sheet.id = taker.source_id
                """,
                carries=self._carries_sql(),
                drafts=tuple(self.ids),
            )
        )
        self.env["commission.sheet"].invalidate_model(["carried_to_id", "carried_from_ids"])

    def _refresh_amounts(self, calculation=None):
        """Add up these drafts as they are now."""
        entries = self.env["commission.entry"]._read_group(
            [("sheet_id", "in", self.ids)],
            ["sheet_id"],
            ["amount:sum", "__count", "contract_id:count_distinct"],
        )
        sums = {sheet: values for sheet, *values in entries}
        carried = dict(
            self._read_group(
                [("carried_to_id", "in", self.ids)], ["carried_to_id"], ["amount_carried_out:sum"]
            )
        )
        policies = self._negative_policies()
        for sheet in self:
            amount, count, contracts = sums.get(sheet, (0.0, 0, 0))
            policy = policies[sheet.company_id, sheet.date_to]
            sheet.write(
                {
                    "entry_count": count,
                    "contract_count": contracts,
                    **sheet._amounts(amount, carried.get(sheet, 0.0), policy),
                    **({"calculation_id": calculation.id} if calculation else {}),
                }
            )

    def _amounts(self, amount, carried, policy):
        """Return what of the sum is paid and what is carried forward."""
        total = self.currency_id.round(amount + carried)
        is_carried = total < 0 and policy == "carry"
        return {
            "negative_sheet": policy,
            "amount_entries": self.currency_id.round(amount),
            "amount_carried_in": self.currency_id.round(carried),
            "amount_payable": 0.0 if is_carried else total,
            "amount_carried_out": total if is_carried else 0.0,
        }

    def _negative_policies(self):
        """Return ``{(company, last day): what is done with a sheet below zero}``."""
        plans = self.env["commission.plan"]
        return {
            key: plans._in_force(*key).negative_sheet or "carry"
            for key in {(sheet.company_id, sheet.date_to) for sheet in self}
        }
