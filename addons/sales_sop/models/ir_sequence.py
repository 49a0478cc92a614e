from odoo import api, models
from odoo.tools import SQL


class IrSequence(models.Model):
    """Numbers of papers: every company counts on its own, every year anew."""

    _inherit = "ir.sequence"

    @api.model
    def _sop_ensure_yearly(self, values, company, date):
        """Return the company's sequence and its counter for the year of ``date``.

        Two that find none must not both make one: before it is made, the company's row is
        updated, and PostgreSQL refuses the second of two that do so; it is tried again.

        :param dict values: ``code``, ``name`` and ``prefix`` of a sequence that has to be made, and
            whatever else it needs
        """
        sequence = self.sudo().search_fetch(
            [("code", "=", values["code"]), ("company_id", "=", company.id)], order="id", limit=1
        )
        counter = sequence._sop_counter_of(date)
        if counter:
            return sequence, counter
        self.env.cr.execute(
            SQL("UPDATE res_company SET write_date = write_date WHERE id = %s", company.id)
        )
        if not sequence:
            yearly = {"company_id": company.id, "padding": 4, "use_date_range": True}
            sequence = sequence.create({**yearly, **values})
        if sequence.use_date_range and not sequence._sop_counter_of(date):
            sequence._create_date_range_seq(date)
        return sequence, sequence._sop_counter_of(date)

    def _sop_counter_of(self, date):
        """Return what counts: the sequence's counter of the year, or the sequence itself."""
        if not self.use_date_range:
            return self
        return self.env["ir.sequence.date_range"].search_fetch(
            [("sequence_id", "=", self.id), ("date_from", "<=", date), ("date_to", ">=", date)],
            ["date_from"],
            limit=1,
        )

    @api.model
    def _sop_next_yearly(self, values, company):
        """Return the next number of ``company``; the year is that of its own clock."""
        today = company._sop_today()
        sequence, __ = self._sop_ensure_yearly(values, company, today)
        return sequence.next_by_id(today)
