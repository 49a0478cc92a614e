from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import float_repr, format_list

from .sop_approval_mixin import DOCUMENT_STATES
from .wording import address_line

RELEASE_STATES = [
    ("released", "Released"),
    ("payment", "Waits for Payment"),
    ("approval", "Waits for Approval"),
]


class StockPicking(models.Model):
    """A delivery to a customer: approved (D1), loaded, received and signed for (D3)."""

    _name = "stock.picking"
    _inherit = ["stock.picking", "sop.approval.mixin", "sop.protected.mixin"]

    sop_governed = fields.Boolean(
        string="Under the Sales Policy",
        compute="_compute_sop_governed",
        compute_sudo=True,
        help="The delivery goes to a customer and its company has issued a sales policy.",
    )
    sop_delivery_state = fields.Selection(
        DOCUMENT_STATES,
        string="Delivery Order",
        compute="_compute_sop_delivery_state",
        compute_sudo=True,
        search="_search_sop_delivery_state",
        groups="base.group_user",
    )
    sop_blockers = fields.Text(
        string="Not Released Because",
        compute="_compute_sop_blockers",
        compute_sudo=True,
        help="Why the goods cannot leave now, one reason a line.",
        groups="base.group_user",
    )
    sop_release_state = fields.Selection(
        RELEASE_STATES,
        string="Go-Ahead",
        compute="_compute_sop_blockers",
        compute_sudo=True,
        search="_search_sop_release_state",
        help="Whether the goods of an open delivery may leave, or what they wait for.",
        groups="base.group_user",
    )
    sop_contract_id = fields.Many2one(
        "sop.contract", string="Contract", compute="_compute_sop_contract_id", compute_sudo=True
    )
    sop_chain = fields.Json(
        string="Sales Procedure",
        compute="_compute_sop_chain",
        compute_sudo=True,
        groups="base.group_user",
    )

    def _sop_computed_fields(self):
        return super()._sop_computed_fields() | {
            "company_id",
            "date_deadline",
            "has_deadline_issue",
        }

    # -- computed ------------------------------------------------------------------------------

    @api.depends("move_ids.location_dest_id.usage", "company_id")
    def _compute_sop_governed(self):
        for picking in self:
            picking.sop_governed = bool(picking.move_ids._sop_governed_deliveries())

    @api.depends("approval_ids.state", "move_ids.product_uom_qty", "move_ids.quantity", "state")
    def _compute_sop_delivery_state(self):
        for picking in self:
            picking.sop_delivery_state = (
                picking._sop_delivery_approval_state() if picking.sop_governed else "none"
            )

    def _search_sop_delivery_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = self._search_approval_state("delivery", value)
        # A backorder without a submission of its own inherits its origin's approval.
        live = [("code", "=", "delivery"), ("state", "!=", "superseded")]
        heirs = self.search(
            [
                ("backorder_id", "!=", False),
                ("approval_ids", "not any", live),
                ("state", "not in", ("done", "cancel")),
            ]
        )
        matching = heirs.filtered(lambda picking: picking._approval_state("delivery") in value)
        return domain & ~Domain("id", "in", heirs.ids) | Domain("id", "in", matching.ids)

    @api.depends(
        "sop_delivery_state", "move_ids.sale_line_id.order_id.sop_contract_id.state", "state"
    )
    @api.depends_context("lang", "uid")
    def _compute_sop_blockers(self):
        gate = self.env["sop.gate"]
        collected = self._sop_contracts()._collected()
        for picking in self:
            waits = picking.sop_governed and picking.state not in ("draft", "done", "cancel")
            blockers = picking._delivery_blockers(collected=collected) if waits else []
            picking.sop_blockers = gate._blockers_text(picking._sop_told_blockers(blockers))
            picking.sop_release_state = waits and picking._sop_release_state_of(blockers)

    def _sop_told_blockers(self, blockers):
        """Who does not read the contract does not hear how much of it is collected."""
        if not blockers or self._sop_contracts()._sop_is_told():
            return blockers
        unpaid = self.env._("The goods wait for the customer's payment.")
        return [(rule, unpaid if rule == "D4" else sentence) for rule, sentence in blockers]

    def _sop_release_state_of(self, blockers):
        """Return what a delivery with these blockers waits for."""
        rules = {rule for rule, sentence in blockers}
        return "approval" if rules - {"D4"} else "payment" if rules else "released"

    def _search_sop_release_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        open_deliveries = self.search(
            [
                ("location_dest_id.usage", "=", "customer"),
                ("state", "not in", ("draft", "done", "cancel")),
                ("company_id", "in", self.env.companies.ids),
            ]
        )
        matching = open_deliveries.filtered(lambda picking: picking.sop_release_state in value)
        return [("id", "in", matching.ids)]

    @api.depends("sale_id.sop_chain")
    @api.depends_context("lang", "uid")
    def _compute_sop_chain(self):
        for picking in self:
            order = picking.sale_id.sudo()
            told = picking.sop_governed and order.sop_contract_id._sop_is_told()
            picking.sop_chain = told and order._sop_chain()

    @api.depends("sale_id.sop_contract_id")
    def _compute_sop_contract_id(self):
        for picking in self:
            picking.sop_contract_id = picking._sop_contracts()[:1]

    @api.model
    def get_empty_list_help(self, help_message):
        """Say what a list is for where nothing is created; Odoo asks to create a transfer."""
        if help_message and self.env.context.get("create") is False:
            return help_message
        return super().get_empty_list_help(help_message)

    # -- gate ----------------------------------------------------------------------------------

    def _sop_basis(self):
        """Return the basis of the delivery; ``none`` as soon as one move has none."""
        self.ensure_one()
        bases = [move._sop_basis() for move in self.move_ids._sop_governed_deliveries()]
        return "none" if "none" in bases else (bases or ["none"])[0]

    def _sop_contracts(self):
        return self.sudo().move_ids.sale_line_id.order_id.sop_contract_id

    def _sop_receiver(self):
        """Return who receives the goods, at which address."""
        return self.partner_id

    def _delivery_blockers(self, moves=None, collected=None):
        """Return ``[(rule_id, sentence)]``, why the goods cannot leave now; empty = free.

        :param moves: the moves that are about to leave; the delivery's open ones when None
        :param dict collected: money per contract id, when the caller has read it already
        """
        self.ensure_one()
        if moves is None:
            moves = self.move_ids.filtered(lambda move: move.state not in ("done", "cancel"))
            moves = moves.with_prefetch(self.move_ids._prefetch_ids)
        moves = moves._sop_governed_deliveries()
        blockers = moves._sop_basis_blockers()
        bases = {move._sop_basis() for move in moves}
        if blockers or not moves:
            return blockers
        blockers += moves._sop_leaving_excess_blockers()
        blockers += self._sop_customer_blockers(moves)
        if bases == {"opening"}:
            return blockers
        orders = moves.sudo().sale_line_id.order_id
        contracts = orders.sop_contract_id
        blockers += orders._sop_without_contract_blockers()
        blockers += self._sop_contract_blockers(contracts)
        blockers += self._sop_approval_blockers(moves)
        if collected is None:
            collected = contracts._collected()
        for contract in contracts:
            blockers += self._sop_payment_blockers(contract, collected)
        return blockers

    def _sop_customer_blockers(self, moves):
        """One customer signs for a delivery, and not for the goods of another one (D3)."""
        orders = moves.sudo().sale_line_id.order_id
        customers = len(orders) > 1 and orders.partner_id.commercial_partner_id
        if not customers or len(customers) == 1:
            return []
        sentence = self.env._(
            "%(picking)s brings goods of several customers: %(customers)s. Make a delivery order "
            "for each of them.",
            picking=self.name,
            customers=format_list(self.env, customers.mapped("display_name")),
        )
        return [("D3", sentence)]

    def _sop_payment_blockers(self, contract, collected):
        """Goods wait for the money that the contract demands first (D4)."""
        return contract._collection_blockers("D4", "prepayment_percent", collected)

    def _sop_contract_blockers(self, contracts):
        return [
            (
                "K2",
                self.env._(
                    "Contract %s is not effective, so nothing may be delivered on it.",
                    contract.number,
                ),
            )
            for contract in contracts
            if contract.state != "effective"
        ]

    def _sop_approval_blockers(self, moves):
        state = self._sop_delivery_approval_state()
        if state == "approved":
            return self._sop_excess_blockers(moves)
        sentences = {
            "none": self.env._(
                "Delivery order %s has not been submitted. The sales office submits it."
            ),
            "pending": self.env._("Delivery order %s waits for the sales manager's approval."),
            "refused": self.env._(
                "Delivery order %s was refused. The sales office submits it again."
            ),
            "stale": self.env._(
                "Delivery order %s has changed since it was submitted: more goods, another "
                "customer or another address. The sales office submits it again."
            ),
        }
        return [("D1", sentences[state] % self.name)]

    def _sop_excess_blockers(self, moves):
        """No more than the approved quantity of each order line leaves (D1, D9)."""
        approval = self._approval_for("delivery")
        allowed = self._sop_approved_quantities(approval)
        gone = self._sop_family_done()
        blockers = []
        for line in moves.sudo().sale_line_id:
            leaving = sum(
                move._sop_quantity_in_line_unit()
                for move in moves.sudo()
                if move.sale_line_id == line
            )
            limit = allowed.get(line.id, 0.0)
            if line.product_uom_id.compare(gone.get(line.id, 0.0) + leaving, limit) > 0:
                blockers.append(
                    (
                        "D1",
                        self.env._(
                            "%(picking)s, %(product)s: %(quantity).12g would leave, but "
                            "%(limit).12g is approved and %(gone).12g has left already. Reduce "
                            "the quantity or submit the delivery order again.",
                            picking=self.name,
                            product=line.product_id.display_name,
                            quantity=leaving,
                            limit=limit,
                            gone=gone.get(line.id, 0.0),
                        ),
                    )
                )
        return blockers

    # -- approval of the delivery order (D1) ---------------------------------------------------

    def _approval_for(self, route_code):
        """A backorder without a submission of its own inherits the rest of the approved one."""
        approval = super()._approval_for(route_code)
        origin = self.sudo().backorder_id
        if approval or not origin or route_code != "delivery":
            return approval
        # The link can be written: a circle of backorders ends where it started.
        seen = self
        while origin and origin not in seen and not approval:
            approval = super(StockPicking, origin)._approval_for(route_code)
            seen, origin = seen | origin, origin.backorder_id
        return approval

    def _sop_delivery_approval_state(self):
        return self._approval_state("delivery")

    def _sop_family_done(self):
        """Quantities per order line id that left under the approval this delivery rests on."""
        approval = self._approval_for("delivery")
        root = self.sudo()
        if approval.res_id != self.id:
            root = root.browse(approval.res_id)
        return root._sop_done_since()

    def _sop_done_since(self, but=None):
        """Quantities per order line id that left with this delivery and its backorders.

        :param but: a delivery that is not counted
        """
        family, newest = self, self
        while newest:
            newest = newest.backorder_ids - family
            family |= newest
        done = {}
        for move in (family - but if but else family).move_ids:
            if move.state == "done" and move._sop_is_customer_bound() and move.sale_line_id:
                line_id = move.sale_line_id.id
                done[line_id] = done.get(line_id, 0.0) + move._sop_quantity_in_line_unit()
        return done

    def _sop_approved_quantities(self, approval):
        return self._sop_quantities_of(approval.content or {})

    @api.model
    def _sop_quantities_of(self, content):
        return {int(line): float(quantity) for line, quantity in content.get("lines", [])}

    def _approval_content(self, route_code):
        """Customer, address and, per order line, the largest quantity that may leave."""
        self.ensure_one()
        receiver, quantities = self._sop_receiver(), {}
        for move in self.move_ids._sop_governed_deliveries():
            if move.state != "cancel" and move.sale_line_id:
                line = move.sale_line_id
                quantity = move._sop_planned_quantity_in_line_unit()
                quantities[line] = quantities.get(line, 0.0) + quantity
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        return {
            "partner": receiver.id,
            "address": receiver._sop_place(),
            "orders": sorted(self.move_ids.sale_line_id.order_id.ids),
            "lines": sorted(
                [line.id, float_repr(quantity, digits)] for line, quantity in quantities.items()
            ),
        }

    def _read_contents(self):
        self.mapped("partner_id")
        self.move_ids.sale_line_id.mapped("order_id.partner_id")
        return super()._read_contents()

    def _approval_holds(self, approval):
        """Less than approved is still approved; another customer or more goods is not."""
        if approval.code != "delivery":
            return super()._approval_holds(approval)
        content = approval.content or {}
        gone = self._sop_gone_under(approval)
        return self._sop_address_stays(content) and self._sop_stays_within(content, gone)

    def _sop_gone_under(self, approval):
        """Return what left under an approval that this open backorder inherits, per line id.

        Where goods are due again, the backorder can get more than was left of the approval.
        """
        if approval.res_id == self.id or self.state in ("done", "cancel"):
            return {}
        return self.sudo().browse(approval.res_id)._sop_done_since(but=self)

    def _sop_address_stays(self, content):
        """Whether the goods still go where ``content`` says: an address can be rewritten (D1).

        Once they have left, the customer may move house.
        """
        if self.state in ("done", "cancel") or "address" not in content:
            return True
        return content["address"] == self._sop_receiver()._sop_place()

    def _sop_stays_within(self, content, gone=None):
        """Whether customer and quantities are those of the earlier ``content``, or less.

        :param dict gone: quantities per order line id that the content has let out already
        """
        now = self.sudo()._approval_content("delivery")
        if now["partner"] != content.get("partner"):
            return False
        allowed = self._sop_quantities_of(content)
        unit = self.env["decimal.precision"].precision_get("Product Unit")
        gone = gone or {}
        return all(
            float(quantity) + gone.get(line, 0.0) <= allowed.get(line, 0.0) + 10**-unit / 2
            for line, quantity in now["lines"]
        )

    def _check_submission(self, route_code):
        if not self.sop_governed:
            raise UserError(
                self.env._("%s is not a delivery to a customer under the sales policy.", self.name)
            )
        if self.state in ("draft", "done", "cancel"):
            raise UserError(
                self.env._("%s is not ready to be delivered, or has left already.", self.name)
            )
        if self._sop_delivery_approval_state() in ("pending", "approved"):
            raise UserError(self.env._("%s is already submitted.", self.name))
        moves = self.move_ids._sop_governed_deliveries()
        blockers = moves._sop_basis_blockers() + moves._sop_planned_excess_blockers()
        blockers += self._sop_customer_blockers(moves)
        if blockers:
            raise UserError(self.env["sop.gate"]._blockers_text(blockers))

    def _approval_values(self, route_code):
        """A delivery is worth what all its contracts come to, in the first one's currency."""
        contracts = self._sop_contracts()
        currency = contracts[:1].currency_id
        amounts = [
            contract.currency_id._convert(
                contract.amount_total, currency, self.company_id, self.company_id._sop_today()
            )
            for contract in contracts
        ]
        return super()._approval_values(route_code) | {
            "amount": sum(amounts),
            "currency_id": currency.id,
        }

    def _approval_salesperson(self):
        return self.sudo().move_ids.sale_line_id.order_id.user_id[:1]

    def _approval_summary(self, route_code):
        return self._approval_table(
            [self.env._("Product"), self.env._("Quantity"), self.env._("Deliver To")],
            [
                (
                    move.product_id.display_name,
                    f"{move.product_uom_qty:.12g} {move.product_uom.name}",
                    address_line(self.env, self._sop_receiver()._display_address().splitlines()),
                )
                for move in self._sop_brought_moves()
            ],
        )

    def action_sop_submit(self):
        """Submit the delivery orders for the sales manager's approval (D1)."""
        self.submit_approval("delivery")
        return True

    # -- hooks ---------------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        pickings = super().create(vals_list)
        if any(vals.get("state") == "done" for vals in vals_list):
            pickings._sop_check_state_is_not_written("done")
        return pickings

    def write(self, vals):
        if "state" in vals:
            self._sop_check_state_is_not_written(vals["state"])
        return super().write(vals)

    def _sop_check_state_is_not_written(self, state):
        """The state of a delivery follows from its goods; one without goods may be cancelled."""
        for picking in self.sudo():
            outgoing = picking.move_ids._sop_governed_deliveries() or (
                state == "done" and picking.location_dest_id.usage == "customer"
            )
            if outgoing and picking.company_id._sop_is_governed():
                raise AccessError(
                    self.env._(
                        "The state of %s follows from its goods. Validate or cancel the delivery "
                        "instead of writing its state.",
                        picking.name,
                    )
                )

    def action_cancel(self):
        """A cancelled delivery order's approval is void.

        Whoever may cancel it need not read what hangs on it: a salesperson sees no batches.
        """
        self.check_access("write")
        self.sudo()._supersede_approvals()
        return super(StockPicking, self.sudo()).action_cancel()
