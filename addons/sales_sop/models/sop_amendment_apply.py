from odoo import fields, models
from odoo.exceptions import UserError

from .sop_amendment import LINE_FIELDS, TERMS

# Who decided a step, and how.
DECISION_FIELDS = (
    "user_id",
    "on_behalf_of_id",
    "decided_as_id",
    "is_own",
    "decided_on",
    "comment",
)


class SopAmendment(models.Model):
    """The last approval applies the amendment, in the same transaction (A3)."""

    _inherit = "sop.amendment"

    def _on_approval_approved(self, approval):
        # Nothing that a client sends along decides how the order is written.
        context = {"lang": self.env.lang, "allowed_company_ids": self.company_id.ids}
        amendment = self.with_env(self.env(context=context))
        amendment._apply(approval.with_env(amendment.env))
        self.env.invalidate_all()

    def _apply(self, approval):
        """Write the order, carry the approvals over and tell everybody."""
        self.ensure_one()
        order, contract = self.order_id, self.contract_id
        contract._touch()
        order._sop_check_amendable()
        problems = self._limit_problems()
        if problems:
            raise UserError("\n".join(problems))
        credit = order._sop_credit_steps()
        with order._sop_amending():
            self._apply_terms()
            self._apply_stricter_terms()
            self.line_ids._apply()
            self.env.flush_all()
            self._check_applied()
            self._carry_approvals_over(approval, credit)
        order._sop_check_content()
        self._set_state("applied", applied_on=fields.Datetime.now())
        self._tell_applied()

    def _apply_terms(self):
        changed = {
            name: self._fields[name].convert_to_write(self[name], self)
            for name in TERMS
            if self[name] != self[f"old_{name}"]
        }
        if changed:
            self.order_id.write(changed)

    def _check_applied(self):
        """What the order says now is what was approved, to the last digit."""
        differing = [line for line in self.line_ids if not line._is_applied()]
        currency, discounted = self.currency_id, self.payment_term_id.early_discount
        total_differs = currency.compare_amounts(self.order_id.amount_total, self.amount_new)
        if differing or (total_differs and not discounted):
            raise UserError(
                self.env._(
                    "%(amendment)s cannot be applied: %(order)s would not become what was "
                    "approved (%(total)s instead of %(approved)s). Refuse it, so that it is "
                    "submitted again.",
                    amendment=self.number,
                    order=self.order_id.name,
                    total=self._money(self.order_id.amount_total),
                    approved=self._money(self.amount_new),
                )
            )

    # -- approvals -----------------------------------------------------------------------------

    def _carry_approvals_over(self, approval, credit):
        """The new content is what is approved and countersigned from now on.

        ``credit`` are the steps that approved the order's credit before; they hold for what they
        were given for, whatever the order says now (C7).
        """
        order, contract = self.order_id, self.contract_id
        self._replace_approval(order, "application", approval, credit)
        if self.kind == "quotation":
            self._restart_contract()
        elif contract._approval_for("contract").state == "approved":
            self._replace_approval(contract, "contract", approval)

    def _replace_approval(self, document, route_code, approval, kept=()):
        """Supersede an approval by one that carries the new content and the same decisions."""
        replaced = document._approval_for(route_code)
        document._supersede_approvals([route_code])
        content = document._approval_content(route_code)
        values = document._approval_values(route_code)
        self.env["sop.approval"].create(
            {
                "route_id": replaced.route_id.id,
                "code": route_code,
                "res_model": document._name,
                "res_id": document.id,
                "state": "approved",
                "requested_by_id": approval.requested_by_id.id,
                "requested_on": approval.requested_on,
                "decided_on": fields.Datetime.now(),
                "content": content,
                "content_hash": document._hash_content(content),
                "submitted_summary": document._approval_summary(route_code),
                "price_rows": approval.price_rows,
                "step_ids": [
                    fields.Command.create(self._prepare_carried_step(step))
                    for step in (*approval.step_ids, *kept)
                    if step.state == "approved"
                ],
                **values,
                "amount_company": document._approval_amount_company(values),
            }
        )
        document.invalidate_recordset(["approval_ids"])

    def _prepare_carried_step(self, step):
        ours = step.approval_id.res_model == self._name
        return {
            "stage": step.stage,
            "group_id": step.group_id.id,
            "reason": self.env._("Decided with amendment %s.", self.number)
            if ours
            else step.reason,
            "rules": step.rules,
            "credit_exposure": step.credit_exposure,
            "state": "approved",
            **{
                name: step._fields[name].convert_to_write(step[name], step)
                for name in DECISION_FIELDS
            },
        }

    def _restart_contract(self):
        """A changed quotation changes what is countersigned: its terms are frozen anew (P5, P7)."""
        contract, term = self.contract_id, self.term_id
        contract._supersede_approvals()
        contract.activity_unlink(["sales_sop.mail_activity_approval"])
        contract.write(
            {
                "policy_id": self.policy_id.id,
                "term_id": term.id,
                "order_type": self._judged_type(),
                **self.order_id._sop_frozen_terms(term),
            }
        )
        if contract.contract_required:
            contract._sop_remind_to_submit()
        else:
            contract._make_effective()

    # -- history -------------------------------------------------------------------------------

    def _tell_deliveries(self):
        """Who reads a delivery need not read its contract, so no amount is told there."""
        body = self.env._(
            "%(amendment)s is in force. %(reason)s", amendment=self.number, reason=self.reason
        )
        for picking in self.order_id.picking_ids:
            if picking.state not in ("done", "cancel"):
                picking.message_post(body=body, subtype_xmlid="mail.mt_note")

    def _tell_applied(self):
        """Write the change into the history of order, contract and open deliveries."""
        body = self.env._(
            "%(amendment)s is in force: %(old)s → %(new)s. %(reason)s",
            amendment=self.number,
            old=self._money(self.amount_old),
            new=self._money(self.amount_new),
            reason=self.reason,
        )
        for document in (self.order_id, self.contract_id):
            document.message_post(body=body, subtype_xmlid="mail.mt_note")
        self._tell_deliveries()
        people = self.requested_by_id | self.user_id
        self.message_notify(
            subject=self.env._("Amendment %s is in force", self.number),
            body=body,
            partner_ids=(people - self.env.user).partner_id.ids,
        )


