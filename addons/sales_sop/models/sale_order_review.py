from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang

from .sop_approval_mixin import DOCUMENT_STATES
from .wording import paragraph

# Who answers which special requirement.
REQUIREMENT_ROLES = {
    "sales": "sales_sop.group_sales_manager",
    "production": "sales_sop.group_planner",
    "quality": "sales_sop.group_quality",
}
CREDIT_ROLE = "sales_sop.group_finance_vp"


class SaleOrder(models.Model):
    """The order review (A2): stock, credit (C7) and special requirements, as steps of approval."""

    _inherit = "sale.order"

    sop_requirement = fields.Text(
        string="Special Requirements",
        copy=False,
        help="What the customer wants beyond the standard. Whoever is named beside it has to "
        "answer when approving (A2).",
    )
    sop_requirement_by = fields.Selection(
        [("sales", "Sales"), ("production", "Production"), ("quality", "Quality")],
        string="Answered by",
        default="production",
        required=True,
    )
    sop_credit_state = fields.Selection(
        DOCUMENT_STATES,
        string="Credit",
        compute="_compute_sop_credit",
        compute_sudo=True,
        groups="base.group_user",
    )
    sop_over_credit = fields.Boolean(
        string="Over the Credit Limit",
        compute="_compute_sop_credit",
        compute_sudo=True,
        help="With this order the customer owes more than its credit limit (C7).",
        groups="base.group_user",
    )

    @api.model
    def _sop_content_fields(self):
        return super()._sop_content_fields() | {"sop_requirement", "sop_requirement_by"}

    def _approval_content(self, route_code):
        content = super()._approval_content(route_code)
        if route_code == "credit":
            return {key: content[key] for key in ("company", "partner", "currency", "lines")}
        if self.sop_requirement:
            content["requirement"] = [self.sop_requirement_by, self.sop_requirement]
        return content

    # -- steps ---------------------------------------------------------------------------------

    def _approval_steps(self, route):
        steps = super()._approval_steps(route)
        if route.code == "credit":
            exposure = self._sop_credit_exposure()
            asked = {
                "reason": self._sop_credit_sentence(exposure),
                "rules": "C7",
                "credit_exposure": exposure,
            }
            return [{**step, **asked} for step in steps]
        if route.code == "application":
            for values in self._sop_review_steps():
                self._sop_add_step(steps, values)
        return steps

    def _sop_review_steps(self):
        """Return the values of the steps that the review of this order needs (A2, C7)."""
        steps = []
        if (self.sop_requirement or "").strip():
            steps.append(
                {
                    "group_id": self.env.ref(REQUIREMENT_ROLES[self.sop_requirement_by]).id,
                    "reason": self.sop_requirement.strip(),
                    "answer_required": True,
                    "rules": "A2",
                }
            )
        if self.sop_contract_id.term_id.stock_review and (shortage := self._sop_shortage_text()):
            planner = self.env.ref("sales_sop.group_planner")
            steps.append({"group_id": planner.id, "reason": shortage, "rules": "A2"})
        if exposure := self._sop_credit_exposure():
            steps.append(
                self._sop_prepare_credit_step(exposure, self._sop_credit_sentence(exposure))
            )
        return [{"stage": 1, **values} for values in steps]

    @api.model
    def _sop_prepare_credit_step(self, exposure, sentence):
        """Return the values of the step that lets a customer owe ``exposure`` (C7)."""
        return {
            "group_id": self.env.ref(CREDIT_ROLE).id,
            "reason": sentence,
            "rules": "C7",
            "credit_exposure": exposure,
        }

    @api.model
    def _sop_add_step(self, steps, values):
        """Add a step, or its question to the step that the same role has anyway."""
        for step in steps:
            if step["group_id"] == values["group_id"]:
                step["reason"] = paragraph(self.env, [step.get("reason"), values["reason"]])
                step["rules"] = " ".join(filter(None, [step.get("rules"), values["rules"]]))
                step["answer_required"] = step.get("answer_required") or values.get(
                    "answer_required", False
                )
                if exposure := values.get("credit_exposure"):
                    step["credit_exposure"] = exposure
                return
        steps.append(values)

    # -- stock (A2) ----------------------------------------------------------------------------

    def _sop_shortages(self):
        """Return ``[(product, needed, free)]`` of the goods that are not in stock."""
        sold = defaultdict(float)
        for line in self._sop_product_lines():
            sold[line.product_id] += line.product_uom_id._compute_quantity(
                line.product_uom_qty, line.product_id.uom_id
            )
        needed = self.env["product.product"]._sop_stock_needed(sold, self.company_id)
        shortages = []
        for product, quantity in needed.items():
            free = product.with_context(warehouse_id=self.warehouse_id.id).free_qty
            if product.uom_id.compare(quantity, free) > 0:
                shortages.append((product, quantity, free))
        return shortages

    def _sop_shortage_text(self):
        return paragraph(
            self.env,
            (
                self.env._(
                    "%(product)s: %(needed).12g are needed, %(free).12g are free in stock.",
                    product=product.display_name,
                    needed=needed,
                    free=max(0.0, free),
                )
                for product, needed, free in self._sop_shortages()
            ),
        )

    # -- credit (C7) ---------------------------------------------------------------------------

    @api.depends("amount_total", "partner_id", "approval_ids.state", "state")
    def _compute_sop_credit(self):
        for order in self:
            governed = order._sop_is_governed()
            order.sop_credit_state = order._sop_credit_state() if governed else "none"
            waits = governed and order.state in ("draft", "sent")
            order.sop_over_credit = waits and bool(order._sop_credit_sentence())

    def _sop_credit_exposure(self):
        """Return what the customer would owe with this order, above its credit limit; else 0.

        Exposure = open receivables + confirmed and not invoiced + this order, of the commercial
        partner, in the company's currency. Odoo's own credit limit is what it is compared with.
        """
        self.ensure_one()
        company = self.company_id
        if not company.account_use_credit_limit:
            return 0.0
        customer = self._sop_credit_customer()
        if customer.credit_limit <= 0:
            return 0.0
        exposure = self._sop_exposure(customer)
        is_over = company.currency_id.compare_amounts(exposure, customer.credit_limit) > 0
        return exposure if is_over else 0.0

    def _sop_credit_customer(self):
        return self.partner_id.commercial_partner_id.sudo().with_company(self.company_id)

    def _sop_credit_sentence(self, exposure=None):
        """Say by how much the order exceeds the customer's credit limit; False if it does not."""
        exposure = self._sop_credit_exposure() if exposure is None else exposure
        if not exposure:
            return False
        customer, currency = self._sop_credit_customer(), self.company_id.currency_id
        return self.env._(
            "%(customer)s would owe %(exposure)s with this order; the credit limit is %(limit)s.",
            customer=customer.display_name,
            exposure=formatLang(self.env, exposure, currency_obj=currency),
            limit=formatLang(self.env, customer.credit_limit, currency_obj=currency),
        )

    def _sop_exposure(self, customer, contract_total=None):
        """Return what ``customer`` owes, has ordered and would owe by this order.

        Read from the books now, never from the cache: the gate relies on it.

        :param float contract_total: total of this order's contract as it would become, in its
            currency; with this order when None
        """
        customer.invalidate_recordset(["credit"], flush=False)
        own = self.sudo().sop_contract_id
        totals = {contract: contract.amount_total for contract in self._sop_agreed_with(customer)}
        if own and contract_total is None:
            contract_total = own.amount_total - self._sop_amount_within(own) + self.amount_total
        if own:
            totals[own] = contract_total
        invoiced = own.union(*totals)._invoiced()
        open_amount = sum(
            max(0.0, total - invoiced.get(contract.id, (0.0, 0))[0])
            / (contract.currency_rate or 1.0)
            for contract, total in totals.items()
        )
        currency = self.company_id.currency_id
        if not own:
            # At the company's day: a client chooses its own time zone, and no rate with it.
            open_amount += self.currency_id._convert(
                self.amount_total, currency, self.company_id, self.company_id._sop_today()
            )
        return currency.round(customer.credit + open_amount + self._sop_opening_amount(customer))

    def _sop_agreed_with(self, customer):
        """Return the contracts in force with ``customer``, and drafts released for an order."""
        return (
            self.env["sop.contract"]
            .sudo()
            .search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("partner_id", "=", customer.id),
                    "|",
                    ("state", "=", "effective"),
                    "&",
                    ("state", "=", "draft"),
                    ("order_ids.state", "=", "sale"),
                ]
            )
        )

    def _sop_opening_amount(self, customer):
        """Return what is ordered and not invoiced on orders from before the first policy."""
        orders = self.sudo().search(
            [
                ("company_id", "=", self.company_id.id),
                ("partner_id", "child_of", customer.id),
                ("state", "=", "sale"),
                ("sop_contract_id", "=", False),
            ]
        )
        return sum(
            max(0.0, order.amount_total - order.amount_invoiced) / (order.currency_rate or 1.0)
            for order in orders
        )

    def _sop_amount_within(self, contract):
        """Return how much of the contract's total is this order's."""
        return self.amount_total if self in contract._counted_orders() else 0.0

    def _sop_credit_steps(self):
        """Return the finance VP's approvals of this order's credit, at review or on its own."""
        steps = self._approval_for("application").step_ids
        if self._is_approved("credit"):
            steps |= self._approval_for("credit").step_ids
        return steps.filtered(lambda step: step.credit_exposure and step.state == "approved")

    def _sop_credit_is_approved(self, exposure):
        """Whether the finance VP has approved that the customer owes as much as ``exposure``."""
        approved = max(self._sop_credit_steps().mapped("credit_exposure"), default=0.0)
        return self.company_id.currency_id.compare_amounts(exposure, approved) <= 0

    def _sop_credit_state(self):
        """Return the state of the credit approval; what was approved for less is stale (C7)."""
        state = self._approval_state("credit")
        waits = self.state in ("draft", "sent") and state == "approved"
        if waits and not self._sop_credit_is_approved(self._sop_credit_exposure()):
            return "stale"
        return state

    def _confirm_blockers(self):
        blockers = super()._confirm_blockers()
        if blockers or not self._sop_is_governed() or self.state not in ("draft", "sent"):
            return blockers
        exposure = self._sop_credit_exposure()
        if exposure and not self._sop_credit_is_approved(exposure):
            sentence = self._sop_credit_sentence(exposure)
            blockers.append(("C7", paragraph(self.env, [sentence, self._sop_credit_remedy()])))
        return blockers

    def _sop_credit_remedy(self):
        state = self._approval_state("credit")
        if state == "pending":
            return self.env._("It waits for the finance VP.")
        if state == "refused":
            return self.env._("The finance VP refused it: money has to come first.")
        approved = max(self._sop_credit_steps().mapped("credit_exposure"), default=0.0)
        if approved:
            return self.env._(
                "The finance VP approved %s. Ask for credit approval again, or let the customer "
                "pay first.",
                formatLang(self.env, approved, currency_obj=self.company_id.currency_id),
            )
        return self.env._("Ask for credit approval, or let the customer pay first.")

    def _sop_check_confirm(self):
        """Two orders of one customer, confirmed together, do not pass one limit twice."""
        limited = self.filtered(lambda order: order.company_id.account_use_credit_limit)
        limited._sop_touch_customers()
        return super()._sop_check_confirm()

    def _sop_touch_customers(self):
        """Update the customers' other contracts too, so that simultaneous gates see one another."""
        customers = self.partner_id.commercial_partner_id
        if customers:
            self.env["sop.contract"].sudo().search(
                [("partner_id", "in", customers.ids), ("company_id", "in", self.company_id.ids)]
            )._touch()

    def action_sop_submit_credit(self):
        """Ask the finance VP to let these orders exceed their customers' credit limits (C7)."""
        self.submit_approval("credit")
        return True

    def _check_submission(self, route_code):
        if route_code != "credit":
            return super()._check_submission(route_code)
        if self.state not in ("draft", "sent") or not self._sop_credit_sentence():
            raise UserError(
                self.env._("%s needs no credit approval: it is within the limit.", self.name)
            )
        if self._sop_credit_state() in ("pending", "approved"):
            raise UserError(self.env._("%s is already submitted.", self.name))


class SopApprovalStep(models.Model):
    """What the customer may owe by a decision on credit: more is asked again (C7)."""

    _inherit = "sop.approval.step"

    credit_exposure = fields.Float(
        string="Approved Exposure",
        digits=0,
        readonly=True,
        help="What the customer would owe, in the company's currency, when credit was asked for.",
    )
