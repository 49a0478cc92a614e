from odoo import api, fields, models


class AccountPayment(models.Model):
    _name = "account.payment"
    _inherit = ["account.payment", "sop.computed.mixin"]

    allocation_ids = fields.One2many(
        "sop.payment.allocation",
        "payment_id",
        string="Earmarks",
        help="The contracts this money pays for (C3).",
    )
    amount_earmarked = fields.Monetary(string="Earmarked", compute="_compute_amount_earmarked")
    amount_not_earmarked = fields.Monetary(
        string="Not Earmarked",
        compute="_compute_amount_earmarked",
        search="_search_amount_not_earmarked",
    )
    sop_governed = fields.Boolean(compute="_compute_sop_governed", compute_sudo=True)

    def _sop_computed_fields(self):
        """What the bank has counts by them (C3)."""
        names = super()._sop_computed_fields() | {"is_matched", "is_reconciled"}
        # Odoo chooses account and entry before anything is booked.
        booked = self.filtered(lambda payment: payment.state != "draft")
        return names | {"move_id", "outstanding_account_id"} if booked else names

    @api.depends("allocation_ids.amount", "amount")
    def _compute_amount_earmarked(self):
        for payment in self:
            earmarked = sum(payment.sudo().allocation_ids.mapped("amount"))
            payment.amount_earmarked = earmarked
            payment.amount_not_earmarked = payment.amount - earmarked

    @api.model
    def _search_amount_not_earmarked(self, operator, value):
        earmarks = self.env["sop.payment.allocation"]
        return earmarks._search_not_earmarked(self, "payment_id", operator, value)

    @api.depends("company_id", "partner_type")
    def _compute_sop_governed(self):
        for payment in self:
            payment.sop_governed = (
                payment.partner_type == "customer" and payment.company_id._sop_is_governed()
            )

    def action_sop_earmark(self):
        """Say in one dialog which contracts the money pays for (C3)."""
        self.ensure_one()
        return self.env["sop.payment.allocation"]._action_earmark("payment_id", self.id)

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_earmarked(self):
        self.sudo().allocation_ids._refuse_deletion_of_money()

    def write(self, vals):
        result = super().write(vals)
        if "state" in vals:
            self._sop_touch_contracts()
        if {"amount", "partner_id", "payment_type", "partner_type", "currency_id"} & set(vals):
            self.sudo().allocation_ids._check_allocation()
        return result

    def _sop_touch_contracts(self):
        """A payment that is posted, rejected or cancelled changes what is collected (C1)."""
        allocations = self.sudo().allocation_ids
        allocations._check_money_has_entry()
        allocations._touch_contracts()
        self.sudo().move_id._sop_touch_contracts()

    # -- money that belongs to no contract yet -------------------------------------------------

    def _sop_open_amount(self):
        """Return what of the payment has paid nothing yet, in its currency."""
        self.ensure_one()
        lines = self.move_id._sop_receivable_lines()
        return max(0.0, -sum(lines.mapped("amount_residual_currency")))

    def _sop_tell_finance_of_free_money(self, reason):
        """Ask finance what money is for that came and could not be earmarked (C3)."""
        self._sop_remind(
            "sales_sop.mail_activity_free_money",
            self.env.ref("sales_sop.group_finance")._sop_holders(self.company_id),
            lambda payment: {
                "summary": payment.env._("Say what this money is for"),
                "note": payment.env._(
                    "%(customer)s paid %(amount)s online. It is booked, but not earmarked. "
                    "%(reason)s",
                    customer=self.partner_id.display_name,
                    amount=self.currency_id.format(self.amount),
                    reason=reason,
                ),
            },
        )