class SopAmendmentLine(models.Model):
    _inherit = "sop.amendment.line"

    def _apply(self):
        """Write these lines to their order; a line of a confirmed order stays with quantity 0."""
        gone = self.filtered(lambda line: line.removed or line._is_replaced())
        for line in self.filtered(lambda line: line.change == "changed") - gone:
            line.order_line_id.write(line._prepare_order_line())
        confirmed = gone.order_line_id.filtered(lambda line: line.state == "sale")
        confirmed.write({"product_uom_qty": 0.0})
        dropped = gone.order_line_id - confirmed
        added = self.filtered(
            lambda line: not line.removed and (line.change == "new" or line._is_replaced())
        )
        for line in added:
            values = line._prepare_order_line()
            values |= {"order_id": line.amendment_id.order_id.id, "sequence": line.sequence}
            created = line.order_line_id.create(values)
            created._sop_freeze_receipt()
            line.order_line_id = created
        dropped.unlink()

    def _prepare_order_line(self):
        self.ensure_one()
        values = {
            origin: self._fields[name].convert_to_write(self[name], self)
            for name, origin in LINE_FIELDS.items()
            if name != "product_id" or self.product_id != self.old_product_id
        }
        values["tax_ids"] = [fields.Command.set(self.tax_ids.ids)]
        return values | {"technical_price_unit": self.price_unit}

    def _is_applied(self):
        self.ensure_one()
        line = self.order_line_id
        if self.removed:
            return not line or line.product_uom_qty == 0.0
        return all(
            self._comparable(self[name]) == self._comparable(line[origin])
            for name, origin in LINE_FIELDS.items()
        )
