from odoo import models
from odoo.tools import SQL

from odoo.addons.sales_sop.models.sop_collection import INVOICE_TYPES


class CommissionTruth(models.AbstractModel):
    """From the money collected to what each payee earns with it, before any adjustment."""

    _inherit = "commission.truth"

    # -- money ---------------------------------------------------------------------------------

    def _cash_sql(self, scope):
        """The money with the day, the invoice and the due date by which it is judged.

        Money that is paid back is judged like what is left of the money that the contract had
        collected by then, in proportion, so that it takes back what that has earned: also from the
        tiers and limits of that money's month, and from its deduction for being late (B4).
        """
        if scope.is_expected:
            return self._expected_cash_sql(scope)
        parts = [
            SQL(
                "SELECT FALSE AS is_open, money.*, date AS judged_on, "
                "invoice_id AS judged_invoice, date_maturity AS judged_maturity "
                "FROM counted money WHERE amount >= 0"
            ),
            self._paid_back_sql(),
        ]
        if scope.open_on:
            parts.append(self._open_cash_sql(scope))
        return SQL(" UNION ALL ").join(SQL("(%s)", part) for part in parts)

    def _paid_back_sql(self):
        return SQL(
            """
              WITH RECURSIVE back AS MATERIALIZED (SELECT * FROM counted WHERE amount < 0),
                   turn AS (%(turns)s),
                   remaining AS (%(remaining)s)
            SELECT FALSE, back.contract_id, back.order_id, back.invoice_id, back.date_maturity,
                   back.money_move_id, back.date,
                   back.amount * COALESCE(paid.amount / paid.total, 1),
                   COALESCE(paid.date, back.date),
                   COALESCE(paid.invoice_id, back.invoice_id),
                   CASE WHEN paid.contract_id IS NULL
                        THEN back.date_maturity ELSE paid.date_maturity END
              FROM back
         LEFT JOIN remaining paid
                ON paid.contract_id = back.contract_id
               AND paid.back_on = back.date
               AND paid.date <= back.date
               AND ROUND(paid.total, 6) <> 0
            """,
            turns=self._payback_turn_sql(),
            remaining=self._remaining_sql(),
        )

    def _payback_turn_sql(self):
        """The days on which a contract's money went back, numbered."""
        return SQL(
            """
            SELECT contract_id, date, SUM(amount) AS amount,
                   ROW_NUMBER() OVER (PARTITION BY contract_id ORDER BY date) AS number
              FROM back
          GROUP BY contract_id, date
            """
        )

    def _remaining_sql(self):
        """What is left of each money before the ``turn`` in which some goes back.

        ``total`` is the sum of what had come until that day; what dividing leaves of nothing is
        none.
        """
        return SQL(
            """
            SELECT first.*, %(total)s AS total
              FROM (SELECT paid.*, turn.number AS turn, turn.date AS back_on,
                           turn.amount AS amount_back
                      FROM (SELECT contract_id, date, invoice_id, date_maturity,
                                   SUM(amount) AS amount
                              FROM counted
                             WHERE amount > 0
                               AND contract_id IN (SELECT contract_id FROM back)
                          GROUP BY contract_id, date, invoice_id, date_maturity) paid
                      JOIN turn ON turn.contract_id = paid.contract_id AND turn.number = 1) first
             UNION ALL
            SELECT next.*, %(total)s
              FROM (SELECT paid.contract_id, paid.date, paid.invoice_id, paid.date_maturity,
                           CASE WHEN paid.date <= paid.back_on AND ROUND(paid.total, 6) <> 0
                                THEN paid.amount * (1 + paid.amount_back / paid.total)
                                ELSE paid.amount END AS amount,
                           turn.number, turn.date AS back_on, turn.amount AS amount_back
                      FROM remaining paid
                      JOIN turn ON turn.contract_id = paid.contract_id
                               AND turn.number = paid.turn + 1) next
            """,
            total=SQL(
                "SUM(CASE WHEN date <= back_on THEN amount ELSE 0 END) "
                "OVER (PARTITION BY contract_id)"
            ),
        )

    def _expected_cash_sql(self, scope):
        """What each order of an effective contract still has to bring, on the last day.

        Of a contract that was closed short, all orders together bring its closed total.
        """
        return SQL(
            """
            SELECT FALSE AS is_open, contract.id AS contract_id, so.id AS order_id,
                   0 AS invoice_id, NULL::date AS date_maturity,
                   NULL::integer AS money_move_id, %(until)s::date AS date,
                   so.amount_total::numeric
                       * CASE WHEN contract.is_short_closed
                              THEN contract.amount_total::numeric / NULLIF(
                                  SUM(so.amount_total::numeric) OVER (PARTITION BY contract.id), 0)
                              ELSE 1 END
                       * GREATEST(0, 1 - paid.amount / contract.amount_total::numeric) AS amount,
                   %(until)s::date AS judged_on, 0 AS judged_invoice,
                   NULL::date AS judged_maturity
              FROM sop_contract contract
              JOIN sale_order so
                ON so.sop_contract_id = contract.id AND so.state <> 'cancel' AND %(counted)s
         LEFT JOIN (SELECT contract_id, SUM(amount) AS amount
                      FROM collected
                  GROUP BY contract_id) since ON since.contract_id = contract.id
        CROSS JOIN LATERAL (
                   SELECT COALESCE(contract.opening_amount_collected, 0)::numeric
                          + COALESCE(since.amount, 0) AS amount) paid
             WHERE contract.company_id = %(company)s
               AND %(contracts)s
               AND contract.state = 'effective'
               AND contract.amount_total > 0
               AND paid.amount < contract.amount_total
            """,
            company=scope.company.id,
            contracts=scope.contract_sql(SQL("contract.id")),
            counted=self._counted_order_sql(),
            until=scope.until,
        )

    def _counted_order_sql(self):
        """A frame asks for no money itself; its call-offs do, once they are submitted."""
        return SQL(
            """
            (contract.kind <> 'frame'
             OR so.sop_frame_contract_id IS NOT NULL
                AND (so.state = 'sale'
                     OR EXISTS (SELECT 1
                                  FROM sop_approval approval
                                 WHERE approval.res_model = 'sale.order'
                                   AND approval.res_id = so.id
                                   AND approval.code = 'application'
                                   AND approval.state IN ('pending', 'approved'))))
            """
        )

    def _collected_sql(self, scope):
        """The money of the company's contracts, in the contract's currency, tax included."""
        return SQL(
            """
            SELECT money.contract_id,
                   COALESCE(money.order_id, 0) AS order_id,
                   COALESCE(money.invoice_id, 0) AS invoice_id,
                   money.date_maturity,
                   money.money_move_id,
                   money.date,
                   SUM(money.amount) AS amount
              FROM (%(collection)s) money
             WHERE money.company_id = %(company)s
               AND %(contracts)s
               AND money.kind <> 'opening'
               AND money.date <= %(until)s
          GROUP BY money.contract_id, money.order_id, money.invoice_id, money.date_maturity,
                   money.money_move_id, money.date
            """,
            collection=self.env["sop.collection"]._rows_sql(
                scope.contract_ids, SQL("collected_line") if scope.reads_all_invoices else None
            ),
            company=scope.company.id,
            contracts=scope.contract_sql(SQL("money.contract_id")),
            until=scope.until,
        )

    # -- what the money is for -----------------------------------------------------------------

    def _contract_sql(self, scope):
        return SQL(
            """
            SELECT contract.id,
                   contract.kind AS sales_mode,
                   contract.currency_rate::numeric AS currency_rate,
                   contract.date_effective,
                   contract.state IN ('effective', 'closed') AS is_effective,
                   COALESCE(contract.commission_team_id, 0) AS team_id,
                   payee.id AS payee_id,
                   COALESCE(policy.interest_rate, 0)::numeric AS interest_rate,
                   COALESCE(customer.groups, '') AS groups,
                   ',' || contract.kind || ',' || COALESCE(customer.groups, '') AS class
              FROM sop_contract contract
              JOIN sop_policy policy ON policy.id = contract.policy_id
         LEFT JOIN commission_payee payee
                ON payee.user_id = contract.user_id AND payee.company_id = contract.company_id
         LEFT JOIN (SELECT sop_contract_id,
                           STRING_AGG(res_partner_category_id::text, ','
                                      ORDER BY res_partner_category_id) AS groups
                      FROM sop_contract_commission_partner_category_rel
                     WHERE %(contracts_grouped)s
                  GROUP BY sop_contract_id) customer
                ON customer.sop_contract_id = contract.id
             WHERE contract.company_id = %(company)s AND %(contracts)s
            """,
            company=scope.company.id,
            contracts=scope.contract_sql(SQL("contract.id")),
            contracts_grouped=scope.contract_sql(SQL("sop_contract_id")),
        )

    def _item_sql(self, scope):
        """Lines of invoices and orders that money paid for; ``0`` where there is no invoice.

        Money in advance for a contract as a whole pays for the lines of all of its orders.
        """
        return SQL(
            """
            WITH ordered AS MATERIALIZED (%(ordered)s)
            SELECT sold.*,
                   contract.sales_mode,
                   contract.groups,
                   %(thing)s AS thing,
                   product_id || ',' || categ_path || ',' || price_kind || contract.class AS class
              FROM (%(sold)s) sold
              JOIN contract ON contract.id = sold.contract_id
            """,
            ordered=self._ordered_sql(scope),
            sold=self._sold_sql(),
            thing=self._thing_sql("sold"),
        )

    def _thing_sql(self, table):
        """What money pays for as one number: an order on an invoice, or without one yet.

        Joins by it stay fast: of three columns the planner would guess that hardly a row fits.
        """
        return SQL(
            """
            CASE WHEN %(table)s.invoice_id <> 0
                 THEN (%(table)s.invoice_id::bigint << 32) + %(table)s.order_id
                 ELSE -(%(table)s.contract_id::bigint << 32) - %(table)s.order_id END
            """,
            table=SQL.identifier(table),
        )

    def _sold_sql(self):
        return SQL(
            """
            SELECT invoice_id, contract_id, order_id, product_id, categ_path, price_kind,
                   untaxed, taxed, margin, units
              FROM invoiced
             WHERE NOT is_downpayment
             UNION ALL
            SELECT invoiced.invoice_id, invoiced.contract_id, invoiced.order_id,
                   ordered.product_id, ordered.categ_path, ordered.price_kind,
                   ordered.untaxed * part.factor, ordered.taxed * part.factor,
                   ordered.margin * part.factor, ordered.units * part.factor
              FROM invoiced
              JOIN (SELECT order_id, SUM(taxed) AS taxed FROM ordered GROUP BY order_id) whole
                ON whole.order_id = invoiced.order_id
              JOIN ordered ON ordered.order_id = invoiced.order_id
             CROSS JOIN LATERAL (
                   SELECT invoiced.taxed / NULLIF(whole.taxed, 0) AS factor) part
             WHERE invoiced.is_downpayment
             UNION ALL
            SELECT 0, ordered.contract_id, asked.order_id,
                   ordered.product_id, ordered.categ_path, ordered.price_kind,
                   ordered.untaxed, ordered.taxed, ordered.margin, ordered.units
              FROM (SELECT DISTINCT contract_id, order_id FROM cash WHERE invoice_id = 0) asked
              JOIN ordered
                ON ordered.contract_id = asked.contract_id
               AND (asked.order_id = 0 OR ordered.order_id = asked.order_id)
            """
        )

    def _ordered_sql(self, scope):
        """Lines of the orders that were paid for in advance or by a down payment."""
        return SQL(
            """
            SELECT so.sop_contract_id AS contract_id,
                   so.id AS order_id,
                   COALESCE(line.product_id, 0) AS product_id,
                   COALESCE(line.commission_categ_path, '') AS categ_path,
                   COALESCE(so.sop_price_kind, '') AS price_kind,
                   line.price_subtotal::numeric AS untaxed,
                   line.price_total::numeric AS taxed,
                   %(margin)s AS margin,
                   line.product_uom_qty::numeric * %(units)s AS units
              FROM (%(asked)s) asked
              JOIN sale_order so ON so.id = asked.order_id
              JOIN sale_order_line line ON line.order_id = so.id
                   %(unit_joins)s
             WHERE so.sop_contract_id IS NOT NULL
               AND so.state <> 'cancel'
               AND line.display_type IS NULL
               AND line.is_downpayment IS NOT TRUE
            """,
            asked=self._asked_order_sql(),
            margin=self._ordered_margin_sql(scope),
            units=self._units_sql(scope),
            unit_joins=self._unit_joins_sql(scope),
        )

    def _asked_order_sql(self):
        """The orders of a contract that was paid in advance, or on an invoice of a down payment.

        Found from the money: of all orders, each would be looked for in all of it.
        """
        return SQL(
            """
            SELECT so.id AS order_id
              FROM (SELECT DISTINCT contract_id FROM cash WHERE invoice_id = 0) advance
              JOIN sale_order so ON so.sop_contract_id = advance.contract_id
             UNION
            SELECT order_id FROM invoiced WHERE is_downpayment
            """
        )

    def _ordered_margin_sql(self, scope):
        if not scope.counts_margin:
            return SQL("NULL::numeric")
        return SQL(
            """
            line.price_subtotal::numeric
                - line.product_uom_qty::numeric
                  * COALESCE(line.commission_unit_cost, 0)::numeric
            """
        )

    def _units_sql(self, scope):
        """The product's own units that one unit of the ``line`` is."""
        if not scope.counts_units:
            return SQL("NULL::numeric")
        return SQL("COALESCE(unit.factor / NULLIF(product_unit.factor, 0), 1)::numeric")

    def _unit_joins_sql(self, scope):
        if not scope.counts_units:
            return SQL()
        return SQL(
            """
            LEFT JOIN product_product product ON product.id = line.product_id
            LEFT JOIN product_template template ON template.id = product.product_tmpl_id
            LEFT JOIN uom_uom unit ON unit.id = line.product_uom_id
            LEFT JOIN uom_uom product_unit ON product_unit.id = template.uom_id
            """
        )

    def _invoiced_sql(self, scope):
        """Lines of the invoices that money paid; the share of each follows ``sop.collection``."""
        return SQL(
            """
            SELECT DISTINCT ON (line.id)
                   line.id,
                   line.move_id AS invoice_id,
                   COALESCE(so.sop_contract_id, move.sop_contract_id) AS contract_id,
                   COALESCE(so.id, 0) AS order_id,
                   COALESCE(line.product_id, 0) AS product_id,
                   COALESCE(CASE WHEN sol.id IS NULL
                                 THEN (SELECT categ.parent_path
                                         FROM product_product product
                                         JOIN product_template template
                                           ON template.id = product.product_tmpl_id
                                         JOIN product_category categ
                                           ON categ.id = template.categ_id
                                        WHERE product.id = line.product_id)
                                 ELSE sol.commission_categ_path END, '') AS categ_path,
                   COALESCE(so.sop_price_kind, '') AS price_kind,
                   line.price_subtotal::numeric AS untaxed,
                   line.price_total::numeric AS taxed,
                   %(margin)s AS margin,
                   line.quantity::numeric * %(units)s * %(currency)s AS units,
                   COALESCE(sol.is_downpayment, FALSE) AS is_downpayment
              FROM account_move move
              JOIN account_move_line line
                ON line.move_id = move.id AND line.display_type = 'product'
         LEFT JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = line.id
         LEFT JOIN sale_order_line sol ON sol.id = rel.order_line_id
         LEFT JOIN sale_order so ON so.id = sol.order_id
         LEFT JOIN sop_contract contract
                ON contract.id = COALESCE(so.sop_contract_id, move.sop_contract_id)
                   %(margin_joins)s
                   %(unit_joins)s
             WHERE %(read)s
          ORDER BY line.id, sol.id
            """,
            read=self._read_invoice_sql(scope),
            margin=self._invoiced_margin_sql(scope),
            margin_joins=self._margin_joins_sql(scope),
            units=self._units_sql(scope),
            currency=self._invoice_currency_sql(),
            unit_joins=self._unit_joins_sql(scope),
        )

    def _collected_line_sql(self):
        """The lines as ``sop.collection`` wants them, which need not read them again."""
        return SQL(
            """
            SELECT id, invoice_id AS move_id, NULLIF(order_id, 0) AS order_id, contract_id,
                   taxed AS price_total
              FROM invoiced
            """
        )

    def _read_invoice_sql(self, scope):
        """Whether the invoice is read: all of a company, or those that money paid."""
        if not scope.reads_all_invoices:
            return SQL("move.id IN (SELECT invoice_id FROM cash)")
        return SQL(
            "move.company_id = %s AND move.state = 'posted' AND move.move_type IN %s",
            scope.company.id,
            INVOICE_TYPES,
        )

    def _invoiced_margin_sql(self, scope):
        """A line without an order has no known cost, so no margin."""
        if not scope.counts_margin:
            return SQL("NULL::numeric")
        return SQL(
            """
            line.price_subtotal::numeric
                - sol.commission_unit_cost::numeric
                  * line.quantity::numeric
                  * COALESCE(line_unit.factor / NULLIF(sol_unit.factor, 0), 1)::numeric
                  * %(currency)s
            """,
            currency=self._invoice_currency_sql(),
        )

    def _invoice_currency_sql(self):
        """Units of the invoice's currency for one of the contract's.

        What a line has in units or costs is brought to its invoice's currency, because its part of
        the money, which is the contract's, is found by its part of the invoice.
        """
        return SQL(
            """
            CASE WHEN move.currency_id = contract.currency_id THEN 1
                 ELSE (move.invoice_currency_rate / NULLIF(contract.currency_rate, 0))::numeric
            END
            """
        )

    def _margin_joins_sql(self, scope):
        if not scope.counts_margin:
            return SQL()
        return SQL(
            """
            LEFT JOIN uom_uom line_unit ON line_unit.id = line.product_uom_id
            LEFT JOIN uom_uom sol_unit ON sol_unit.id = sol.product_uom_id
            """
        )

    # -- rules ---------------------------------------------------------------------------------

    def _version_sql(self, scope):
        """The versions of the plan, each with the days it is for."""
        if not scope.versions:
            return SQL(
                "SELECT plan.*, NULL::date AS first_day, NULL::date AS last_day "
                "FROM commission_plan plan WHERE FALSE"
            )
        rows = SQL(", ").join(
            SQL("(%s, %s::date, %s::date)", plan.id, first_day, last_day)
            for plan, first_day, last_day in scope.versions
        )
        return SQL(
            """
            SELECT plan.*, days.first_day, days.last_day
              FROM (VALUES %s) AS days (plan_id, first_day, last_day)
              JOIN commission_plan plan ON plan.id = days.plan_id
            """,
            rows,
        )

    def _matched_sql(self):
        """Per kind of line and role the first rule that matches.

        There are few kinds of lines, however many lines there are. Grouped by their name alone,
        the planner expects that too.
        """
        return SQL(
            """
            SELECT class.name, version.id AS plan_id, first_match.rule_id
              FROM (SELECT class AS name,
                           MIN(product_id) AS product_id,
                           MIN(categ_path) AS categ_path,
                           MIN(price_kind) AS price_kind,
                           MIN(sales_mode) AS sales_mode,
                           MIN(groups) AS groups
                      FROM item
                  GROUP BY class) class
             CROSS JOIN version
             CROSS JOIN LATERAL (
                   SELECT DISTINCT ON (rule.role) rule.role, rule.id AS rule_id
                     FROM commission_rule rule
                    WHERE rule.plan_id = version.id
                      AND (rule.product_id IS NULL OR rule.product_id = class.product_id)
                      AND (rule.product_categ_id IS NULL
                           OR rule.product_categ_id::text
                              = ANY(STRING_TO_ARRAY(class.categ_path, '/')))
                      AND (rule.sales_mode IS NULL OR rule.sales_mode = class.sales_mode)
                      AND (rule.price_kind IS NULL OR rule.price_kind = class.price_kind)
                      AND (NOT EXISTS (
                               SELECT FROM commission_rule_res_partner_category_rel rel
                                WHERE rel.commission_rule_id = rule.id)
                           OR EXISTS (
                               SELECT FROM commission_rule_res_partner_category_rel rel
                                WHERE rel.commission_rule_id = rule.id
                                  AND rel.res_partner_category_id::text
                                      = ANY(STRING_TO_ARRAY(class.groups, ','))))
                 ORDER BY rule.role, rule.sequence, rule.id) first_match
            """
        )

    def _item_total_sql(self):
        return SQL(
            """
            SELECT thing, SUM(taxed) AS taxed
              FROM item
          GROUP BY thing
            """
        )

    def _mix_sql(self):
        """Each rule's part of an invoice or order, and the ``total`` of that with tax."""
        return SQL(
            """
            SELECT item.thing,
                   matched.plan_id, matched.rule_id,
                   item_total.taxed AS total,
                   SUM(item.untaxed) AS untaxed,
                   SUM(item.taxed) AS taxed,
                   -- A cost that is not known is not guessed.
                   CASE WHEN COUNT(*) = COUNT(item.margin) THEN SUM(item.margin) END AS margin,
                   SUM(item.units) AS units
              FROM item
              JOIN item_total ON item_total.thing = item.thing AND item_total.taxed <> 0
              JOIN matched ON matched.name = item.class
          GROUP BY item.thing, item_total.taxed, matched.plan_id, matched.rule_id
            """
        )

    def _dated_sql(self):
        """The money with the version of the plan that judges it."""
        return SQL(
            """
            SELECT cash.*, version.id AS plan_id, %(thing)s AS thing
              FROM cash
              JOIN contract ON contract.id = cash.contract_id
         LEFT JOIN account_move invoice ON invoice.id = cash.judged_invoice
         LEFT JOIN version
                ON CASE version.date_basis
                        WHEN 'contract' THEN contract.date_effective
                        WHEN 'invoice' THEN COALESCE(invoice.invoice_date, cash.judged_on)
                        ELSE cash.judged_on
                   END BETWEEN version.first_day AND COALESCE(version.last_day, 'infinity')
            """,
            thing=self._thing_sql("cash"),
        )

    # -- payees --------------------------------------------------------------------------------

    def _share_sql(self, scope):
        """Who shares a contract, a team's pool or its management, and from when until when."""
        return SQL(
            """
            SELECT span.role, span.subject_id, span.date_from, span.date_until,
                   line.payee_id, line.percent::numeric AS percent
              FROM (SELECT id, role, subject_id, date_from,
                           LEAD(date_from, 1, 'infinity') OVER (
                               PARTITION BY role, subject_id ORDER BY date_from) AS date_until
                      FROM (SELECT DISTINCT ON (role, subject_id, date_from)
                                   id, role, date_from,
                                   COALESCE(contract_id, team_id) AS subject_id
                              FROM commission_split
                             WHERE company_id = %s AND (contract_id IS NULL OR %s)
                          ORDER BY role, subject_id, date_from, id DESC) latest) span
              JOIN commission_split_line line ON line.split_id = span.id
            """,
            scope.company.id,
            scope.contract_sql(SQL("contract_id")),
        )

    # -- earned --------------------------------------------------------------------------------

    def _paid_part_sql(self, scope):
        """Each money's part under each rule, in the plan's currency, before it is shared out.

        ``untaxed`` is that money without tax, which ``base`` need not be; only some tiers ask.
        """
        return SQL(
            """
            SELECT part.*,
                   CASE part.rate_kind
                        WHEN 'percent' THEN part.base * part.rate * 0.01
                        WHEN 'tiers' THEN part.base * part.rate * 0.01
                        WHEN 'unit' THEN part.units * part.amount_per_unit
                   END AS raw
              FROM (
                  SELECT dated.is_open,
                         dated.contract_id,
                         dated.order_id,
                         dated.invoice_id,
                         dated.date_maturity,
                         dated.money_move_id,
                         dated.date,
                         dated.judged_on,
                         dated.judged_maturity,
                         dated.plan_id,
                         mix.rule_id,
                         rule.role,
                         rule.rate_kind,
                         COALESCE(rule.amount_per_unit, 0)::numeric AS amount_per_unit,
                         COALESCE(CASE rule.rate_kind
                                       WHEN 'tiers' THEN first_tier.rate
                                       WHEN 'percent' THEN rule.rate
                                  END, 0)::numeric AS rate,
                         dated.amount * version.currency_rate::numeric
                             * CASE rule.base WHEN 'margin' THEN mix.margin ELSE mix.untaxed END
                             / (mix.total * contract.currency_rate) AS base,
                         dated.amount * version.currency_rate::numeric * mix.taxed
                             / (mix.total * contract.currency_rate) AS taxed,
                         %(untaxed)s AS untaxed,
                         dated.amount * mix.units / mix.total AS units
                    FROM dated
                    JOIN contract ON contract.id = dated.contract_id AND contract.is_effective
                    JOIN mix ON mix.thing = dated.thing AND mix.plan_id = dated.plan_id
               LEFT JOIN version ON version.id = dated.plan_id
               LEFT JOIN commission_rule rule ON rule.id = mix.rule_id
               LEFT JOIN commission_tier first_tier
                      ON first_tier.rule_id = rule.id AND first_tier.start = 0
                   WHERE %(pays)s) part
            """,
            pays=scope.rule_sql(SQL("mix.rule_id"), lambda rule: rule.rate_kind != "none"),
            untaxed=SQL(
                """dated.amount * version.currency_rate::numeric * mix.untaxed
                   / (mix.total * contract.currency_rate)"""
            )
            if scope.counts_roles
            else SQL("NULL::numeric"),
        )

    def _shared_part_sql(self):
        """The parts of the money with the payees who share them."""
        return SQL(
            """
            SELECT part.*,
                   contract.team_id,
                   contract.interest_rate,
                   COALESCE(share.payee_id,
                            CASE part.role WHEN 'salesperson' THEN contract.payee_id END)
                       AS payee_id,
                   COALESCE(share.percent, 100) AS share
              FROM paid_part part
              JOIN contract ON contract.id = part.contract_id
         LEFT JOIN share
                ON share.role = part.role
               AND share.subject_id = CASE part.role
                                           WHEN 'salesperson' THEN part.contract_id
                                           ELSE contract.team_id END
               AND part.judged_on >= share.date_from
               AND part.judged_on < share.date_until
            """
        )

    def _shared_sql(self):
        """Each payee's part of each money, and of each open instalment that is asked for."""
        return SQL(
            """
            SELECT payee_id,
                   NULLIF(team_id, 0) AS team_id,
                   plan_id,
                   rule_id,
                   contract_id,
                   NULLIF(order_id, 0) AS order_id,
                   NULLIF(invoice_id, 0) AS invoice_id,
                   date_maturity,
                   money_move_id,
                   DATE_TRUNC('month', date)::date AS period,
                   DATE_TRUNC('month', judged_on)::date AS judged_period,
                   judged_on - judged_maturity AS days_from_due,
                   date AS money_date,
                   base * share * 0.01 AS base,
                   rate,
                   share,
                   raw * share * 0.01 AS raw,
                   taxed * share * 0.01 AS taxed,
                   untaxed * share * 0.01 AS untaxed,
                   interest_rate,
                   role,
                   is_open
              FROM (%s) shared
             WHERE payee_id IS NOT NULL AND raw IS NOT NULL
            """,
            self._shared_part_sql(),
        )

    def _earned_sql(self):
        return SQL(
            """
            SELECT 'earned' AS kind, shared.*, NULL::integer AS tier_team_id, 0 AS days_late
              FROM shared
             WHERE NOT is_open
            """
        )
