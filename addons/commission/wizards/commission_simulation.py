from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, date_utils, format_date

from ..models.commission_truth import Scope

PLANNERS = (
    "sales_sop.group_sales_office",
    "sales_sop.group_marketing_director",
    "sales_sop.group_finance",
    "sales_sop.group_finance_vp",
    "sales_sop.group_general_manager",
)


class CommissionSimulation(models.TransientModel):
    """What a plan would have paid for the money of past months, beside what is in force (B1).

    Nothing is touched: both sides are computed from the books, and nothing is stored but the
    figures shown here.
    """

    _name = "commission.simulation"
    _description = "What-If of a Commission Plan"

    plan_id = fields.Many2one(
        "commission.plan", required=True, ondelete="cascade", help="Also a draft."
    )
    company_id = fields.Many2one(related="plan_id.company_id", related_sudo=False)
    currency_id = fields.Many2one(related="plan_id.currency_id", related_sudo=False)
    date_from = fields.Date(
        string="Money From",
        required=True,
        default=lambda self: date_utils.start_of(self.env.company._sop_today(), "year"),
    )
    date_to = fields.Date(
        string="Until", required=True, default=lambda self: self.env.company._sop_today()
    )
    line_ids = fields.One2many("commission.simulation.line", "simulation_id", readonly=True)
    is_compared = fields.Boolean(readonly=True)
    amount_in_force = fields.Monetary(string="Plan in Force", compute="_compute_amounts")
    amount_simulated = fields.Monetary(string="With This Plan", compute="_compute_amounts")
    amount_difference = fields.Monetary(string="Difference", compute="_compute_amounts")

    @api.depends("plan_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        """Say what the page is for: until a plan is chosen it would be called new."""
        for simulation in self:
            simulation.display_name = (
                self.env._("Try “%s”", simulation.plan_id.name)
                if simulation.plan_id
                else self.env._("Try a Plan")
            )

    @api.depends("line_ids")
    def _compute_amounts(self):
        for simulation in self:
            for name in ("amount_in_force", "amount_simulated", "amount_difference"):
                simulation[name] = sum(simulation.line_ids.mapped(name))

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for simulation in self:
            if simulation.date_from > simulation.date_to:
                raise ValidationError(self.env._("The months end before they start."))

    def action_simulate(self):
        """Compute both sides for the months between the dates, per payee and month."""
        self.ensure_one()
        self.env.user._sop_require_role(self.env._("try out a commission plan"), *PLANNERS)
        self.check_access("write")
        # Read as the user: a plan of another company is none of theirs.
        self.plan_id.check_access("read")
        simulation = self.sudo()
        company = simulation.plan_id.company_id
        in_force = simulation._amounts(self.env["commission.plan"]._versions(company))
        simulated = simulation._amounts(
            [(simulation.plan_id, fields.Date.to_date("1970-01-01"), None)]
        )
        simulation.line_ids.unlink()
        simulation.env["commission.simulation.line"].create(
            [
                {
                    "simulation_id": simulation.id,
                    "payee_id": payee_id,
                    "period": period,
                    "amount_in_force": in_force.get((payee_id, period), 0.0),
                    "amount_simulated": simulated.get((payee_id, period), 0.0),
                }
                for payee_id, period in sorted(in_force.keys() | simulated.keys())
            ]
        )
        simulation.is_compared = True
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
        }

    def action_open_pivot(self):
        """Open the months of both plans side by side."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "commission.commission_simulation_line_action"
        )
        return {**action, "domain": [("simulation_id", "=", self.id)]}

    def _amounts(self, versions):
        """Return ``{(payee id, month): amount}`` of the money between the dates.

        Amounts are in this plan's currency; those of a version in another one are brought to it
        by the rates that are fixed with the two plans.
        """
        truth = self.env["commission.truth"].sudo()
        truth._prepare_statement()
        scope = Scope(company=self.plan_id.company_id, until=self.date_to, versions=versions)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT truth.payee_id, truth.period,
                       SUM(truth.raw / plan.currency_rate::numeric * %s)
                  FROM (%s) truth
                  JOIN commission_plan plan ON plan.id = truth.plan_id
                 WHERE truth.period >= %s
              GROUP BY truth.payee_id, truth.period
                """,
                Decimal(repr(self.plan_id.currency_rate)),
                truth._truth_sql(scope),
                date_utils.start_of(self.date_from, "month"),
            )
        )
        return {
            (payee_id, period): self.currency_id.round(float(amount))
            for payee_id, period, amount in rows
        }


class CommissionSimulationLine(models.TransientModel):
    """A payee's month under both plans."""

    _name = "commission.simulation.line"
    _description = "Month of a What-If"
    _order = "simulation_id, payee_id, period"

    simulation_id = fields.Many2one(
        "commission.simulation", required=True, ondelete="cascade", index=True
    )
    payee_id = fields.Many2one("commission.payee", readonly=True)
    period = fields.Date(string="Month of the Money", readonly=True)
    month = fields.Char(compute="_compute_month")
    currency_id = fields.Many2one(related="simulation_id.currency_id")
    amount_in_force = fields.Monetary(string="Plan in Force", readonly=True)
    amount_simulated = fields.Monetary(string="With This Plan", readonly=True)
    amount_difference = fields.Monetary(
        string="Difference", compute="_compute_difference", store=True
    )

    @api.depends("period")
    @api.depends_context("lang")
    def _compute_month(self):
        for line in self:
            line.month = format_date(self.env, line.period, date_format="yyyy-MM")

    @api.depends("amount_in_force", "amount_simulated")
    def _compute_difference(self):
        for line in self:
            line.amount_difference = line.amount_simulated - line.amount_in_force
