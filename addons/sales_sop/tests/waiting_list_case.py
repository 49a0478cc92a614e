""" "Waiting for me" as the web client reads it, and what that costs."""

from lxml import etree

from .common import SopCase

# What Odoo reads in portions, of however many rows.
PORTIONS = 3


class WaitingListCase(SopCase):
    """The list of what waits for somebody, with the columns of its views."""

    def _specification(self, kind):
        """The fields that the view of ``kind`` shows, as the web client asks for them."""
        model = self.as_user(self.env["sop.approval"], "finance_vp")
        action = self.env["ir.actions.actions"]._for_xml_id("sales_sop.sop_approval_action_waiting")
        view = next((view for view, name in action["views"] if name == kind), False)
        arch = etree.fromstring(model.get_view(view, kind)["arch"])
        names = dict.fromkeys(node.get("name") for node in arch.iter("field"))
        self.assertLessEqual({"document_name", "summary", "why_me", "can_decide"}, names.keys())
        return {
            name: {"fields": {"display_name": {}}} if model._fields[name].relational else {}
            for name in names
        }

    def _opened(self, user, specification):
        """Return the rows that ``user`` is shown and the queries that it took."""
        self._settle()
        self.env.invalidate_all()
        model = self.env["sop.approval"].with_user(user)
        model = model.with_context(allowed_company_ids=self.company.ids, sop_waiting=True)
        before = self.env.cr.sql_log_count
        found = model.web_search_read([("waiting_for_me", "=", True)], specification, limit=400)
        self.assertEqual(found["length"], model.waiting_count())
        return found["records"], self.env.cr.sql_log_count - before

    def _decider(self, document, code):
        step = document.sudo().approval_ids.filtered(lambda row: row.code == code).step_ids
        return step.filtered(lambda row: row.state == "pending")[:1]._members()[:1]
