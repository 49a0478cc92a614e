from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

NOT_POSTED = "sales_sop.mail_activity_invoice_not_posted"


class AccountMove(models.Model):
    """What drafts miss, and posted invoices whose money went away afterwards (C1)."""

    _inherit = "account.move"

    sop_amount_missing = fields.Monetary(
        string="Money Missing",
        compute="_compute_sop_amount_missing",
        compute_sudo=True,
        currency_field="sop_missing_currency_id",
        help="Money still to collect before the invoice's contracts may be invoiced (C1); of "
        "several contracts the one that misses most.",
        groups="base.group_user",
    )
    sop_missing_currency_id = fields.Many2one(
        "res.currency",
        string="Currency of What Is Missing",
        compute="_compute_sop_amount_missing",
        compute_sudo=True,
        groups="base.group_user",
    )
    sop_below_gate = fields.Boolean(
        string="Posted Below the Gate",
        compute="_compute_sop_below_gate",
        compute_sudo=True,
        search="_search_sop_below_gate",
        help="The invoice is posted, but by now less is collected than its contract demands "
        "before an invoice: a payment was rejected, moved or paid back (C1).",
        groups="base.group_user",
    )

    @api.depends("sop_contract_ids")
    def _compute_sop_amount_missing(self):
        contracts = self.sop_contract_ids
        missing = {contract: contract.amount_missing for contract in contracts}
        for move in self:
            worst = max(move.sop_contract_ids, key=missing.get, default=contracts.browse())
            move.sop_amount_missing = missing.get(worst, 0.0)
            move.sop_missing_currency_id = worst.currency_id or move.currency_id

    @api.depends("state", "sop_contract_ids")
    def _compute_sop_below_gate(self):
        posted = self.filtered(lambda move: move.state == "posted").ids
        below = set()
        if posted:
            rows = self.env.execute_query(
                self._sop_below_gate_sql(SQL("move.id = ANY(%s)", posted))
            )
            below = {row[0] for row in rows}
        for move in self:
            move.sop_below_gate = move._origin.id in below

    @api.model
    def _search_sop_below_gate(self, operator, value):
        if operator not in ("in", "not in"):
            return NotImplemented
        wanted = set(map(bool, value))
        if operator == "not in":
            wanted = {True, False} - wanted
        if len(wanted) != 1:
            return Domain(bool(wanted))
        if True not in wanted:
            # What is not below is so whatever companies the user has chosen.
            return Domain("id", "not in", SQL("(%s)", self._sop_below_gate_sql(SQL("TRUE"))))
        scope = SQL("move.company_id = ANY(%s)", self.env.companies.ids)
        return Domain("id", "in", SQL("(%s)", self._sop_below_gate_sql(scope)))

    @api.model
    def _sop_below_gate_sql(self, scope):
        """Return a SELECT of the posted invoices of contracts that collected too little.

        What was posted under a release of the gate is there by decision, and nothing to do.

        :param SQL scope: the invoices to look at, as a condition on ``move``
        """
        collection = self.env["sop.collection"]
        collection._flush_sources()
        for model in ("sop.release", "sop.release.use"):
            self.env[model].flush_model()
        gated = SQL(
            """
            SELECT DISTINCT contract.id
              FROM (%s) linked
              JOIN sop_contract contract ON contract.id = linked.contract_id
             WHERE contract.state IN ('effective', 'closed')
               AND contract.invoice_gate_percent > 0
            """,
            self._sop_contracts_of_posted_sql(scope),
        )
        contract_ids = [row[0] for row in self.env.execute_query(gated)]
        return SQL(
            """
            SELECT move.id
              FROM (%(linked)s) move
              JOIN sop_contract contract ON contract.id = move.contract_id
              JOIN res_currency currency ON currency.id = contract.currency_id
         LEFT JOIN (SELECT contract_id, SUM(amount) AS amount
                      FROM (%(money)s) rows
                  GROUP BY contract_id) collected ON collected.contract_id = contract.id
             WHERE contract.id = ANY(%(ids)s)
               AND ROUND((contract.amount_total * contract.invoice_gate_percent / 100
                          / currency.rounding)::numeric)
                   > ROUND((COALESCE(collected.amount, 0) / currency.rounding)::numeric)
               AND NOT EXISTS (%(released)s)
            """,
            linked=self._sop_contracts_of_posted_sql(scope),
            money=collection._rows_sql(contract_ids or [0]),
            ids=contract_ids,
            released=self._sop_released_sql(),
        )

    @api.model
    def _sop_contracts_of_posted_sql(self, scope):
        """Return ``(id, contract_id)`` of the posted invoices and receipts in ``scope``."""
        return SQL(
            """
            SELECT move.id, so.sop_contract_id AS contract_id
              FROM account_move move
              JOIN account_move_line line ON line.move_id = move.id
              JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = line.id
              JOIN sale_order_line sol ON sol.id = rel.order_line_id
              JOIN sale_order so ON so.id = sol.order_id
             WHERE move.state = 'posted'
               AND move.move_type IN ('out_invoice', 'out_receipt')
               AND so.sop_contract_id IS NOT NULL
               AND %(scope)s
             UNION
            SELECT move.id, move.sop_contract_id
              FROM account_move move
             WHERE move.state = 'posted'
               AND move.move_type IN ('out_invoice', 'out_receipt')
               AND move.sop_contract_id IS NOT NULL
               AND %(scope)s
            """,
            scope=scope,
        )

    @api.model
    def _sop_released_sql(self):
        """The releases of C1 under which the invoice was posted and that still stand."""
        return SQL(
            """
            SELECT FROM sop_release_use used
              JOIN sop_release release ON release.id = used.release_id
             WHERE used.res_model = 'account.move'
               AND used.res_id = move.id
               AND release.rule = 'C1'
               AND release.contract_id = contract.id
               AND release.state IN ('approved', 'used', 'expired')
            """
        )

    # -- the nightly run -----------------------------------------------------------------------

    @api.model
    def _autopost_draft_entries(self, batch_size=100):
        """A blocked invoice stops no other one; its salesperson, or else finance, acts (C1)."""
        result = super()._autopost_draft_entries(batch_size=batch_size)
        mine = self.env.ref(NOT_POSTED)
        due = self.sudo().search(
            [
                ("state", "=", "draft"),
                ("date", "<=", fields.Date.context_today(self)),
                ("auto_post", "!=", "no"),
                ("move_type", "in", ("out_invoice", "out_receipt")),
                ("activity_ids", "not any", [("activity_type_id", "=", mine.id)]),
            ],
            limit=batch_size,
        )
        for move in due.filtered("sop_blockers"):
            user = move._sop_user_of_blocked_invoice()
            if user:
                move.activity_schedule(
                    NOT_POSTED,
                    summary=self.env._("The invoice could not be posted on its day"),
                    note=move.sop_blockers,
                    user_id=user.id,
                )
        return result

    def _sop_user_of_blocked_invoice(self):
        """Return who asks for what the invoice waits for: a person who may open the invoice."""
        finance = self.env.ref("sales_sop.group_finance")._sop_holders(self.company_id)
        for user in self.invoice_user_id | finance:
            works_here = user.active and not user.share and self.company_id in user.company_ids
            if works_here and self.with_user(user).has_access("read"):
                return user
        return self.env["res.users"]
