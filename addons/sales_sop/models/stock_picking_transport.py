from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

TRANSPORT_MODES = [
    ("carrier", "Carrier"),
    ("own", "Own Vehicle"),
    ("pickup", "Customer Pick-Up"),
]
TRANSPORT_FIELDS = frozenset({"sop_transport_mode", "sop_collector"})


class StockPicking(models.Model):
    """How the goods travel (D7). Whoever collects them signs at loading (D3, D5)."""

    _inherit = "stock.picking"

    sop_transport_mode = fields.Selection(
        TRANSPORT_MODES,
        string="Transport",
        help="How the goods get to the customer (D7). When the customer collects them, the "
        "collector's signature at loading is the proof of delivery (D3).",
    )
    sop_collector = fields.Char(
        string="Collected by",
        copy=False,
        help="Who collects the goods and signs for them at loading (D5).",
    )

    # -- the way of transport is part of what is approved ----------------------------------------

    def _approval_content(self, route_code):
        content = super()._approval_content(route_code)
        if self.sop_transport_mode == "pickup":
            content["pickup"] = True
        return content

    def _approval_holds(self, approval):
        """Pick-up brings the proof of delivery with it, so it is decided by D1."""
        pickup = bool((approval.content or {}).get("pickup"))
        if approval.code == "delivery" and pickup != (self.sop_transport_mode == "pickup"):
            return False
        return super()._approval_holds(approval)

    @api.depends("sop_transport_mode")
    def _compute_sop_delivery_state(self):
        return super()._compute_sop_delivery_state()

    def _approval_summary(self, route_code):
        summary = super()._approval_summary(route_code)
        if self.sop_transport_mode != "pickup":
            return summary
        note = self.env._("The customer collects the goods and signs at loading.")
        return Markup("%s<p>%s</p>") % (summary, note)

    def write(self, vals):
        if not TRANSPORT_FIELDS.isdisjoint(vals) and not self.env.su:
            self._sop_check_transport_is_open()
        return super().write(vals)

    def _sop_check_transport_is_open(self):
        if gone := self._sop_gone():
            raise UserError(
                self.env._(
                    "%s has left; how it travelled and who collected it does not change any more.",
                    format_list(self.env, gone.mapped("name")),
                )
            )

    # -- signed at loading -----------------------------------------------------------------------

    def _sop_loading_blockers(self):
        """Return ``[(rule_id, sentence)]``, what of a released delivery is still to be done.

        Here: to name who collects the goods (D5).
        """
        self.ensure_one()
        if self.sop_transport_mode != "pickup" or (self.sop_collector or "").strip():
            return []
        sentence = self.env._(
            "%s is collected by the customer. Enter who collects the goods and signs for them.",
            self.name,
        )
        return [("D5", sentence)]

    def _sop_expect_pod(self):
        result = super()._sop_expect_pod()
        for picking in self:
            collected = picking.sop_transport_mode == "pickup" and picking.sop_collector
            if collected and picking.pod_state == "waiting" and picking._sop_may_record_pod():
                picking._sop_sign_at_loading()
        return result

    def _sop_may_record_pod(self):
        return self.env.user._sop_has_role(*self._sop_pod_groups())

    def _sop_sign_at_loading(self):
        """Record that the collector took everything that was loaded (D3)."""
        moves = self._sop_unsigned_moves()
        self._record_pod(
            {
                "pod_signatory": self.sop_collector,
                "pod_date": self.company_id._sop_today(),
            },
            {move: (move.quantity, 0.0, 0.0) for move in moves},
        )


class StockMove(models.Model):
    _inherit = "stock.move"

    def _sop_check_delivery(self):
        result = super()._sop_check_delivery()
        leaving = self.filtered(
            lambda move: move.state not in ("done", "cancel") and move._sop_basis() != "opening"
        )
        self.env["sop.gate"]._raise_if_blocked(
            {picking: picking._sop_loading_blockers() for picking in leaving.picking_id}
        )
        return result
