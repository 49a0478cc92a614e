from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import float_repr, format_date, formatLang

from .sop_amendment import EDITABLE_STATES, TERMS
from .wording import enumerated, in_brackets

# Who countersigns a supplement like the contract itself (K2).
COUNTERSIGNING = ("sales_sop.group_sales_head", "sales_sop.group_finance")


class SopAmendment(models.Model):
    """What is submitted, when it may be, and who decides it (A3, P4, P7)."""

    _inherit = "sop.amendment"
    _free_routes = frozenset({"amendment"})

    # -- content -------------------------------------------------------------------------------

    def _approval_content(self, route_code):
        """The order as it is now, and what it shall become; a change of either is stale."""
        self.ensure_one()
        order = self.order_id
        return {
            "kind": order._sop_amendment_kind(),
            "order": [order.id, order._is_approved("application")],
            "old": order._approval_content("application"),
            "old_date": fields.Datetime.to_string(order.commitment_date) or "",
            "reason": self.reason,
            "policy": [self.policy_basis, self.policy_id.id, self.term_id.id],
            "new": {
                "payment_term": self.payment_term_id.id,
                "invoice_partner": self.partner_invoice_id.id,
                "date": fields.Datetime.to_string(self.commitment_date) or "",
                "lines": [line._content() for line in self.line_ids.sorted("id")],
                "amounts": [float_repr(amount, 6) for amount in self._new_amounts()],
            },
        }

    def _approval_holds(self, approval):
        """An amendment in force has become the order's content and does not change any more."""
        if approval.code == "amendment" and self.state == "applied":
            return approval.state == "approved"
        return super()._approval_holds(approval)

    def _approval_values(self, route_code):
        return super()._approval_values(route_code) | {
            "amount": self.amount_new,
            "currency_id": self.currency_id.id,
        }

    def _approval_amount_company(self, values):
        """What is taken back weighs as much as what is added: the larger total counts."""
        larger = max(abs(self.amount_old), abs(self.amount_new))
        return super()._approval_amount_company({**values, "amount": larger})

    # -- submission ----------------------------------------------------------------------------

    def _prepare_submission(self, route_code):
        self.ensure_one()
        self.check_access("read")
        if self.state in EDITABLE_STATES:
            self.sudo()._refresh_old()
        return super()._prepare_submission(route_code)

    def _check_submission(self, route_code):
        self._check_editable()
        self.sudo().order_id._sop_check_amendable()
        problems = self.sudo()._submission_problems()
        if problems:
            raise UserError("\n".join(problems))

    def _submission_problems(self):
        """Return everything that keeps the amendment from being submitted, as sentences."""
        self.ensure_one()
        problems = []
        other = self.search([("order_id", "=", self.order_id.id), ("state", "=", "pending")])
        if other:
            problems.append(
                self.env._(
                    "%(order)s already has an amendment under approval: %(other)s. Wait until it "
                    "is decided, or withdraw it.",
                    order=self.order_id.name,
                    other=other[0].number,
                )
            )
        if not (self.reason or "").strip():
            problems.append(self.env._("Say why the agreement changes."))
        if not self._changes_anything():
            problems.append(
                self.env._("%s changes nothing. Enter the new values.", self.display_name)
            )
        return problems + self._limit_problems()

    def _changes_anything(self):
        terms = any(self[name] != self[f"old_{name}"] for name in TERMS)
        return terms or any(line.change != "same" for line in self.line_ids)

    def _limit_problems(self):
        """What has left, was accepted or is invoiced cannot be taken back by an amendment."""
        self.ensure_one()
        problems = [problem for line in self.line_ids for problem in line._limit_problems()]
        return problems + self._total_problems()

    def _total_problems(self):
        if self.currency_id.compare_amounts(self.amount_new, 0.0) < 0:
            return [
                self.env._(
                    "The new total of %s would be negative. Take goods back with a return and a "
                    "credit note.",
                    self.order_id.name,
                )
            ]
        contract = self.contract_id
        invoiced, roundings = contract._invoiced().get(contract.id, (0.0, 0.0))
        total = self._new_contract_total()
        if self.currency_id._sop_compare(invoiced, total, roundings) <= 0:
            return []
        return [
            self.env._(
                "%(invoiced)s of contract %(contract)s is invoiced, more than the new total of "
                "%(total)s. Make a credit note first.",
                invoiced=contract._format(invoiced),
                contract=contract.number,
                total=contract._format(total),
            )
        ]

    def _before_submission(self, route):
        self.contract_id._touch()
        policy = self._judging_policy()
        term = self._matching_term(policy)
        self._check_term(term)
        self._set_state(
            "pending",
            number=self.number or self._next_number(),
            kind=self.order_id._sop_amendment_kind(),
            policy_id=policy.id,
            term_id=term.id,
            requested_by_id=self.env.uid,
            requested_on=fields.Datetime.now(),
        )
        return super()._before_submission(route)

    def _next_number(self):
        """Return the contract's number and the amendment's number in it."""
        counted = self.search_count(
            [("contract_id", "=", self.contract_id.id), ("number", "!=", False)]
        )
        return f"{self.contract_id.number}-{counted + 1:02d}"

    def _judging_policy(self):
        """Return the contract's policy, or the one in force today when that is asked for (P4)."""
        if self.policy_basis == "original":
            return self.contract_id.policy_id
        today = self.company_id._sop_today()
        return self.env["sop.policy"]._in_force(self.company_id, today)

    def _matching_term(self, policy):
        """Return the line of the policy that the new content matches."""
        amount = self.amount_new / self.contract_id.currency_rate
        lines = self.line_ids.filtered(lambda line: not line.removed)
        return self.env["sop.policy.term"]._match(
            policy,
            self.order_id.sop_sales_mode,
            amount,
            lines.product_id,
            self.display_name,
            self._judged_type(),
        )

    def _judged_type(self):
        """Return the type the new content is judged as: a service with goods is a sale (P5)."""
        products = self.line_ids.filtered(lambda line: not line.removed).product_id
        terms = self.env["sop.policy.term"]
        return terms._type_of_goods(self.order_id.sop_order_type, products)

    def _check_term(self, term):
        """What was freed of a contract or of delivery orders does not grow into what needs them."""
        contract = self.contract_id
        if contract.state != "effective":
            return
        frees = {"contract_required": "K1", "delivery_approval": "D1"}
        missing = [rule for name, rule in frees.items() if term[name] and not contract[name]]
        if missing:
            raise UserError(
                self.env._(
                    "%(contract)s is free of what the new content would need by “%(term)s” of the "
                    "sales policy (%(rules)s). Sell what is added with an order of its own.",
                    contract=contract.number,
                    term=term.name,
                    rules=enumerated(self.env, missing),
                )
            )

    # -- who decides ---------------------------------------------------------------------------

    def _approval_step_reason(self, route_step):
        """Reviewers by the policy's term, prices by its authorities, countersigning (K2)."""
        reason = super()._approval_step_reason(route_step)
        if reason is not None:
            return reason
        group = route_step.group_id
        if group in (self.term_id | self.contract_id.term_id).review_group_ids:
            return ""
        written = self.kind == "contract" and self.contract_id.contract_required
        if written and group in self._countersigning_groups():
            return ""
        return None

    def _countersigning_groups(self):
        groups = self.env["res.groups"]
        for name in COUNTERSIGNING:
            groups |= self.env.ref(name)
        if any((self.term_id | self.contract_id.term_id).mapped("legal_review")):
            groups |= self.env.ref("sales_sop.group_legal")
        return groups

    def _on_approval_refused(self, approval):
        self._set_state("refused")
        return super()._on_approval_refused(approval)

    def _on_approval_withdrawn(self, approval):
        self._set_state("draft")
        return super()._on_approval_withdrawn(approval)

    # -- what the approvers see ----------------------------------------------------------------

    def _read_contents(self):
        for name in ("tax_ids", "old_tax_ids"):
            self.line_ids.mapped(name)
        self.order_id._read_contents()
        return super()._read_contents()

    def _approval_summary(self, route_code):
        return Markup("%s%s") % (
            self._approval_table(
                [self.env._("Product"), self.env._("Change"), self.env._("Old"), self.env._("New")],
                self._changed_rows(),
            ),
            self._approval_table(
                [self.env._("Reason"), self.env._("Old Total"), self.env._("New Total")],
                [
                    (
                        self.reason or "",
                        self._money(self.amount_old),
                        in_brackets(
                            self.env,
                            self._money(self.amount_new),
                            self._signed(self.amount_change),
                        ),
                    )
                ],
            ),
        )

    def _changed_rows(self):
        """Return ``(product, what, old, new)`` of every value that changes."""
        lines = self.line_ids.filtered(lambda line: line.change != "same")
        return [row for line in lines for row in line._summary_rows()] + self._term_rows()

    def _money(self, amount):
        return formatLang(self.env, amount, currency_obj=self.currency_id)

    def _signed(self, amount):
        sign = "+" if self.currency_id.compare_amounts(amount, 0.0) > 0 else ""
        return f"{sign}{self._money(amount)}"

    def _term_rows(self):
        """Return ``(product, what, old, new)`` of the terms that change."""
        rows = []
        for name in TERMS:
            old, new = self[f"old_{name}"], self[name]
            if old == new:
                continue
            label = self.order_id._fields[name]._description_string(self.env)
            rows.append(("", label, self._term_text(old), self._term_text(new)))
        return rows + self._stricter_rows()

    def _term_text(self, value):
        if isinstance(value, models.BaseModel):
            return value.display_name or "—"
        if isinstance(value, bool):
            return self.env._("Yes") if value else self.env._("No")
        if isinstance(value, float):
            return f"{value:.12g}"
        return format_date(self.env, value) if value else "—"


