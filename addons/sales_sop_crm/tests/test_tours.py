from odoo.tests import tagged

from odoo.addons.sales_sop.tests.tour_case import TourCase

from .test_enquiry_order import EnquiryRequiredCase


@tagged("post_install", "-at_install")
class TestEnquiryTours(EnquiryRequiredCase, TourCase):
    """From the enquiry to the submitted quotation, as a salesperson clicks through it (A5)."""

    def test_a_salesperson_registers_an_enquiry_and_quotes_it(self):
        fan = self._new_product("Kiln fan", 100.0)
        self._put_in_stock(fan, 100)
        self.walk("salesperson", "sop_salesperson_registers_an_enquiry")
        enquiry = self.env["crm.lead"].search([("partner_name", "=", "Kiln Street Pottery")])
        self.assertEqual(enquiry.sop_enquiry_state, "registered")
        order = enquiry.order_ids
        self.assertEqual(order.order_line.product_uom_qty, 6)
        self.assertEqual(order.sop_enquiry_id, enquiry)
        self.assertEqual(order.sop_application_state, "pending")
        customer = order.partner_id.commercial_partner_id
        self.assertEqual((customer.sop_nature, customer.sop_size), ("private", "small"))
