from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_repr, format_list, formatLang, split_every
from odoo.tools.constants import PREFETCH_MAX

from .sop_approval_mixin import DOCUMENT_STATES
from .sop_policy_term import SALES_MODES
from .wording import paragraph

# What Odoo itself writes when it confirms.
CONFIRMING_FIELDS = frozenset({"state", "date_order", "locked"})
# A change of one of these changes what was agreed (A3).
CONTENT_FIELDS = frozenset(
    {
        "partner_id",
        "partner_invoice_id",
        "currency_id",
        "pricelist_id",
        "payment_term_id",
        "company_id",
        "sop_sales_mode",
        "order_line",
    }
)


class SaleOrder(models.Model):
    """Quotations are submitted, approved (A1) and rest on an effective contract (K1, K2)."""

    _name = "sale.order"
    _inherit = ["sale.order", "sop.approval.mixin", "sop.protected.mixin"]
    # Within the salesperson's authority nobody is asked (P3).
    _free_routes = frozenset({"application"})

    sop_governed = fields.Boolean(
        string="Under the Sales Policy", compute="_compute_sop_governed", compute_sudo=True
    )
    sop_sales_mode = fields.Selection(
        SALES_MODES,
        string="Kind of Sale",
        default="direct",
        required=True,
        help="The sales policy says per kind of sale which gates apply (P5).",
    )
    sop_contract_id = fields.Many2one(
        "sop.contract",
        string="Contract",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    sop_opening = fields.Boolean(
        string="Agreed Before the First Policy",
        readonly=True,
        copy=False,
        help="The order was confirmed before the company's first sales policy and goes on as it "
        "was agreed.",
    )
    sop_opening_hash = fields.Char(
        readonly=True, copy=False, help="Hash of the content agreed before the first policy."
    )
    sop_application_state = fields.Selection(
        DOCUMENT_STATES,
        string="Application",
        compute="_compute_sop_application_state",
        compute_sudo=True,
        search="_search_sop_application_state",
        groups="base.group_user",
    )
    sop_blockers = fields.Text(
        string="Not Confirmed Because",
        compute="_compute_sop_blockers",
        compute_sudo=True,
        help="Why the quotation cannot be confirmed now, one reason a line.",
        groups="base.group_user",
    )
    sop_invoice_gate_percent = fields.Float(
        related="sop_contract_id.invoice_gate_percent", string="Collected Before Invoice (%)"
    )

    @api.model
    def _sop_protected_fields(self):
        amounts = {"amount_untaxed", "amount_tax", "amount_total"}
        return super()._sop_protected_fields() | {
            "sop_contract_id",
            "sop_opening",
            "sop_opening_hash",
            *amounts,
        }

    def _sop_computed_fields(self):
        return super()._sop_computed_fields() | {"currency_rate"}

    # -- computed ------------------------------------------------------------------------------

    @api.depends("company_id", "sop_opening")
    def _compute_sop_governed(self):
        for order in self:
            order.sop_governed = order._sop_is_governed()

    @api.depends("approval_ids.state", "order_line.price_total", "partner_id")
    def _compute_sop_application_state(self):
        for order in self:
            order.sop_application_state = (
                order._approval_state("application") if order._sop_is_governed() else "none"
            )

    def _search_sop_application_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._search_approval_state("application", value)

    @api.depends("sop_application_state", "sop_contract_id.state", "state")
    def _compute_sop_blockers(self):
        gate = self.env["sop.gate"]
        for order in self:
            waits = order._sop_is_governed() and order.state in ("draft", "sent")
            blockers = order._confirm_blockers() if waits else []
            order.sop_blockers = gate._blockers_text(blockers)

    # -- gate ----------------------------------------------------------------------------------

    def _sop_is_governed(self):
        """Whether the rules apply: the company has a policy and the order is not older."""
        self.ensure_one()
        return not self.sop_opening and self.company_id._sop_is_governed()

    def _confirm_blockers(self):
        """Return ``[(rule_id, sentence)]``, why the order cannot be confirmed; empty = free."""
        self.ensure_one()
        if not self._sop_is_governed():
            return []
        state = self._approval_state("application")
        if state != "approved":
            return [("A1", self._application_sentence(state))]
        contract = self.sop_contract_id.sudo()
        if contract.state != "effective":
            return [("K2", self._contract_sentence(contract))]
        return []

    def _sop_without_contract_blockers(self):
        """Return ``[("K2", sentence)]`` of the orders that rest on no contract; all gates ask."""
        return [
            (
                "K2",
                self.env._(
                    "Order %s rests on no contract. Cancel it, and submit it as a quotation.",
                    order.name,
                ),
            )
            for order in self
            if not order.sop_contract_id and not order.sop_opening
        ]

    def _application_sentence(self, state):
        if state == "refused":
            return self.env._(
                "%(order)s was refused by %(reason)s — Change it and submit it again.",
                order=self.name,
                reason=self._approval_for("application")._refusal_reason(),
            )
        if state == "pending":
            return self.env._(
                "%(order)s is waiting for approval by %(roles)s.",
                order=self.name,
                roles=self._approval_for("application").waiting_for,
            )
        sentences = {
            "none": self.env._("%s has not been submitted. Submit it for approval."),
            "stale": self.env._(
                "%s has changed since it was approved or submitted. Submit it again, or undo the "
                "change."
            ),
        }
        return sentences[state] % self.name

    def _contract_sentence(self, contract):
        if contract._approval_state("contract") == "pending":
            return self.env._(
                "Contract %(contract)s of %(order)s is being countersigned and waits for "
                "%(roles)s.",
                contract=contract.number,
                order=self.name,
                roles=contract.waiting_for,
            )
        return self.env._(
            "%(order)s needs an effective contract, and contract %(contract)s is %(state)s. Send "
            "it for countersigning by the head of sales and finance.",
            order=self.name,
            contract=contract.number or "—",
            state=dict(contract._fields["state"]._description_selection(self.env)).get(
                contract.state, "—"
            ),
        )

    def _sop_free(self):
        """Return those of these orders that may be confirmed."""
        return self.filtered(lambda order: not order._confirm_blockers())

    def _sop_check_confirm(self):
        """Raise unless these orders may be confirmed; keep simultaneous gates apart."""
        governed = self.filtered(lambda order: order._sop_is_governed())
        if not governed:
            return
        governed.sudo().sop_contract_id._touch()
        self.env["sop.gate"]._raise_if_blocked(
            {order: order._confirm_blockers() for order in governed}
        )
        for order in governed.sudo():
            order._sop_product_lines()._sop_freeze_goods()
        governed._sop_finish_to_do()

    def _sop_confirm_summary(self):
        """Say to the salesperson, in their language, that the order can be confirmed."""
        contract = self.sop_contract_id
        lang = contract.user_id._sop_settings()["lang"]
        return self.with_context(lang=lang).env._(
            "Contract %(contract)s is effective: confirm %(order)s",
            contract=contract.number,
            order=self.name,
        )

    def _sop_finish_to_do(self):
        """Nobody has to confirm these orders any more."""
        activity_type = self.env["ir.model.data"]._xmlid_to_res_id(
            "sales_sop.mail_activity_confirm", raise_if_not_found=False
        )
        self.env["mail.activity"].sudo()._sop_finish(
            [
                ("activity_type_id", "=", activity_type),
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
            ]
        )

    # -- hooks ---------------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        for order in orders:
            if order.state not in ("draft", "sent", "cancel") and order._sop_is_governed():
                raise UserError(
                    self.env._(
                        "%s cannot be created as a confirmed order. Create a quotation, submit it "
                        "and confirm it when it is approved.",
                        order.name,
                    )
                )
        return orders

    def write(self, vals):
        if vals.get("state") == "sale" and not CONFIRMING_FIELDS.issuperset(vals):
            # First the content, then the gate: it must judge what is confirmed.
            self.write({name: vals[name] for name in vals if name not in CONFIRMING_FIELDS})
            return self.write({name: vals[name] for name in vals if name in CONFIRMING_FIELDS})
        if "company_id" in vals:
            self._sop_check_company_stays(vals["company_id"])
        if "name" in vals and not self.env.su:
            self._sop_check_number_stays(vals["name"])
        self._sop_before_state(vals.get("state"))
        recounted = self._sop_recounted(vals["state"]) if "state" in vals else None
        result = super().write(vals)
        if recounted:
            recounted._recount()
        if not self._sop_content_fields().isdisjoint(vals):
            self._sop_check_content()
        return result

    def _sop_recounted(self, state):
        """Return the contracts whose total changes when these orders come into ``state``."""
        orders = self.sudo().filtered(
            lambda order: (
                order.sop_contract_id.kind == "frame"
                or (order.state == "cancel") != (state == "cancel")
            )
        )
        return orders.sop_contract_id

    def _sop_check_company_stays(self, company_id):
        """A confirmed order would come into a company with a policy without its rules (A1).

        One that was submitted would leave its contract behind.
        """
        bound = self.sudo().filtered(
            lambda order: (
                order.company_id.id != company_id
                and (order.state == "sale" or order.sop_contract_id)
            )
        )
        if bound and self.env["sop.policy"]._governed_company_ids():
            raise UserError(
                self.env._(
                    "%s was submitted or confirmed and stays in its company. Cancel it and make a "
                    "new one.",
                    format_list(self.env, bound.mapped("name")),
                )
            )

    def _sop_check_number_stays(self, number):
        """Papers and their archive name an order by its number (K6)."""
        self.check_access("write")
        bound = self.sudo().filtered(lambda order: order.sop_contract_id and order.name != number)
        if bound:
            raise UserError(
                self.env._(
                    "%s was submitted and keeps its number.",
                    format_list(self.env, bound.mapped("name")),
                )
            )

    @api.model
    def _sop_content_fields(self):
        """Names of the fields of which a change is a change of what was agreed (A3)."""
        return CONTENT_FIELDS

    def _sop_before_state(self, state):
        """The law of confirmation and cancellation: every way to them ends in ``write``."""
        if state == "sale":
            self.company_id._sop_recall()
            self.filtered(lambda order: order.state != "sale")._sop_check_confirm()
        elif state in ("draft", "sent", "cancel"):
            # Taken up again, the order is a new one and follows the rules.
            self.sudo().filtered("sop_opening").write(
                {"sop_opening": False, "sop_opening_hash": False}
            )
            confirmed = self.filtered(
                lambda order: order.state == "sale" and order._sop_is_governed()
            )
            if state != "cancel" and confirmed:
                raise UserError(
                    self.env._(
                        "%s is confirmed. Cancel it before you set it back to a quotation.",
                        format_list(self.env, confirmed.mapped("name")),
                    )
                )
            if state == "cancel":
                self._sop_on_cancel()

    def _sop_on_cancel(self):
        """A cancelled order's approvals are void; so is its contract when no order is left."""
        with_approvals = self.sudo().filtered("approval_ids")
        if with_approvals:
            with_approvals._sop_finish_to_do()
        for order in with_approvals:
            order._supersede_approvals()
            contract = order.sop_contract_id
            left = contract.order_ids.filtered(lambda other: other.state != "cancel") - self.sudo()
            if not left:
                contract._cancel()

    def _sop_check_content(self):
        """What an effective contract says cannot be changed on its orders (A3)."""
        self.sudo().filtered("sop_opening_hash")._sop_check_opening_content()
        for order in self.sudo():
            contract = order.sop_contract_id
            if contract.state not in ("effective", "closed") or order.state == "cancel":
                continue
            contract._touch()
            if not order._is_approved("application"):
                raise UserError(
                    self.env._(
                        "%(order)s rests on the effective contract %(contract)s: products, "
                        "quantities, prices, discounts, taxes, customer and terms cannot change. "
                        "Press “Amend” on the order to have them changed, or cancel the order and "
                        "submit it again.",
                        order=order.name,
                        contract=contract.number,
                    )
                )

    def _sop_mark_opening(self):
        """Let these confirmed orders go on as they were agreed before the first policy.

        They can be those of many years, so what was read of them is forgotten on the way.
        """
        for ids in split_every(PREFETCH_MAX, self.ids):
            for order in self.with_context(tracking_disable=True).browse(ids):
                content = order._approval_content("application")
                order.write({"sop_opening": True, "sop_opening_hash": order._hash_content(content)})
            self.env.invalidate_all()

    def _sop_invoiced(self):
        """Return ``(amount, roundings)`` posted for the order, less credit notes, with tax."""
        self.ensure_one()
        posted = self.order_line.invoice_lines.filtered(
            lambda line: line.parent_state == "posted" and line._sop_is_rounded()
        )
        return sum(self.order_line.mapped("amount_invoiced")), len(posted)

    def _sop_check_opening_content(self):
        """What was agreed before the first policy does not change either (A3)."""
        for order in self:
            if order._approval_hash("application") != order.sop_opening_hash:
                raise UserError(
                    self.env._(
                        "%s was agreed before the first sales policy: products, quantities, "
                        "prices, discounts, taxes, customer and terms cannot change. Cancel the "
                        "order and submit it with the new content.",
                        order.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_submitted(self):
        for order in self.sudo():
            if order.approval_ids or order.sop_contract_id:
                raise UserError(
                    self.env._(
                        "%s has been submitted for approval and is kept. Cancel it instead.",
                        order.name,
                    )
                )

    def _validate_order(self):
        """Portal and website call this after a signature: a blocked order waits, nothing fails."""
        free = self._sop_free()
        for order in self - free:
            order._sop_notify_waiting()
        return super(SaleOrder, free)._validate_order() if free else None

    def _sop_notify_waiting(self):
        self.sudo().message_post(
            body=self.env._(
                "The customer has accepted; the order waits: %s", self._blockers_line()
            ),
            partner_ids=self.user_id.partner_id.ids,
            subtype_xmlid="mail.mt_note",
        )

    def _blockers_line(self):
        return paragraph(self.env, [sentence for rule, sentence in self._confirm_blockers()])

    def _has_to_be_signed(self):
        return super()._has_to_be_signed() and self._sop_is_offered()

    def _has_to_be_paid(self):
        return super()._has_to_be_paid() and self._sop_is_offered()

    def _sop_is_offered(self):
        """Whether the customer may accept: the offer is approved (A1)."""
        return not self._sop_is_governed() or self._is_approved("application")

    # -- application (A1) ----------------------------------------------------------------------

    def action_sop_submit(self):
        """Submit these quotations: their contract is made and the application route starts."""
        self.check_access("write")
        self.submit_approval("application")
        return True

    def action_sop_open_contract(self):
        """Open the contract of this order."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sop.contract",
            "res_id": self.sop_contract_id.id,
            "view_mode": "form",
        }

    def _check_submission(self, route_code):
        if self.state not in ("draft", "sent"):
            raise UserError(self.env._("%s is not a quotation any more.", self.name))
        contract = self.sop_contract_id.sudo()
        if contract.state in ("effective", "closed") and not self._sop_is_call_off():
            raise UserError(
                self.env._(
                    "Contract %(contract)s of %(order)s is already effective; there is nothing to "
                    "approve again.",
                    contract=contract.number,
                    order=self.name,
                )
            )
        if self._approval_state("application") in ("pending", "approved"):
            raise UserError(self.env._("%s is already submitted.", self.name))
        if not self._sop_product_lines():
            raise UserError(
                self.env._("%s has no products. Add what is to be sold first.", self.name)
            )
        if self.amount_total < 0:
            raise UserError(
                self.env._(
                    "%s has a negative total. Take goods back with a return and a credit note.",
                    self.name,
                )
            )

    def _before_submission(self, route):
        if route.code == "application":
            self._sop_product_lines()._sop_freeze_receipt()
            self._sop_prepare_contract()
        return super()._before_submission(route)

    def _sop_prepare_contract(self):
        """Make or refresh the draft contract and freeze the policy's terms on it (P4, P5)."""
        self.ensure_one()
        values = self._prepare_sop_contract_values()
        contract = self.sop_contract_id
        if not contract:
            number = contract._next_number(self.company_id)
            # The total is what it will be with the order, so that it is written once.
            total = {"amount_total": self.amount_total}
            values = {"number": number, "state": "draft", **values, **total}
            # The order's own history says that it was submitted.
            quiet = contract.with_context(mail_create_nolog=True, tracking_disable=True)
            if not values["contract_required"]:
                # Nobody discusses a contract without a paper of its own.
                quiet = quiet.with_context(mail_create_nosubscribe=True)
            self.sop_contract_id = quiet.create(values).with_env(self.env)
            return
        if contract.state == "cancelled":
            contract._set_state("draft")
        contract._supersede_approvals()
        contract.activity_unlink(["sales_sop.mail_activity_approval"])
        contract.write(values)

    def _prepare_sop_contract_values(self):
        today = self.company_id._sop_today()
        policy = self.env["sop.policy"]._in_force(self.company_id, today)
        if not policy:
            raise UserError(
                self.env._(
                    "%(company)s has no sales policy in force on %(date)s, so %(order)s cannot be "
                    "submitted yet.",
                    company=self.company_id.name,
                    date=today,
                    order=self.name,
                )
            )
        # Not the order's own rate: its date, and so its rate, can be written.
        rate = self.env["res.currency"]._get_conversion_rate(
            self.company_id.currency_id, self.currency_id, self.company_id, today
        )
        amount = self.amount_total / rate
        products = self._sop_product_lines().product_id
        term = self.env["sop.policy.term"]._match(
            policy,
            self.sop_sales_mode,
            amount,
            products,
            self.name,
            self._sop_judged_type(),
        )
        return {
            "kind": self.sop_sales_mode,
            "partner_id": self.partner_id.commercial_partner_id.id,
            "company_id": self.company_id.id,
            "currency_id": self.currency_id.id,
            "currency_rate": rate,
            "user_id": self.user_id.id,
            "policy_id": policy.id,
            "term_id": term.id,
            **self._sop_frozen_terms(term),
        }

    def _sop_frozen_terms(self, term):
        """Return what the policy's ``term`` says and the contract keeps (P5).

        Also when an amendment of a quotation freezes it anew; what an order itself makes stricter
        is said by overriding this.
        """
        names = (
            "contract_required",
            "prepayment_percent",
            "first_payment_percent",
            "invoice_gate_percent",
        )
        return {name: term[name] for name in names}

    def _sop_product_lines(self):
        """Return the lines that say what is sold.

        Titles, notes, options that the customer did not take, and the lines that Odoo adds later
        with quantity zero, such as down payments, are not part of what was agreed.
        """
        lines = self.order_line
        sold = lines.filtered(
            lambda line: not line.display_type and (line.product_uom_qty or line._sop_is_sold())
        )
        # Of many orders, what the lines refer to is read at once.
        return sold.with_prefetch(lines._prefetch_ids)

    def _approval_content(self, route_code):
        """What is agreed: lines, customer, currency, payment terms, kind of sale (A3)."""
        self.ensure_one()
        return {
            "company": self.company_id.id,
            "partner": self.partner_id.id,
            "invoice_partner": self.partner_invoice_id.id,
            "currency": self.currency_id.id,
            "payment_term": self.payment_term_id.id,
            "sales_mode": self.sop_sales_mode,
            "lines": sorted(line._sop_content() for line in self._sop_product_lines()),
        }

    def _read_contents(self):
        lines = self.order_line
        for name in ("tax_ids", "product_no_variant_attribute_value_ids", "product_id"):
            lines.mapped(name)
        return super()._read_contents()

    def _approval_values(self, route_code):
        return super()._approval_values(route_code) | {
            "currency_id": self.currency_id.id,
            "amount": self.amount_total,
        }

    def _approval_summary(self, route_code):
        def money(amount):
            return formatLang(self.env, amount, currency_obj=self.currency_id)

        lines = self._sop_product_lines()
        lines.product_uom_id._sop_recall()
        columns = {
            self.env._("Product"): [line.product_id.display_name or line.name for line in lines],
            self.env._("Quantity"): [
                f"{line.product_uom_qty:.12g} {line.product_uom_id.name or ''}" for line in lines
            ],
            self.env._("Unit Price"): [money(line.price_unit) for line in lines],
        }
        if any(lines.mapped("discount")):
            columns[self.env._("Discount")] = [
                f"{float_repr(line.discount, 2)} %" for line in lines
            ]
        columns[self.env._("Total")] = [money(line.price_total) for line in lines]
        return self._approval_table(columns, zip(*columns.values()))

    def _approval_step_reason(self, route_step):
        """The policy's term says who reviews every application of its kind (A1)."""
        reason = super()._approval_step_reason(route_step)
        if reason is None and route_step.group_id in self.sop_contract_id.term_id.review_group_ids:
            return ""
        return reason

    def _on_approvals_approved(self, approvals):
        """Contracts without a paper of their own become effective, all at once."""
        applied = approvals.filtered(lambda approval: approval.code == "application")
        orders = self.browse(applied.mapped("res_id")).filtered(
            lambda order: (
                not order._sop_is_call_off() and not order.sop_contract_id.contract_required
            )
        )
        # The orders' own histories say who approved them.
        orders.sop_contract_id.with_context(tracking_disable=True)._make_effective(orders)
        rest = approvals.filtered(
            lambda approval: approval not in applied or approval.res_id not in orders.ids
        )
        return super(SaleOrder, self - orders)._on_approvals_approved(rest)

    def _on_approval_approved(self, approval):
        if approval.code == "application":
            self.sop_contract_id._sop_remind_to_submit()
