import logging

from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_list
from odoo.tools.misc import clean_context

from .touch import touch

_logger = logging.getLogger(__name__)

# More than these are taken over in the background, so that nobody waits before a frozen screen.
AT_ONCE = 20
IN_ONE_COMMIT = 10


class SopOpeningContract(models.Model):
    """The way of an opening contract: handed to finance, checked, taken over, or undone.

    Two people are needed: the migration role hands over what it entered, finance takes it over.
    Taking over makes the effective contract and its confirmed order; from then on they follow
    the same rules as every other, only that they start with the opening figures.
    """

    _inherit = "sop.opening.contract"

    # -- migration -----------------------------------------------------------------------------

    def action_submit(self):
        """Hand these opening contracts to finance; all that is wrong is named at once."""
        self._require_migration(self.env._("hand over opening contracts"))
        self._check_editable()
        self._raise_problems()
        self._set_policy_terms()
        self.sudo().write(
            {
                "state": "ready",
                "submitted_by_id": self.env.uid,
                "submitted_on": fields.Datetime.now(),
                "takeover_error": False,
            }
        )
        self._note(self.env._("Handed to finance."))
        return True

    def action_draft(self):
        """Take these back from finance, to correct them; finance gives them back with it."""
        self.env.user._sop_require_role(
            self.env._("give opening contracts back"),
            "sales_sop.group_migration",
            "sales_sop.group_finance",
            "sales_sop.group_finance_vp",
        )
        self.check_access("read")
        self.company_id._sop_check_opening_is_open()
        self._check_state("ready")
        self.sudo().write({"state": "draft"})
        self._note(self.env._("Back to draft."))
        return True

    def _require_migration(self, action):
        self.env.user._sop_require_role(action, "sales_sop.group_migration")
        self.check_access("write")

    def _raise_problems(self):
        problems = [problem for opening in self.sudo() for problem in opening._problems()]
        if problems:
            raise UserError("\n".join(problems))

    def _check_state(self, *states):
        touch(self, and_references=True)
        labels = dict(self._fields["state"]._description_selection(self.env))
        wrong = self.filtered(lambda opening: opening.state not in states)
        if wrong:
            raise UserError(
                "\n".join(
                    self.env._(
                        "Opening contract %(number)s is %(state)s; this needs %(needed)s.",
                        number=opening.number,
                        state=labels[opening.state],
                        needed=format_list(self.env, [labels[state] for state in states], "or"),
                    )
                    for opening in wrong
                )
            )

    def _note(self, body):
        for opening in self.sudo():
            opening.message_post(body=body, subtype_xmlid="mail.mt_note")

    def _set_policy_terms(self):
        """Fill in the policy's percentages where the file gave none (P5)."""
        missing = []
        for opening in self.sudo().filtered("terms_from_policy"):
            opening._check_policy()
            try:
                opening.write(opening._policy_term_values())
            except UserError as error:
                missing.append(str(error))
        if missing:
            raise UserError("\n".join(missing))

    def _policy(self):
        today = self.company_id._sop_today()
        return self.env["sop.policy"]._in_force(self.company_id, today)

    def _policy_term(self):
        return self.env["sop.policy.term"]._match(
            self._policy(),
            self.kind,
            self.amount_total / (self.currency_rate or 1.0),
            self.line_ids.product_id,
            self.number,
        )

    def _policy_term_values(self):
        term = self._policy_term()
        names = ("prepayment_percent", "first_payment_percent", "invoice_gate_percent")
        return {name: term[name] for name in names}

    def _check_policy(self):
        if not self._policy():
            raise UserError(
                self.env._(
                    "%s has no sales policy in force. Have the first one issued before opening "
                    "contracts are handed over.",
                    self.company_id.name,
                )
            )

    # -- finance -------------------------------------------------------------------------------

    def action_take_over(self):
        """Take these opening contracts over: each becomes an effective contract with its order.

        Many are queued and taken over in the background.
        """
        self._check_may_take_over()
        self._check_state("ready")
        if len(self) > AT_ONCE:
            return self._queue_take_over()
        self._raise_problems()
        for opening in self:
            opening._take_over(self.env.user)
        return True

    def _check_may_take_over(self):
        """Finance checks what somebody else entered (two people)."""
        self.env.user._sop_require_role(
            self.env._("take over opening contracts"),
            "sales_sop.group_finance",
            "sales_sop.group_finance_vp",
        )
        self.check_access("read")
        self.company_id._sop_check_opening_is_open()
        own = self.sudo().filtered(
            lambda opening: (
                opening.submitted_by_id == self.env.user
                and not opening.company_id.sop_requester_may_approve
            )
        )
        if own:
            raise AccessError(
                self.env._(
                    "You handed over %s yourself. Somebody else of finance has to check and take "
                    "it over.",
                    format_list(self.env, own[:10].mapped("number")),
                )
            )

    def _queue_take_over(self):
        self.sudo().write({"state": "queued", "taken_by_id": self.env.uid, "takeover_error": False})
        self.env.ref("sales_sop.ir_cron_take_over").sudo()._trigger()
        return self.env["ir.actions.client"]._sop_notification(
            "info",
            self.env._(
                "%s opening contracts are being taken over in the background. Reload the list to "
                "see how far it is.",
                len(self),
            ),
        )

    def _cron_take_over(self):
        """Take over what is queued, a few per commit; what fails goes back with its reason."""
        queue = [("state", "=", "queued")]
        crons = self.env["ir.cron"]
        crons._commit_progress(remaining=self.search_count(queue))
        while batch := self.search(queue, limit=IN_ONE_COMMIT):
            for opening in batch:
                opening._take_over_queued()
            if not crons._commit_progress(len(batch)):
                break

    def _take_over_queued(self):
        user = self.taken_by_id
        mine = self.with_user(user).with_context(allowed_company_ids=self.company_id.ids)
        try:
            with self.env.cr.savepoint():
                mine._check_may_take_over()
                mine._check_state("queued")
                mine._raise_problems()
                mine._take_over(user)
        except Exception as error:
            # Whatever it is, it must not stay first in the queue and stop all others.
            if not isinstance(error, UserError):
                _logger.exception("Taking over %s failed", self.display_name)
            self.write({"state": "ready", "taken_by_id": False, "takeover_error": str(error)})
            self._note(self.env._("Not taken over: %s", error))

    # -- what taking over makes ----------------------------------------------------------------

    def _take_over(self, user):
        """Make the effective contract and the confirmed order. The caller checked who asks."""
        self.ensure_one()
        context = clean_context(self.env.context) | {"mail_notrack": True}
        opening = self.with_env(self.env(context=context)).sudo().with_company(self.company_id)
        opening._check_policy()
        order = opening._create_order()
        contract = self.env["sop.contract"].sudo().create(opening._prepare_contract(order))
        order.write({"sop_contract_id": contract.id})
        order._sop_product_lines()._sop_freeze_receipt()
        opening._create_application(order, user)
        order.action_confirm()
        order.write({"date_order": fields.Datetime.to_datetime(opening.date)})
        opening.write(
            {
                "state": "taken",
                "contract_id": contract.id,
                "order_id": order.id,
                "taken_by_id": user.id,
                "taken_on": fields.Datetime.now(),
                "takeover_error": False,
            }
        )
        opening._tell_of_take_over(order, contract, user)

    def _tell_of_take_over(self, order, contract, user):
        self._note(
            self.env._("Taken over by %(user)s as %(order)s.", user=user.name, order=order.name)
        )
        body = self.env._(
            "Opening contract from before the go-live: entered by %(submitter)s, checked and taken "
            "over by %(user)s. Collected before: %(collected)s.",
            submitter=self.submitted_by_id.name,
            user=user.name,
            collected=self.currency_id.format(self.amount_collected),
        )
        for document in (contract, order):
            document.message_post(body=body, subtype_xmlid="mail.mt_note")

    def _prepare_order(self):
        return {
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            # A pricelist would bring its own currency.
            "pricelist_id": False,
            "user_id": self.user_id.id,
            "sop_sales_mode": self.kind,
            "origin": self.number,
            "order_line": [
                fields.Command.create(line._prepare_order_line()) for line in self.line_ids
            ],
        }

    def _create_order(self):
        order = self.env["sale.order"].create(self._prepare_order())
        # Odoo computes it from the pricelist and takes no value at creation.
        order.currency_id = self.currency_id
        by_hand = order.order_line.filtered(lambda line: line.qty_delivered_method == "manual")
        for line in by_hand:
            line.qty_delivered = line.opening_qty_delivered
        # It has a default, so Odoo does not compute it at creation.
        counted = order.order_line - by_hand
        self.env.add_to_compute(counted._fields["qty_delivered"], counted)
        tolerance = self.currency_id.rounding * len(self.line_ids)
        if abs(order.amount_total - self.amount_total) > tolerance + 1e-9:
            raise UserError(
                self.env._(
                    "%(number)s: the order would be over %(order)s, the opening contract is over "
                    "%(total)s. Check prices, discounts and taxes of its lines.",
                    number=self.number,
                    order=self.currency_id.format(order.amount_total),
                    total=self.currency_id.format(self.amount_total),
                )
            )
        return order

    def _prepare_contract(self, order):
        """Return the values of the contract: the policy's as for every order, and the opening."""
        with order._sop_being_taken_over():
            values = order._prepare_sop_contract_values()
        return {
            **values,
            "number": self.number,
            "state": "effective",
            "date_effective": self.date,
            "currency_rate": self.currency_rate,
            "prepayment_percent": self.prepayment_percent,
            "first_payment_percent": self.first_payment_percent,
            "invoice_gate_percent": self.invoice_gate_percent,
            "is_opening": True,
            "opening_date": fields.Date.subtract(self.company_id.go_live_date, days=1),
            "opening_amount_collected": self.amount_collected,
            "opening_amount_invoiced": self.amount_invoiced,
            "opening_amount_commission_paid": self.amount_commission_paid,
        }

    def _create_application(self, order, user):
        """Keep what was agreed, with who entered and who checked it, as every order's content.

        From then on a changed order is stale, and an amendment has something to amend (A3).
        """
        route = self.env["sop.approval.route"]._for("application", self.company_id, "sale.order")
        content = order._approval_content("application")
        now = fields.Datetime.now()
        step = {
            "stage": 1,
            "group_id": self.env.ref("sales_sop.group_finance").id,
            "reason": self.env._("Agreed before the go-live; taken over from the old books."),
            "state": "approved",
            "user_id": user.id,
            "decided_on": now,
        }
        self.env["sop.approval"].create(
            {
                "route_id": route.id,
                "code": "application",
                "res_model": "sale.order",
                "res_id": order.id,
                "state": "approved",
                "requested_by_id": self.submitted_by_id.id,
                "requested_on": self.submitted_on,
                "decided_on": now,
                "content": content,
                "content_hash": order._hash_content(content),
                "submitted_summary": order._approval_summary("application"),
                "step_ids": [fields.Command.create(step)],
                **order._approval_values("application"),
            }
        )
        order.invalidate_recordset(["approval_ids"])

    # -- undo ----------------------------------------------------------------------------------

    def action_undo(self):
        """Ask why the take-over is undone."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Undo the Take-over"),
            "res_model": "sop.opening.undo",
            "view_mode": "form",
            "target": "new",
            "context": {"default_opening_id": self.id},
        }

    def undo_take_over(self, reason):
        """Undo a take-over by mistake while nothing has happened on the contract since.

        Contract and order are cancelled and stay; the number is free to be entered again.
        """
        self.ensure_one()
        self.env.user._sop_require_role(
            self.env._("undo the take-over of an opening contract"),
            "sales_sop.group_finance",
            "sales_sop.group_finance_vp",
        )
        self.check_access("read")
        self.company_id._sop_check_opening_is_open()
        self._check_state("taken")
        if not (reason or "").strip():
            raise UserError(self.env._("%s: say why the take-over is undone.", self.number))
        self.sudo()._check_nothing_happened()
        self.sudo()._undo(reason, self.env.user)
        return True

    def _check_nothing_happened(self):
        contract, order = self.contract_id, self.order_id
        contract._touch()
        happened = {
            self.env._("deliveries"): order.picking_ids.filtered(lambda pick: pick.state == "done"),
            self.env._("invoices"): order.invoice_ids.filtered(lambda inv: inv.state != "cancel"),
            self.env._("earmarked money"): contract.allocation_ids,
            self.env._("other orders"): contract.order_ids - order,
        }
        kinds = [kind for kind, records in happened.items() if records]
        if kinds:
            raise UserError(
                self.env._(
                    "%(number)s has %(kinds)s since it was taken over, so that cannot be undone. "
                    "Correct it with a return, a credit note or an amendment.",
                    number=self.number,
                    kinds=format_list(self.env, kinds),
                )
            )

    def _undo(self, reason, user):
        contract, order = self.contract_id, self.order_id
        lines = order.order_line
        lines.write({name: 0.0 for name in lines._sop_opening_fields()})
        contract.write(
            {
                "number": self.env._(
                    "%(number)s (undone %(id)s)", number=contract.number, id=self.id
                ),
                "opening_amount_collected": 0.0,
                "opening_amount_invoiced": 0.0,
                "opening_amount_commission_paid": 0.0,
            }
        )
        if order.state != "cancel":
            order._action_cancel()
        if contract.state != "cancelled":
            contract._cancel()
        self.write(
            {
                "state": "cancelled",
                "cancelled_by_id": user.id,
                "cancelled_on": fields.Datetime.now(),
            }
        )
        body = self.env._("Take-over undone by %(user)s: %(reason)s", user=user.name, reason=reason)
        self._note(body)
        for document in (contract, order):
            document.message_post(body=body, subtype_xmlid="mail.mt_note")

    def action_enter_again(self):
        """Copy an undone opening contract into a new draft, with the same number."""
        self.ensure_one()
        self._check_state("cancelled")
        self._require_migration(self.env._("enter opening contracts"))
        again = self.copy({"number": self.number})
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": again.id,
            "view_mode": "form",
        }

    # -- documents -----------------------------------------------------------------------------

    def action_view_contract(self):
        """Open the contract that this one has become."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sop.contract",
            "res_id": self.contract_id.id,
            "view_mode": "form",
        }


class SopOpeningLine(models.Model):
    """The order line that an opening line becomes."""

    _inherit = "sop.opening.line"

    def _prepare_order_line(self):
        values = {
            "product_id": self.product_id.id,
            "product_uom_qty": self.quantity,
            "product_uom_id": self.uom_id.id,
            "price_unit": self.price_unit,
            "discount": self.discount,
            "tax_ids": [fields.Command.set(self.tax_ids.ids)],
            "opening_qty_delivered": self.qty_delivered,
            "opening_qty_accepted": self.qty_accepted,
            "opening_qty_invoiced": self.qty_invoiced,
        }
        if self.name:
            values["name"] = self.name
        return values
