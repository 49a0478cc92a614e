from odoo import api, models

from .sop_remembered_mixin import remembered
from .touch import touch


class IrSequence(models.Model):
    """Numbers of papers: every company counts on its own, every year anew."""

    _name = "ir.sequence"
    _inherit = ["ir.sequence", "sop.remembered.mixin"]

    @api.model
    def _sop_remembered_names(self):
        # It counts past the ORM.
        return [name for name in super()._sop_remembered_names() if name != "number_next"]

    @api.model
    def _sop_ensure_yearly(self, values, company, date):
        """Return the company's sequence and its counter for the year of ``date``.

        Two that find none must not both make one: before it is made, the company is touched.

        :param dict values: ``code``, ``name`` and ``prefix`` of a sequence that has to be made, and
            whatever else it needs
        """
        sequence, counter = self._sop_yearly(values["code"], company, date)
        if counter:
            return sequence, counter
        touch(company)
        # Somebody else may just have made it: what is remembered does not count.
        self._sop_forget()
        sequence, __ = self._sop_yearly(values["code"], company, date)
        if not sequence:
            yearly = {"company_id": company.id, "padding": 4, "use_date_range": True}
            sequence = sequence.create({**yearly, **values})
        if sequence.use_date_range and not sequence._sop_counter_of(date):
            sequence._create_date_range_seq(date)
        return sequence, sequence._sop_counter_of(date)

    @api.model
    def _sop_yearly(self, code, company, date):
        """Return the company's sequence and what counts on ``date``; empty where missing."""
        sequence_id, counter_id = self._sop_yearly_ids(code, company.id, date)
        sequence = self.sudo().browse(sequence_id)
        sequence._sop_recall()
        return sequence, sequence._sop_counters().browse(counter_id)

    @api.model
    @remembered("code", "company_id", "date")
    def _sop_yearly_ids(self, code, company_id, date):
        """Ids of the company's sequence and of what counts on ``date``; False where missing."""
        sequence = self.sudo().search(
            [("code", "=", code), ("company_id", "=", company_id)], order="id", limit=1
        )
        return sequence.id, sequence._sop_counter_of(date).id

    def _sop_counters(self):
        return self.env["ir.sequence.date_range"] if self.use_date_range else self.browse()

    def _sop_counter_of(self, date):
        """Return what counts: the sequence's counter of the year, or the sequence itself."""
        if not self.use_date_range:
            return self
        return self._sop_counters().search_fetch(
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


class IrSequenceDateRange(models.Model):
    _name = "ir.sequence.date_range"
    _inherit = ["ir.sequence.date_range", "sop.remembered.mixin"]

    @api.model
    def _sop_remembered_names(self):
        return [name for name in super()._sop_remembered_names() if name != "number_next"]
