from odoo import models


class SopContract(models.Model):
    """Money that is gone after goods have left or an invoice went out (C1, D4)."""

    _inherit = "sop.contract"

    def _has_posted_invoice(self):
        self.ensure_one()
        return any(
            move.state == "posted" and move.move_type in ("out_invoice", "out_receipt")
            for move in self._invoices()
        )

    def _reaches_gate(self, collected):
        """Whether ``collected`` is what the contract's invoices need (C1)."""
        self.ensure_one()
        gate = self._gate_amount(self.invoice_gate_percent)
        return self._is_collected(collected.get(self.id, 0.0), gate)

    def _goods_have_left(self):
        self.ensure_one()
        return any(
            picking.state == "done" and picking.picking_type_code in ("outgoing", "dropship")
            for picking in self.order_ids.picking_ids
        )

    def _alert_money_lost(self, reason):
        """Tell finance and the salesperson that the money of these contracts is gone (C1).

        Nothing happens where neither goods have left nor an invoice was posted. Who has an open
        alert of the contract gets no second one.

        :param str reason: what happened to the money, a sentence
        """
        contracts = self.sudo().filtered(
            lambda contract: contract._goods_have_left() or contract._has_posted_invoice()
        )
        if not contracts:
            return
        self.env.flush_all()
        collected = contracts._collected()
        for contract in contracts:
            for user in contract._people_of_lost_money():
                contract._alert_of_lost_money(user, reason, collected.get(contract.id, 0.0))

    def _people_of_lost_money(self):
        finance = self.env.ref("sales_sop.group_finance").all_user_ids.filtered(
            lambda user: user.active and not user.share and self.company_id in user.company_ids
        )
        return finance | self.user_id.filtered("active")

    def _alert_of_lost_money(self, user, reason, collected):
        activity_type = "sales_sop.mail_activity_money_lost"
        if self.activity_search([activity_type], user_id=user.id):
            return
        contract = self.with_context(lang=user.lang, mail_activity_quick_update=True)
        contract.activity_schedule(
            activity_type,
            summary=contract.env._("Money of contract %s is gone", contract.number),
            note=contract.env._(
                "%(reason)s %(collected)s of %(total)s is collected now. Ask the customer for the "
                "money, and say what happens with the goods and invoices.",
                reason=reason,
                collected=contract._format(collected),
                total=contract._format(contract.amount_total),
            ),
            user_id=user.id,
        )
