"""The steps of the procedure on many documents at once, as people take them from their lists."""

from .common import SopCase


class ListCase(SopCase):
    """Each step is done by who does it, once for all of them."""

    @staticmethod
    def each(records):
        """Yield the records one by one; none of them makes Odoo read or compute the others."""
        for record in records:
            yield record.with_prefetch()

    def quotations(self, count, **values):
        orders = self.as_user(self.env["sale.order"], "salesperson")
        return orders.create([self._quotation_values(**values) for _order in range(count)])

    def submit_all(self, orders):
        self.as_user(orders, "salesperson").action_sop_submit()

    def approve_all(self, documents, route_code, role):
        documents = self.as_user(documents, role)
        approvals = [document.approval_for(route_code) for document in documents]
        documents.env["sop.approval"].union(*approvals).approve()

    def confirmed_orders(self, count, **values):
        orders = self.quotations(count, **values)
        self.submit_all(orders)
        self.approve_all(orders, "application", "sales_manager")
        contracts = orders.sudo().sop_contract_id
        self.as_user(contracts, "sales_office").action_submit()
        self.approve_all(contracts, "contract", "sales_head")
        self.approve_all(contracts, "contract", "finance")
        self.as_user(orders, "salesperson").action_confirm()
        return orders

    def approve_deliveries(self, pickings):
        self.as_user(pickings, "sales_office").action_sop_submit()
        self.approve_all(pickings, "delivery", "sales_manager")
        return pickings

    def receive_all(self, count, amount, **values):
        payments = self.as_user(self.env["account.payment"], "finance")
        payments = payments.create(
            [self._payment_values(amount, **values) for _payment in range(count)]
        )
        payments.action_post()
        return payments

    def collect_all(self, orders, amount):
        """The same amount is received and earmarked for each order."""
        payments = self.receive_all(len(orders), amount)
        earmarks = self.as_user(self.env["sop.payment.allocation"], "finance")
        return earmarks.create(
            [
                self._earmark_values(payment, order)
                for payment, order in zip(payments, orders, strict=True)
            ]
        )
