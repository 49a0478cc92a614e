from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang

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
        [
            ("none", "Not Submitted"),
            ("pending", "Waiting for Approval"),
            ("approved", "Approved"),
            ("refused", "Refused"),
            ("stale", "Changed Since Submission"),
        ],
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
        if route.code != "application":
            return steps
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
        if sentence := self._sop_credit_sentence():
            role = self.env.ref(CREDIT_ROLE)
            steps.append({"group_id": role.id, "reason": sentence, "rules": "C7"})
        return [{"stage": 1, **values} for values in steps]

    @api.model
    def _sop_add_step(self, steps, values):
        """Add a step, or its question to the step that the same role has anyway."""
        for step in steps:
            if step["group_id"] == values["group_id"]:
                step["reason"] = " ".join(filter(None, [step.get("reason"), values["reason"]]))
                step["rules"] = " ".join(filter(None, [step.get("rules"), values["rules"]]))
                step["answer_required"] = step.get("answer_required") or values.get(
                    "answer_required", False
                )
                return
        steps.append(values)

    # -- stock (A2) ----------------------------------------------------------------------------

    def _sop_shortages(self):
        """Return ``[(product, needed, free)]`` of the goods that are not in stock."""
        needed = {}
        for line in self._sop_product_lines():
            if line.product_id.is_storable:
                quantity = line.product_uom_id._compute_quantity(
                    line.product_uom_qty, line.product_id.uom_id
                )
                needed[line.product_id] = needed.get(line.product_id, 0.0) + quantity
        shortages = []
        for product, quantity in needed.items():
            free = product.with_context(warehouse_id=self.warehouse_id.id).free_qty
            if product.uom_id.compare(quantity, free) > 0:
                shortages.append((product, quantity, free))
        return shortages

    def _sop_shortage_text(self):
        return " ".join(
            self.env._(
                "%(product)s: %(needed).12g are needed, %(free).12g are free in stock.",
                product=product.display_name,
                needed=needed,
                free=max(0.0, free),
            )
            for product, needed, free in self._sop_shortages()
        )

    # -- credit (C7) ---------------------------------------------------------------------------

    @api.depends("amount_total", "partner_id", "approval_ids.state", "state")
    def _compute_sop_credit(self):
        for order in self:
            governed = order._sop_is_governed()
            order.sop_credit_state = order._approval_state("credit") if governed else "none"
            waits = governed and order.state in ("draft", "sent")
            order.sop_over_credit = waits and bool(order._sop_credit_sentence())

    def _sop_credit_sentence(self):
        """Say by how much the order exceeds the customer's credit limit; False if it does not.

        Exposure = open receivables + confirmed and not invoiced + this order, of the commercial
        partner, in the company's currency. Odoo's own credit limit is what it is compared with.
        """
        self.ensure_one()
        company = self.company_id
        if not company.account_use_credit_limit:
            return False
        customer = self.partner_id.commercial_partner_id.sudo().with_company(company)
        limit = customer.credit_limit
        if limit <= 0:
            return False
        exposure = self._sop_exposure(customer)
        currency = company.currency_id
        if currency.compare_amounts(exposure, limit) <= 0:
            return False
        return self.env._(
            "%(customer)s would owe %(exposure)s with this order; the credit limit is %(limit)s.",
            customer=customer.display_name,
            exposure=formatLang(self.env, exposure, currency_obj=currency),
            limit=formatLang(self.env, limit, currency_obj=currency),
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
            today = fields.Date.context_today(self)
            open_amount += self.currency_id._convert(
                self.amount_total, currency, self.company_id, today
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

    def _sop_credit_is_approved(self):
        """Whether the finance VP has approved this order's credit, at review or on its own."""
        if self._is_approved("credit"):
            return True
        application = self._approval_for("application")
        return any(
            "C7" in (step.rules or "").split() and step.state == "approved"
            for step in application.step_ids
        )

    def _confirm_blockers(self):
        blockers = super()._confirm_blockers()
        if blockers or not self._sop_is_governed() or self.state not in ("draft", "sent"):
            return blockers
        sentence = self._sop_credit_sentence()
        if sentence and not self._sop_credit_is_approved():
            remedy = {
                "pending": self.env._("It waits for the finance VP."),
                "refused": self.env._("The finance VP refused it: money has to come first."),
            }.get(
                self._approval_state("credit"),
                self.env._("Ask for credit approval, or let the customer pay first."),
            )
            blockers.append(("C7", f"{sentence} {remedy}"))
        return blockers

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
        if self._approval_state("credit") in ("pending", "approved"):
            raise UserError(self.env._("%s is already submitted.", self.name))
