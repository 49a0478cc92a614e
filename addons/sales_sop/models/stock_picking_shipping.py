from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

SHIPPING_FIELDS = frozenset({"sop_shipping_user_id", "sop_shipping_on", "sop_shipping_content"})
# Not decisions about the goods, but what has to be known before they are loaded.
SHIPPING_RULES = frozenset({"D7", "D8"})


class StockPicking(models.Model):
    """Invoice data and transport are confirmed before shipping (D7)."""

    _inherit = "stock.picking"

    sop_shipping_required = fields.Boolean(
        string="Shipping Data Needed", compute="_compute_sop_shipping", compute_sudo=True
    )
    sop_shipping_confirmed = fields.Boolean(
        string="Shipping Data Confirmed",
        compute="_compute_sop_shipping",
        compute_sudo=True,
        help="Somebody confirmed the customer's invoice data and the transport as they are now.",
    )
    sop_shipping_user_id = fields.Many2one(
        "res.users",
        string="Shipping Data Confirmed by",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )
    sop_shipping_on = fields.Datetime(
        string="Shipping Data Confirmed on", readonly=True, copy=False
    )
    sop_shipping_content = fields.Json(string="Confirmed Shipping Data", readonly=True, copy=False)
    sop_release_state = fields.Selection(
        selection_add=[
            ("transport", "Waits for the Transport Agreement"),
            ("shipping", "Waits for Shipping Data"),
            ("approval",),
        ]
    )

    @api.model
    def _sop_protected_fields(self):
        return super()._sop_protected_fields() | SHIPPING_FIELDS

    @api.depends("sop_transport_mode", "sop_shipping_content", "sop_governed")
    def _compute_sop_shipping(self):
        for picking in self:
            contracts = picking._sop_contracts() if picking.sop_governed else []
            required = any(contract.shipping_data_required for contract in contracts)
            picking.sop_shipping_required = required
            picking.sop_shipping_confirmed = required and picking._sop_shipping_holds()

    @api.depends("sop_transport_mode", "sop_shipping_content")
    def _compute_sop_blockers(self):
        return super()._compute_sop_blockers()

    def _sop_release_state_of(self, blockers):
        rules = {rule for rule, sentence in blockers}
        if rules and rules <= SHIPPING_RULES:
            return "transport" if rules == {"D8"} else "shipping"
        others = [blocker for blocker in blockers if blocker[0] not in SHIPPING_RULES]
        return super()._sop_release_state_of(others)

    # -- the gate ------------------------------------------------------------------------------

    def _delivery_blockers(self, moves=None, collected=None):
        blockers = super()._delivery_blockers(moves, collected)
        return blockers + self._sop_shipping_blockers(self._sop_gated_contracts(moves))

    def _sop_gated_contracts(self, moves=None):
        """Return the contracts of what leaves; nothing where no gate applies."""
        if moves is None:
            moves = self.move_ids.filtered(lambda move: move.state not in ("done", "cancel"))
            moves = moves.with_prefetch(self.move_ids._prefetch_ids)
        return moves._sop_governed_deliveries().sudo().sale_line_id.order_id.sop_contract_id

    def _sop_shipping_blockers(self, contracts):
        """Return ``[("D7", sentence)]`` while invoice data and transport are not confirmed."""
        required = any(contract.shipping_data_required for contract in contracts)
        if not required or self._sop_shipping_holds():
            return []
        sentence = self.env._(
            "The customer's invoice data and the transport of %s are not confirmed as they are "
            "now. The sales office confirms them with “Confirm Shipping Data”.",
            self.name,
        )
        return [("D7", sentence)]

    def _sop_shipping_holds(self):
        """Whether somebody confirmed the data of today; a backorder has its origin's word."""
        content = self.sudo()._sop_shipping_data()
        seen, picking = self.browse(), self.sudo()
        while picking and picking not in seen:
            if picking.sop_shipping_content == content:
                return True
            seen, picking = seen | picking, picking.backorder_id
        return False

    # -- the data ------------------------------------------------------------------------------

    def _sop_invoice_partner(self):
        order = self.move_ids.sale_line_id.order_id[:1]
        return order.partner_invoice_id or order.partner_id

    def _sop_shipping_data(self):
        """Return what is confirmed, as data that JSON can hold."""
        partner = self._sop_invoice_partner()
        commercial = partner.commercial_partner_id
        return {
            "transport": self.sop_transport_mode or "",
            "customer": commercial.name or "",
            "tax_id": commercial.vat or "",
            "address": partner._display_address(without_company=True).strip(),
            "bank": sorted(commercial.bank_ids.filtered("active").mapped("acc_number")),
        }

    def _sop_missing_shipping_data(self):
        """Return the names of what the customer's invoice and the transport still need."""
        partner = self._sop_invoice_partner()
        commercial = partner.commercial_partner_id
        checks = [
            (self.env._("transport"), self.sop_transport_mode),
            (self.env._("invoice address"), partner._sop_has_street()),
        ]
        if commercial.is_company:
            checks += [
                (self.env._("tax ID"), commercial.vat),
                (self.env._("bank account"), commercial.bank_ids.filtered("active")),
            ]
        return [label for label, value in checks if not value]

    def action_sop_confirm_shipping_data(self):
        """Confirm the customer's invoice data and the transport (D7)."""
        self.check_access("read")
        self.env.user._sop_require_role(
            self.env._("confirm the shipping data"),
            "sales_sop.group_sales_office",
            "sales_sop.group_salesperson",
            "sales_sop.group_finance",
        )
        for picking in self:
            picking._sop_confirm_shipping_data()
        return True

    def _sop_confirm_shipping_data(self):
        if not self.sop_governed or self.state in ("draft", "done", "cancel"):
            raise UserError(
                self.env._("%s is not ready to be delivered, or has left already.", self.name)
            )
        if missing := self.sudo()._sop_missing_shipping_data():
            raise UserError(
                self.env._(
                    "D7: %(picking)s: what is still missing: %(missing)s. Enter the transport on "
                    "the delivery and the rest on the customer %(customer)s.",
                    picking=self.name,
                    missing=format_list(self.env, missing),
                    customer=self.sudo()._sop_invoice_partner().display_name,
                )
            )
        self.sudo().write(
            {
                "sop_shipping_user_id": self.env.uid,
                "sop_shipping_on": fields.Datetime.now(),
                "sop_shipping_content": self.sudo()._sop_shipping_data(),
            }
        )