class SopAmendmentLine(models.Model):
    _inherit = "sop.amendment.line"

    def _limit_problems(self):
        """What has left, was accepted or is invoiced is the least that stays on the line."""
        self.ensure_one()
        line = self.order_line_id
        if self.change in ("changed", "new") and not self.removed:
            unit = self.product_uom_id
            if unit.compare(self.quantity, 0.0) <= 0 and self.quantity != self.old_quantity:
                return [
                    self.env._(
                        "%s: the quantity has to be positive. Mark the line as removed instead.",
                        self.product_id.display_name,
                    )
                ]
        if self.change not in ("changed", "removed"):
            return []
        return self._happened_problems(
            max(line.qty_delivered, line.qty_accepted), line.qty_invoiced_posted
        )

    def _happened_problems(self, delivered, invoiced):
        unit, least = self.old_product_uom_id, max(delivered, invoiced)
        if unit.compare(least, 0.0) <= 0:
            return []
        values = {
            "product": self.old_product_id.display_name,
            "delivered": f"{delivered:.12g}",
            "invoiced": f"{invoiced:.12g}",
            "unit": unit.name,
        }
        if self.removed or self._is_replaced() or self.product_uom_id != unit:
            return [
                self.env._(
                    "%(product)s: %(delivered)s %(unit)s are delivered and %(invoiced)s invoiced; "
                    "the line can be neither removed nor sold in another unit. Reduce its quantity "
                    "to what is delivered, and add a new line.",
                    **values,
                )
            ]
        if unit.compare(self.quantity, least) >= 0:
            return []
        return [
            self.env._(
                "%(product)s: %(delivered)s %(unit)s are delivered and %(invoiced)s invoiced; the "
                "new quantity of %(quantity)s would be less. Take goods back first, or enter more.",
                quantity=f"{self.quantity:.12g}",
                **values,
            )
        ]

    # -- what the approvers see ----------------------------------------------------------------

    def _summary_rows(self):
        """Return ``(product, what, old, new)`` per value that changes."""
        self.ensure_one()
        labels = dict(self._fields["change"]._description_selection(self.env))
        amendment = self.amendment_id
        name = (self.old_product_id or self.product_id).display_name
        if self.change in ("new", "removed"):
            old = self._side_text("old_") if self.old_product_id else "—"
            new = "—" if self.removed else self._side_text("")
            return [(name, labels[self.change], old, new)]
        rows = [
            (self._value_label(field), self._value_text(field, "old_"), self._value_text(field, ""))
            for field in self._changed_fields()
        ]
        amounts = amendment._money(self.old_total), amendment._money(self.price_total)
        if amounts[0] != amounts[1]:
            rows.append((self.env._("Total"), *amounts))
        return [(name if not index else "", *row) for index, row in enumerate(rows)]

    def _side_text(self, side):
        """Say one side of the line in one cell: quantity, price, discount, total."""
        total = self.old_total if side else self.price_total
        text = f"{self._value_text('quantity', side)} × {self._value_text('price_unit', side)}"
        if self[f"{side}discount"]:
            text += f" − {self._value_text('discount', side)}"
        return f"{text} = {self.amendment_id._money(total)}"

    def _value_label(self, name):
        return {
            "product_id": self.env._("Product"),
            "quantity": self.env._("Quantity"),
            "product_uom_id": self.env._("Unit"),
            "price_unit": self.env._("Unit Price"),
            "discount": self.env._("Discount"),
            "tax_ids": self.env._("Taxes"),
        }[name]

    def _value_text(self, name, side):
        value = self[f"{side}{name}"]
        if name == "quantity":
            return f"{value:.12g} {self[f'{side}product_uom_id'].name}"
        if name == "price_unit":
            return self.amendment_id._money(value)
        if name == "discount":
            return f"{float_repr(value, 2)} %"
        return enumerated(self.env, value.mapped("display_name")) or "—"
