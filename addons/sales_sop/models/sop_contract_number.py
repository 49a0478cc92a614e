from odoo import api, fields, models
from odoo.tools import SQL


class SopContract(models.Model):
    """The contract's number: every company counts on its own, every year anew, without gaps."""

    _inherit = "sop.contract"

    @api.model
    def _next_number(self, company):
        """Return the next contract number of ``company``; the year is that of its own clock.

        Of two that ask at the same moment the second one waits, starts again and takes the next
        number, as with every other conflict.
        """
        date = self._company_date(company)
        sequence = self._ensure_sequence(company, date)
        counter = self._year_of(sequence, date)
        if sequence.implementation == "no_gap":
            self._wait_for(counter)
        if sequence.use_date_range:
            counter = counter.with_context(ir_sequence_date_range=counter.date_from)
        return counter._next()

    @api.model
    def _company_date(self, company):
        """Return today's date where the company is: its address's time zone, or the user's."""
        zone = company.sudo().partner_id.tz or self.env.context.get("tz") or self.env.user.tz
        return fields.Date.context_today(self.with_context(tz=zone or "UTC"))

    @api.model
    def _ensure_sequence(self, company, date=None):
        """Return the company's sequence, with a counter for the year of ``date`` (today's).

        Two that find none must not both make one: before it is made, the company's row is
        updated, and PostgreSQL refuses the second of two that do so.
        """
        date = date or self._company_date(company)
        sequence = self._company_sequence(company)
        if sequence and self._year_of(sequence, date):
            return sequence
        self.env.cr.execute(
            SQL("UPDATE res_company SET write_date = write_date WHERE id = %s", company.id)
        )
        if not sequence:
            sequence = sequence.create(self._prepare_sequence_values(company))
        if sequence.use_date_range and not self._year_of(sequence, date):
            sequence._create_date_range_seq(date)
        return sequence

    @api.model
    def _company_sequence(self, company):
        return (
            self.env["ir.sequence"]
            .sudo()
            .search(
                [("code", "=", "sop.contract"), ("company_id", "=", company.id)],
                order="id",
                limit=1,
            )
        )

    @api.model
    def _year_of(self, sequence, date):
        """Return what counts: the sequence's counter of the year, or the sequence itself."""
        if not sequence.use_date_range:
            return sequence
        return sequence.date_range_ids.filtered(
            lambda year: year.date_from <= date <= year.date_to
        )[:1]

    @api.model
    def _prepare_sequence_values(self, company):
        return {
            "name": f"{company.name}: sales contracts",
            "code": "sop.contract",
            "company_id": company.id,
            "implementation": "no_gap",
            "prefix": "HT%(range_year)s-",
            "padding": 4,
            "use_date_range": True,
        }

    @api.model
    def _wait_for(self, counter):
        """Wait for whoever takes a number now, instead of failing because somebody does."""
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET write_date = write_date WHERE id = %s",
                SQL.identifier(counter._table),
                counter.id,
            )
        )
