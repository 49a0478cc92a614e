from odoo import api, fields, models
from odoo.exceptions import UserError

from .sop_gate import Blocker

# What has to be settled before finance looks at the money of a delivery order.
BEFORE_SIGNATURE = frozenset({"K2", "D1", "D9"})


class SignatureBlocker(Blocker):
    """The money is there; what is missing is finance's signature."""


class StockPicking(models.Model):
    """Finance signs the delivery order before loading, where payment comes first (D4)."""

    _inherit = "stock.picking"

    sop_payment_ids = fields.One2many(
        "sop.payment.confirmation",
        "picking_id",
        string="Payment Signed by Finance",
        readonly=True,
        copy=False,
        groups="base.group_user",
    )
    sop_release_state = fields.Selection(
        selection_add=[("signature", "Waits for Finance's Signature"), ("approval",)]
    )

    @api.depends("sop_payment_ids")
    def _compute_sop_blockers(self):
        return super()._compute_sop_blockers()

    def _sop_release_state_of(self, blockers):
        if blockers and all(isinstance(blocker, SignatureBlocker) for blocker in blockers):
            return "signature"
        return super()._sop_release_state_of(blockers)

    # -- the gate ------------------------------------------------------------------------------

    def _sop_payment_blockers(self, contract, collected):
        """Without the money it waits for the money; with it, for finance's signature."""
        blockers = super()._sop_payment_blockers(contract, collected)
        if blockers or not self._sop_needs_signature(contract):
            return blockers
        if self._sop_payment_signature(contract):
            return []
        sentence = self.env._(
            "%(collected)s of contract %(contract)s is collected and %(demanded)s is demanded "
            "before goods leave, but finance has not signed delivery order %(picking)s as it is "
            "now. Finance signs it with “Sign for the Payment”.",
            collected=contract._format(collected.get(contract.id, 0.0)),
            contract=contract.number,
            demanded=contract._format(contract._gate_amount(contract.prepayment_percent)),
            picking=self.name,
        )
        return [SignatureBlocker("D4", sentence, contract)]

    @api.model
    def _sop_needs_signature(self, contract):
        """Whether the contract demands money first; at the counter finance receives it itself."""
        if not contract.prepayment_percent or contract.order_type == "counter":
            return False
        demanded = contract._gate_amount(contract.prepayment_percent)
        return contract.currency_id.compare_amounts(demanded, 0.0) > 0

    def _sop_payment_signature(self, contract):
        """Return the signature that covers this delivery now; a backorder has its origin's."""
        self.ensure_one()
        seen, picking = self.browse(), self.sudo()
        # The link can be written: a circle of backorders ends where it started.
        while picking and picking not in seen:
            signatures = picking.sop_payment_ids.filtered(
                lambda signature: signature.contract_id == contract
            )
            gone = picking._sop_done_since(but=self) if signatures else {}
            for signature in signatures:
                if signature._holds(self, gone):
                    return signature
            seen, picking = seen | picking, picking.backorder_id
        return self.env["sop.payment.confirmation"]

    # -- the signature -------------------------------------------------------------------------

    def action_sop_confirm_payment(self):
        """Finance signs the delivery orders: the money demanded first is there (D4)."""
        self.check_access("read")
        self.env.user._sop_require_role(
            self.env._("sign a delivery order for its payment"),
            "sales_sop.group_finance",
            "sales_sop.group_finance_vp",
        )
        for picking in self:
            picking._sop_confirm_payment()
        return True

    def _sop_confirm_payment(self):
        contracts = self._sop_contracts()
        contracts._touch()
        collected = contracts._collected()
        self._sop_check_signature(contracts, collected)
        unsigned = contracts.filtered(
            lambda contract: (
                self._sop_needs_signature(contract) and not self._sop_payment_signature(contract)
            )
        )
        if not unsigned:
            raise UserError(
                self.env._("%s demands no payment first, or is already signed.", self.name)
            )
        signatures = (
            self.env["sop.payment.confirmation"]
            .sudo()
            .create([self._prepare_sop_signature(contract, collected) for contract in unsigned])
        )
        self.invalidate_recordset(["sop_payment_ids", "sop_blockers", "sop_release_state"])
        for signature in signatures:
            self.sudo()._note_approval(self._sop_signature_sentence(signature))

    def _sop_check_signature(self, contracts, collected):
        """Refuse what is not ready to be signed, with the exact figures of missing money."""
        if not self.sop_governed or self.state in ("draft", "done", "cancel"):
            raise UserError(
                self.env._("%s is not ready to be delivered, or has left already.", self.name)
            )
        self._sop_check_signatory()
        blockers = [
            blocker
            for blocker in self.sudo()._delivery_blockers(collected=collected)
            if blocker[0] in BEFORE_SIGNATURE
        ]
        for contract in contracts.filtered(self._sop_needs_signature):
            blockers += contract._collection_blockers("D4", "prepayment_percent", collected)
        self.env["sop.gate"]._raise_if_blocked({self: blockers})

    def _sop_check_signatory(self):
        """Who submitted the delivery order, or sold the goods, does not sign for their money."""
        if self._sop_signs_own() and not self.company_id.sudo().sop_requester_may_approve:
            raise UserError(
                self.env._(
                    "%(user)s has submitted delivery order %(picking)s or sold its goods. "
                    "Somebody else in finance signs for the payment.",
                    user=self.env.user.name,
                    picking=self.name,
                )
            )

    def _sop_signs_own(self):
        approval = self._approval_for("delivery")
        owners = approval._owners() if approval else self._approval_salesperson()
        return self.env.user in owners

    def _prepare_sop_signature(self, contract, collected):
        return {
            "picking_id": self.id,
            "document_name": self.name,
            "contract_id": contract.id,
            "company_id": self.company_id.id,
            "user_id": self.env.uid,
            "signed_on": fields.Datetime.now(),
            "percent": contract.prepayment_percent,
            "amount_demanded": contract._gate_amount(contract.prepayment_percent),
            "amount_collected": collected.get(contract.id, 0.0),
            "is_own": self._sop_signs_own(),
            "content": self.sudo()._approval_content("delivery"),
        }

    def _sop_signature_sentence(self, signature):
        """Who reads the delivery need not read the contract: amounts are on the signature."""
        return self.env._(
            "%(user)s signed for the payment: what contract %(contract)s demands before goods "
            "leave is collected.",
            user=signature.user_id.name,
            contract=signature.contract_id.number,
        )
