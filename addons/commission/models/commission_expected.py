from odoo import fields, models
from odoo.tools import SQL


class CommissionExpected(models.Model):
    """What a payee would earn if every effective contract paid today all that it still owes.

    Tiers, limits and deductions are not foreseen: what is open earns the rate of the first tier.
    """

    _name = "commission.expected"
    _description = "Expected Commission"
    _inherit = ["commission.report"]
    _auto = False
    _order = "amount desc, id"
    _rec_name = "contract_id"
    _row_keys = {"contract_id": "id", "payee_id": "id", "rule_id": "id", "order_id": "id"}

    payee_id = fields.Many2one("commission.payee", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    contract_id = fields.Many2one("sop.contract", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    order_id = fields.Many2one("sale.order", readonly=True)
    rule_id = fields.Many2one("commission.rule", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    base = fields.Monetary(
        string="Still to Come", readonly=True, help="The payee's part of the open money, untaxed."
    )
    amount = fields.Monetary(string="Expected Commission", readonly=True)

    def _company_scope(self, company):
        return self._today_scope(company, is_expected=True)

    def _rows_sql(self, scope):
        """Return the SELECT of what is earned with the money of ``scope``, by contract and rule."""
        truth = self.env["commission.truth"]
        return truth._with_sql(
            truth._earned_parts(scope),
            SQL(
                """
                SELECT earned.payee_id,
                       contract.company_id,
                       earned.contract_id,
                       contract.partner_id,
                       earned.order_id,
                       earned.rule_id,
                       version.currency_id,
                       SUM(earned.base) AS base,
                       SUM(earned.raw) AS amount
                  FROM earned
             LEFT JOIN version ON version.id = earned.plan_id
                  JOIN sop_contract contract ON contract.id = earned.contract_id
              GROUP BY earned.payee_id, contract.company_id, earned.contract_id,
                       contract.partner_id, earned.order_id, earned.rule_id, version.currency_id
                """
            ),
        )
