from odoo import api, fields, models
from odoo.tools import format_amount, format_date, format_list

from .wording import paragraph


class SaleOrder(models.Model):
    """The chain panel: what is done, what blocks, whose turn it is."""

    _inherit = "sale.order"

    sop_chain = fields.Json(
        string="Sales Procedure",
        compute="_compute_sop_chain",
        compute_sudo=True,
        help="The steps from policy to invoice. Each step holds: key, label, state (done, current, "
        "blocked, waiting), who, when, text, and res_model with res_ids to open; the step "
        "collected also holds percent and gate (0-100), and a domain instead of res_ids.",
        groups="base.group_user",
    )

    @api.depends(
        "state",
        "sop_contract_id.state",
        "approval_ids.state",
        "picking_ids.state",
        "picking_ids.pod_state",
        "invoice_ids.state",
    )
    @api.depends_context("lang", "uid")
    def _compute_sop_chain(self):
        for order in self:
            order.sop_chain = order._sop_contract_is_told() and order.sudo()._sop_chain()

    def _sop_contract_is_told(self):
        """Whether it is the order's own contract, or one that the user reads.

        A form can name any other one before it is saved.
        """
        contract = self.sop_contract_id._origin
        own = self._origin.sop_contract_id
        return contract == own or contract._sop_is_told()

    def _sop_chain(self):
        """Return the panel's content; False when the rules do not apply to the order."""
        if not self or self.state == "cancel" or not self._sop_is_governed():
            return False
        steps = [step() for step in self._sop_chain_steps()]
        return {"steps": [self._sop_chain_clean(step) for step in steps]}

    def _sop_chain_steps(self):
        """Return the methods that describe the steps, in order; an addon inserts its own."""
        return self._sop_steps_to_do()

    def _sop_steps_to_do(self):
        """Return the methods of the steps that somebody has to do."""
        return [
            self._sop_chain_policy,
            self._sop_chain_application,
            self._sop_chain_contract,
            self._sop_chain_delivery,
            self._sop_chain_receipt,
            self._sop_chain_collected,
            self._sop_chain_invoice,
        ]

    def _sop_chain_clean(self, step):
        records = step.pop("records").sudo(False)
        when = step.get("when")
        return {
            "who": False,
            "text": False,
            **step,
            "when": format_date(self.env, when) if when else False,
            "res_model": records._name,
            "res_ids": records._filtered_access("read").ids,
            "domain": records.browse().has_access("read") and step.get("domain", False),
        }

    # -- steps ---------------------------------------------------------------------------------

    def _sop_chain_policy(self):
        policy = self.sop_contract_id.policy_id
        return {
            "key": "policy",
            "label": self.env._("Policy"),
            "state": "done" if policy else "waiting",
            "text": policy.name or self.env._("Fixed when the quotation is submitted."),
            "when": policy.date_from,
            "records": policy,
        }

    def _sop_chain_application(self):
        approval = self._approval_for("application")
        state = self._approval_state("application")
        step = {
            "key": "application",
            "label": self.env._("Application"),
            "records": approval,
            **self._sop_chain_of_approval(approval, state),
        }
        if state in ("none", "refused", "stale"):
            step["text"] = self._application_sentence(state)
        if state == "none" and self.state != "cancel":
            step["state"] = "current"
        return step

    def _sop_chain_of_approval(self, approval, state):
        """State, who, when and text of a step that is an approval."""
        decided = approval.step_ids.filtered("user_id")
        who = format_list(self.env, decided.user_id.mapped("name"))
        if state == "approved":
            return {"state": "done", "who": who, "when": approval.decided_on}
        if state == "pending":
            text = self.env._("Waits for %s.", approval.waiting_for)
            return {"state": "current", "who": who, "text": text}
        if state in ("refused", "stale"):
            return {"state": "blocked", "who": who}
        return {"state": "waiting"}

    def _sop_chain_contract(self):
        contract = self.sop_contract_id
        approval = contract._approval_for("contract") if contract else self.env["sop.approval"]
        state = contract._approval_state("contract") if contract else "none"
        step = {
            "key": "contract",
            "label": self.env._("Contract"),
            "records": contract,
            **self._sop_chain_of_approval(approval, state),
        }
        if contract.state in ("effective", "closed"):
            step |= {"state": "done", "text": contract.number, "when": contract.date_effective}
        elif self._is_approved("application") and state in ("none", "refused", "stale"):
            blocked = "current" if state == "none" else "blocked"
            step |= {"state": blocked, "text": self._contract_sentence(contract)}
        elif state == "approved" and contract._signed_file_missing():
            step |= {"state": "blocked", "text": contract._signed_file_sentence()}
        return step

    def _sop_chain_delivery(self):
        pickings = self.picking_ids.filtered("sop_governed")
        pickings = pickings.with_prefetch(self.picking_ids._prefetch_ids)
        open_ones = pickings.filtered(lambda picking: picking.state not in ("done", "cancel"))
        done = pickings.filtered(lambda picking: picking.state == "done")
        step = {"key": "delivery", "label": self.env._("Delivery"), "records": pickings}
        if not pickings:
            return step | self._sop_chain_before_delivery()
        if not open_ones:
            return step | {"state": "done", "when": max(done.mapped("date_done"), default=False)}
        blockers = [sentence for pick in open_ones for rule, sentence in pick._delivery_blockers()]
        state = "blocked" if blockers else "current"
        text = paragraph(self.env, blockers) or self.env._("Released; the warehouse delivers.")
        return step | {"state": state, "text": text}

    def _sop_chain_before_delivery(self):
        if self.state == "sale":
            return {"state": "done", "text": self.env._("Nothing to deliver.")}
        if self.state != "cancel" and not self._confirm_blockers():
            text = self.env._("Ready to be confirmed.")
            return {"state": "current", "text": text}
        return {"state": "waiting"}

    def _sop_chain_receipt(self):
        pickings = self.picking_ids.filtered(lambda picking: picking.pod_state != "no")
        waiting = pickings.filtered(lambda picking: picking.pod_state == "waiting")
        step = {
            "key": "receipt",
            "label": self.env._("Receipt"),
            "records": pickings,
            "state": "done" if pickings else "waiting",
        }
        if waiting:
            names = format_list(self.env, waiting.mapped("name"))
            text = self.env._("The customer's signature for %s is missing.", names)
            return step | {"state": "current", "text": text}
        if pickings:
            signed = pickings.filtered("pod_date")
            step |= {
                "who": format_list(self.env, signed.mapped("pod_signatory")),
                "when": max(signed.mapped("pod_date"), default=False),
            }
        return step

    def _sop_chain_collected(self):
        contract = self.sop_contract_id
        step = {
            "key": "collected",
            "label": self.env._("Collected"),
            "percent": round(contract.percent_collected, 2) if contract else 0.0,
            "gate": contract.invoice_gate_percent,
            "records": self.env["sop.collection"],
            # Not the rows themselves: looking for them in the books takes long.
            "domain": [("contract_id", "=", contract.id)] if contract else False,
            "state": "waiting",
        }
        if not contract:
            return step
        is_effective = contract.state in ("effective", "closed")
        if contract.invoice_gate_reached:
            text = self.env._(
                "%(collected)s of %(total)s is collected.",
                collected=contract._format(contract.amount_collected),
                total=contract._format(contract.amount_total),
            )
            return step | {"state": "done", "text": text}
        state = "current" if is_effective else "waiting"
        if self.invoice_ids.filtered(self._sop_is_draft):
            state = "blocked"
        sentence = contract._money_sentence(
            contract.amount_collected, contract.invoice_gate_percent
        )
        return step | {"state": state, "text": sentence}

    @staticmethod
    def _sop_is_draft(move):
        return move.state == "draft"

    def _sop_chain_invoice(self):
        invoices = self.invoice_ids.filtered(lambda move: move.state != "cancel")
        drafts = invoices.filtered(self._sop_is_draft)
        posted = invoices - drafts
        step = {
            "key": "invoice",
            "label": self.env._("Invoice"),
            "records": invoices,
            "state": "done" if posted else "waiting",
            "when": max(posted.filtered("invoice_date").mapped("invoice_date"), default=False),
        }
        if drafts:
            blockers = [text for draft in drafts for rule, text in draft._invoice_blockers()]
            return step | {
                "state": "blocked" if blockers else "current",
                "text": paragraph(self.env, blockers) or self.env._("May be posted now."),
            }
        contract = self.sop_contract_id
        is_collected = not contract or contract.invoice_gate_reached
        if self.invoice_status == "to invoice" and is_collected:
            return step | {"state": "current", "text": self.env._("Ready to be invoiced.")}
        if posted and not self._sop_is_invoiced():
            text = self.env._(
                "%(invoiced)s of %(total)s is invoiced.",
                invoiced=format_amount(self.env, self.amount_invoiced, self.currency_id),
                total=format_amount(self.env, self.amount_total, self.currency_id),
            )
            return step | {"state": "waiting", "text": text}
        return step

    def _sop_is_invoiced(self):
        """Whether the invoices ask for all of the order; a down payment does not."""
        if self.invoice_status in ("invoiced", "upselling"):
            return True
        contract = self.sop_contract_id
        is_open = contract.state in ("draft", "effective") and not contract.is_short_closed
        less = self.currency_id.compare_amounts(self.amount_invoiced, self.amount_total) < 0
        return not (is_open and less)


class SopContract(models.Model):
    _inherit = "sop.contract"

    def _sop_is_told(self):
        """Whether the user may hear what is in these contracts; deliveries are read by more."""
        return self.sudo(False).has_access("read")
