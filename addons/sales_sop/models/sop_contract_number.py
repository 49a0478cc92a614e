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
        """Return the company's sequence and its counter for the year of ``date`` (today's)."""
        return self.env["ir.sequence"]._sop_ensure_yearly(
            self._prepare_sequence_values(company), company, date or company._sop_today()
        )

    @api.model
    def _prepare_sequence_values(self, company):
        return {
            "name": f"{company.name}: sales contracts",
            "code": "sop.contract",
            "implementation": "no_gap",
            "prefix": "HT%(range_year)s-",
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
