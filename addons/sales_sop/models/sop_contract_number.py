from odoo import api, models
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
        date = company._sop_today()
        sequence, counter = self._ensure_sequence(company, date)
        if sequence.use_date_range:
            sequence = sequence.with_context(ir_sequence_date_range=counter.date_from)
        if sequence.implementation != "no_gap":
            return counter.with_env(sequence.env)._next()
        return sequence.get_next_char(self._count(counter, sequence.number_increment))

    @api.model
    def _ensure_sequence(self, company, date=None):
        """Return the company's sequence and its counter for the year of ``date`` (today's).

        Two that find none must not both make one: before it is made, the company's row is
        updated, and PostgreSQL refuses the second of two that do so.
        """
        date = date or company._sop_today()
        sequence = self._company_sequence(company)
        counter = sequence and self._year_of(sequence, date)
        if counter:
            return sequence, counter
        self.env.cr.execute(
            SQL("UPDATE res_company SET write_date = write_date WHERE id = %s", company.id)
        )
        if not sequence:
            sequence = sequence.create(self._prepare_sequence_values(company))
        if sequence.use_date_range and not self._year_of(sequence, date):
            sequence._create_date_range_seq(date)
        return sequence, self._year_of(sequence, date)

    @api.model
    def _company_sequence(self, company):
        return (
            self.env["ir.sequence"]
            .sudo()
            .search_fetch(
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
        return sequence.env["ir.sequence.date_range"].search_fetch(
            [
                ("sequence_id", "=", sequence.id),
                ("date_from", "<=", date),
                ("date_to", ">=", date),
            ],
            ["date_from"],
            limit=1,
        )

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
    def _count(self, counter, step):
        """Take the next number of ``counter``.

        Odoo's own way fails when somebody else takes one at the same moment; this one waits.
        """
        counter.flush_recordset(["number_next"])
        [[number]] = self.env.execute_query(
            SQL(
                """UPDATE %s SET number_next = number_next + %s
                    WHERE id = %s RETURNING number_next - %s""",
                SQL.identifier(counter._table),
                step,
                counter.id,
                step,
            )
        )
        counter.invalidate_recordset(["number_next"], flush=False)
        return number
