from odoo import models

ASKED = "sales_sop.mail_activity_paper"


class SopMoneyPaper(models.Model):
    """A registered paper is on the list of whoever can countersign it (C3)."""

    _inherit = "sop.money.paper"

    def _set_state(self, state, **values):
        result = super()._set_state(state, **values)
        self.sudo().activity_unlink([ASKED])
        if state == "registered":
            for paper in self:
                paper._ask_second_person()
        return result

    def _ask_second_person(self):
        self._sop_remind(
            ASKED,
            self._second_people("group_finance") or self._second_people("group_finance_vp"),
            lambda paper: {
                "summary": paper.env._(
                    "Countersign %(kind)s %(paper)s of %(customer)s",
                    kind=paper._kind_label(),
                    paper=paper.name,
                    customer=paper.partner_id.display_name,
                ),
            },
        )

    def _second_people(self, role):
        """Return who holds ``role`` in the company, other than who registered the paper."""
        holders = self.env.ref(f"sales_sop.{role}")._sop_holders(self.company_id)
        return holders - self.registered_by_id
