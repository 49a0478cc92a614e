from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


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
        posted = self.filtered(lambda move: move.state == "posted" and move.ids)
        below = posted.search([("id", "in", posted.ids), ("sop_below_gate", "=", True)])
        for move in self:
            move.sop_below_gate = move in below

    @api.model
    def _search_sop_below_gate(self, operator, value):
        if operator != "in":
            return NotImplemented
        if len(set(map(bool, value))) != 1:
            return Domain(True) if value else Domain(False)
        query = SQL("(%s)", self._sop_below_gate_sql())
        return Domain("id", "in" if True in value else "not in", query)

    @api.model
    def _sop_below_gate_sql(self):
        """Return a SELECT of the posted invoices of contracts that collected too little."""
        collection = self.env["sop.collection"]
        collection._flush_sources()
        gated = SQL(
            """
            SELECT DISTINCT so.sop_contract_id
              FROM account_move move
              JOIN account_move_line line ON line.move_id = move.id
              JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = line.id
              JOIN sale_order_line sol ON sol.id = rel.order_line_id
              JOIN sale_order so ON so.id = sol.order_id
              JOIN sop_contract contract ON contract.id = so.sop_contract_id
             WHERE move.state = 'posted'
               AND move.move_type IN ('out_invoice', 'out_receipt')
               AND contract.state IN ('effective', 'closed')
               AND contract.invoice_gate_percent > 0
            """
        )
        contract_ids = [row[0] for row in self.env.execute_query(gated)]
        return SQL(
            """
            SELECT move.id
              FROM account_move move
              JOIN account_move_line line ON line.move_id = move.id
              JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = line.id
              JOIN sale_order_line sol ON sol.id = rel.order_line_id
              JOIN sale_order so ON so.id = sol.order_id
              JOIN sop_contract contract ON contract.id = so.sop_contract_id
              JOIN res_currency currency ON currency.id = contract.currency_id
         LEFT JOIN (SELECT contract_id, SUM(amount) AS amount
                      FROM (%(money)s) rows
                  GROUP BY contract_id) collected ON collected.contract_id = contract.id
             WHERE contract.id = ANY(%(ids)s)
               AND move.state = 'posted'
               AND move.move_type IN ('out_invoice', 'out_receipt')
               AND ROUND((contract.amount_total * contract.invoice_gate_percent / 100
                          / currency.rounding)::numeric)
                   > ROUND((COALESCE(collected.amount, 0) / currency.rounding)::numeric)
            """,
            money=collection._rows_sql(contract_ids or [0]),
            ids=contract_ids,
        )

    # -- the nightly run -----------------------------------------------------------------------

    @api.model
    def _autopost_draft_entries(self, batch_size=100):
        """A blocked invoice stops no other one; whoever made it has something to do (C1)."""
        result = super()._autopost_draft_entries(batch_size=batch_size)
        due = self.sudo().search(
            [
                ("state", "=", "draft"),
                ("date", "<=", fields.Date.context_today(self)),
                ("auto_post", "!=", "no"),
                ("move_type", "in", ("out_invoice", "out_receipt")),
                ("activity_ids", "=", False),
            ],
            limit=batch_size,
        )
        for move in due.filtered("sop_blockers"):
            move.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("The invoice could not be posted on its day"),
                note=move.sop_blockers,
                user_id=move.create_uid.id,
            )
        return result
