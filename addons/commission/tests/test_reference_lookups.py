from odoo.tests import TransactionCase, tagged

from odoo.addons.sales_sop.tests.reference_lookups import looked_up


@tagged("post_install", "-at_install")
class TestReferenceLookups(TransactionCase):
    def test_a_write_to_odoos_documents_looks_for_no_record_of_ours(self):
        self.assertEqual(looked_up(self.registry, "commission"), {})
