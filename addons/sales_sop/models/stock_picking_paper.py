import base64

from reportlab.graphics.barcode import createBarcodeDrawing

from odoo import api, models

from .wording import address_line, enumerated


class SopPaper(models.AbstractModel):
    _inherit = "sop.paper"

    @api.model
    def _code_image(self, text):
        """Return a QR code as the source of an image.

        Drawn here and as SVG: a paper fetches nothing, and pictures need no other library.
        """
        drawing = createBarcodeDrawing("QR", value=text, width=180, height=180)
        picture = drawing.asString("svg")
        data = picture if isinstance(picture, bytes) else picture.encode()
        return f"data:image/svg+xml;base64,{base64.b64encode(data).decode()}"


class StockPicking(models.Model):
    """The delivery order on paper, in five copies (D1, D5)."""

    _inherit = "stock.picking"

    def _sop_delivery_order_copies(self):
        """Return the copies in the order in which they are printed: language, mark, content.

        The last one is the customer's and in their language; the others stay in the house.
        """
        self.ensure_one()
        theirs = self.env["sop.paper"]._customer_lang(self._sop_receiver())
        papers = {
            lang: self.with_context(lang=lang)._sop_delivery_order_paper()
            for lang in {self.env.lang, theirs}
        }
        langs = [self.env.lang] * (len(papers[theirs]["copies"]) - 1) + [theirs]
        return [
            {"lang": lang, "mark": papers[lang]["copies"][number], "paper": papers[lang]}
            for number, lang in enumerate(langs)
        ]

    def _sop_paper_copies(self):
        """Return the marks of the copies, in the order in which they are printed (D5)."""
        copies = [
            self.env._("Carrier"),
            self.env._("Warehouse"),
            self.env._("Operations"),
            self.env._("Finance"),
            self.env._("Customer"),
        ]
        return self.env["sop.paper"]._copy_marks(copies)

    def _sop_delivery_order_paper(self):
        """Return what the delivery order prints."""
        self.ensure_one()
        self.check_access("read")
        picking, paper = self.sudo(), self.env["sop.paper"]
        gate_pass = picking._sop_gate_pass()
        return {
            "company_lines": paper._company_lines(picking.company_id),
            "watermark": paper._watermark(picking._sop_paper_mark()),
            "copies": self._sop_paper_copies(),
            "facts": picking._sop_paper_facts(gate_pass),
            "goods": picking._sop_paper_goods(),
            "approvals": paper._approval_rows(picking._approval_for("delivery")),
            "payments": picking._sop_paper_payments(),
            "code": gate_pass and paper._code_image(gate_pass._code_url()),
            "code_name": gate_pass.name,
            "by_receipt": picking.state == "done",
        }

    def _sop_paper_mark(self):
        """What may not leave says so across the page."""
        if self.state == "cancel":
            return self.env._("CANCELLED")
        if self.state != "done" and self._delivery_blockers():
            return self.env._("NOT CLEARED FOR LOADING")
        return False

    def _sop_paper_facts(self, gate_pass):
        paper, order = self.env["sop.paper"], self.sale_id
        modes = dict(self._fields["sop_transport_mode"]._description_selection(self.env))
        return [
            (self.env._("Customer"), order.partner_id.commercial_partner_id.name or ""),
            (self.env._("Contract number"), self._sop_contracts()[:1].number or ""),
            (self.env._("Deliver to"), self._sop_paper_address()),
            (self.env._("Order"), order.name or self.origin or ""),
            (self.env._("Contact"), self._sop_paper_contact()),
            (self.env._("Planned for"), paper._datetime(self.scheduled_date)),
            (self.env._("Transport"), modes.get(self.sop_transport_mode, "")),
            (self.env._("Left on"), paper._datetime(gate_pass.left_on or self.date_done)),
            (self.env._("License plate"), gate_pass.vehicle_plate or ""),
            (self.env._("Expected arrival"), paper._datetime(gate_pass.date_expected)),
            (self.env._("Driver"), gate_pass.driver_name or self.sop_collector or ""),
            (self.env._("Driver's phone"), gate_pass.driver_phone or ""),
        ]

    def _sop_paper_address(self):
        return self._sop_receiver()._sop_address_line()

    def _sop_paper_contact(self):
        receiver = self._sop_receiver()
        return address_line(self.env, [receiver.name or "", receiver.phone or ""])

    def _sop_paper_goods(self):
        """Return one row for every move: product, specification, lots, unit, quantity."""
        left = self.state == "done"
        return [
            {
                "product": move.product_id.name,
                "specification": enumerated(
                    self.env,
                    [
                        move.product_id.default_code,
                        *move.product_id.product_template_attribute_value_ids.mapped("name"),
                    ],
                ),
                "lots": enumerated(self.env, move.move_line_ids.lot_id.mapped("name")),
                "unit": move.product_uom.name,
                "quantity": f"{move.quantity if left else move.product_uom_qty:.12g}",
            }
            for move in self._sop_brought_moves()
        ]

    def _sop_paper_payments(self):
        """Return who of finance signed for which contract's money (D4)."""
        paper = self.env["sop.paper"]
        return [
            {
                "contract": contract.number,
                "user": signature.user_id.name,
                "date": paper._datetime(signature.signed_on),
                "demanded": contract._format(signature.amount_demanded),
                "collected": contract._format(signature.amount_collected),
            }
            for contract in self._sop_contracts()
            if (signature := self._sop_payment_signature(contract))
        ]
