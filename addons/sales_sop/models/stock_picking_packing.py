from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_repr, format_list

PACKED_FIELDS = frozenset({"sop_packed_by_id", "sop_packed_on", "sop_packed_content"})
# What the warehouse enters; once the goods have left it is on the papers.
ENTERED_FIELDS = frozenset({"sop_package_count", "sop_shipping_mark"})


class StockPicking(models.Model):
    """Goods are counted, packed and marked before they are loaded (D10).

    What a vendor sends straight to the customer, the vendor packs.
    """

    _inherit = "stock.picking"

    sop_packing_required = fields.Boolean(
        string="Packing to Confirm", compute="_compute_sop_packing", compute_sudo=True
    )
    sop_packing_confirmed = fields.Boolean(
        string="Packed",
        compute="_compute_sop_packing",
        compute_sudo=True,
        help="The warehouse counted, packed and marked exactly what leaves.",
    )
    sop_package_count = fields.Integer(
        string="Packages", copy=False, help="How many packages the goods travel in (D10)."
    )
    sop_shipping_mark = fields.Char(
        string="Shipping Mark",
        copy=False,
        help="What is written on the packages, such as customer, contract and 1/3, 2/3, 3/3.",
    )
    sop_packed_by_id = fields.Many2one(
        "res.users", string="Packed by", readonly=True, copy=False, ondelete="restrict"
    )
    sop_packed_on = fields.Datetime(string="Packed on", readonly=True, copy=False)
    sop_packed_content = fields.Json(string="Packed Goods", readonly=True, copy=False)

    @api.model
    def _sop_protected_fields(self):
        return super()._sop_protected_fields() | PACKED_FIELDS

    @api.depends(
        "move_line_ids.quantity",
        "move_line_ids.picked",
        "move_line_ids.lot_id",
        "sop_package_count",
        "sop_shipping_mark",
        "sop_packed_content",
        "sop_governed",
        "state",
    )
    def _compute_sop_packing(self):
        for picking in self:
            picking.sop_packing_required = picking._sop_asks_for_packing()
            packed = picking.state == "done" and picking.sop_packed_on
            picking.sop_packing_confirmed = picking.sop_packing_required and bool(
                packed or picking._sop_packing_holds()
            )

    def _sop_asks_for_packing(self):
        contracts = self._sop_contracts() if self.sop_governed else []
        required = any(contract.packing_required for contract in contracts)
        return required and self._sop_is_loaded_here()

    def _sop_packing_holds(self):
        content = self.sudo().sop_packed_content
        return bool(content) and content == self.sudo()._sop_packing_content()

    def _sop_packing_content(self):
        """Return what is packed, as data that JSON can hold: packages, mark, goods by lot."""
        lines = self.move_line_ids.filtered(
            lambda line: line.quantity and line.state not in ("done", "cancel")
        )
        lines = lines.filtered("picked") or lines
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        counted = {}
        for line in lines:
            key = line.product_id.id, line.lot_id.id or 0
            counted[key] = counted.get(key, 0.0) + line.quantity_product_uom
        return {
            "packages": self.sop_package_count,
            "mark": (self.sop_shipping_mark or "").strip(),
            "goods": sorted([*key, float_repr(count, digits)] for key, count in counted.items()),
        }

    def _sop_loading_blockers(self):
        return super()._sop_loading_blockers() or self._sop_packing_blockers()

    def _sop_packing_blockers(self):
        """Return ``[("D10", sentence)]`` until the warehouse packed what leaves."""
        self.ensure_one()
        if not self._sop_asks_for_packing() or self._sop_packing_holds():
            return []
        if self.sudo().sop_packed_content:
            sentence = self.env._(
                "%s: the goods, the packages or their mark are not those that were packed. The "
                "warehouse counts again and presses “Confirm Packing”.",
                self.name,
            )
        else:
            sentence = self.env._(
                "%s: the goods are not counted, packed and marked yet. The warehouse confirms it "
                "with “Confirm Packing”.",
                self.name,
            )
        return [("D10", sentence)]

    # -- the warehouse's word --------------------------------------------------------------------

    def action_sop_confirm_packing(self):
        """Confirm that exactly what leaves is counted, packed and marked (D10)."""
        self.check_access("read")
        self.env.user._sop_require_role(self.env._("confirm the packing"), "stock.group_stock_user")
        for picking in self:
            picking._sop_confirm_packing()
        return True

    def _sop_confirm_packing(self):
        if not self.sudo()._sop_asks_for_packing() or self.state in ("draft", "done", "cancel"):
            raise UserError(
                self.env._(
                    "%s has no packing to confirm: its contract does not ask for it, or the goods "
                    "have left.",
                    self.name,
                )
            )
        content = self.sudo()._sop_packing_content()
        missing = [
            label
            for label, value in (
                (self.env._("the number of packages"), content["packages"] > 0),
                (self.env._("the shipping mark"), content["mark"]),
                (self.env._("the counted quantities"), content["goods"]),
            )
            if not value
        ]
        if missing:
            raise UserError(
                self.env._(
                    "D10: %(picking)s: what is still missing: %(missing)s. Enter it on the "
                    "delivery.",
                    picking=self.name,
                    missing=format_list(self.env, missing),
                )
            )
        self.sudo().write(
            {
                "sop_packed_by_id": self.env.uid,
                "sop_packed_on": fields.Datetime.now(),
                "sop_packed_content": content,
            }
        )

    def write(self, vals):
        if not ENTERED_FIELDS.isdisjoint(vals) and not self.env.su:
            self._sop_check_packing_is_open()
        return super().write(vals)

    def _sop_check_packing_is_open(self):
        if gone := self._sop_gone():
            raise UserError(
                self.env._(
                    "%s has left; how it was packed does not change any more.",
                    format_list(self.env, gone.mapped("name")),
                )
            )

    # -- on papers and in the notice of the dispatch ---------------------------------------------

    def _sop_packing_rows(self):
        """Return what is known of the packages: pairs of label and value."""
        rows = [
            (self.env._("Packages"), str(self.sop_package_count or "")),
            (self.env._("Shipping mark"), self.sop_shipping_mark or ""),
        ]
        return [row for row in rows if row[1]]

    def _sop_paper_facts(self, gate_pass):
        return super()._sop_paper_facts(gate_pass) + self._sop_packing_rows()

    def _sop_dispatch(self):
        dispatch = super()._sop_dispatch()
        return {**dispatch, "rows": dispatch["rows"] + [[*row] for row in self._sop_packing_rows()]}


class SopGatePass(models.Model):
    """The guard counts the packages on the vehicle (D2, D10)."""

    _inherit = "sop.gate.pass"

    package_count = fields.Integer(
        string="Packages", compute="_compute_package_count", compute_sudo=True
    )

    @api.depends("picking_ids.sop_package_count")
    def _compute_package_count(self):
        for gate_pass in self:
            gate_pass.package_count = sum(gate_pass.picking_ids.mapped("sop_package_count"))

    def _paper_facts(self):
        facts = super()._paper_facts()
        return facts + [(self.env._("Packages"), str(self.package_count))] * bool(
            self.package_count
        )
