"""A document of every kind that can wait for a decision."""

from .test_amendment import AmendmentCase
from .test_closing import ClosingCase
from .test_people import PeopleCase
from .test_pod_correction import CorrectionCase


class SubmittedCase(PeopleCase, AmendmentCase, ClosingCase, CorrectionCase):
    """Submitted by who does it in the company, and decided by nobody yet."""

    def route_codes(self):
        """Return the codes of all routes of this addon."""
        xml_ids = self.env["sop.approval.route"].search([])._get_external_ids()
        ours = [id_ for id_, names in xml_ids.items() if names[:1] and "sales_sop." in names[0]]
        self.assertGreaterEqual(len(ours), 10)
        return self.env["sop.approval.route"].browse(ours).mapped("code")

    def submitted(self, code):
        """Return a document that waits on the route ``code``."""
        return getattr(self, f"_submitted_{code}")()

    def _submitted_application(self):
        order = self.quotation()
        self.submit(order)
        return order

    def _submitted_credit(self):
        order = self.quotation()
        self.submit(order)
        self.approve(order, "application", "sales_manager")
        self.company.account_use_credit_limit = True
        self.customer.with_company(self.company).credit_limit = 1.0
        self.as_user(order, "salesperson").action_sop_submit_credit()
        self.company.account_use_credit_limit = False
        return order

    def _submitted_contract(self):
        contract = self.approved_quotation().sudo().sop_contract_id
        self.as_user(contract, "sales_office").action_submit()
        return contract

    def _submitted_delivery(self):
        picking = self.confirmed_order().sudo().picking_ids
        self.as_user(picking, "sales_office").action_sop_submit()
        return picking

    def _submitted_invoice(self):
        invoice = self.invoice_by_hand(self.invoice_line())
        self.as_user(invoice, "finance").action_sop_submit()
        return invoice

    def _submitted_amendment(self):
        return self.amendment(self.confirmed_order(), quantity=15)

    def _submitted_closing(self):
        return self._submitted_request("closing")

    def _submitted_cancellation(self):
        return self._submitted_request("cancellation")

    def _submitted_request(self, kind):
        order = self.confirmed_order()
        picking = self.approve_delivery(order.sudo().picking_ids)
        self.ship(picking, quantity=4)
        self.sign(picking)
        request = self.request(order, kind)
        self.as_user(request, "salesperson").action_submit()
        return request

    def _submitted_release(self):
        picking = self.confirmed_order().sudo().picking_ids
        release = self.as_user(self.env["sop.release"], "sales_office").create(
            {
                "res_model": picking._name,
                "res_id": picking.id,
                "rule": "D1",
                "reason": "The line stands still",
                "quantity_max": 10.0,
            }
        )
        release.action_submit()
        return release

    def _submitted_pod_correction(self):
        __, picking = self.shipped()
        self.receipt(picking, {self.drive: (10, 0, 0)})
        correction = self.correction(picking, (7, 2, 1))
        correction.action_submit()
        return correction
