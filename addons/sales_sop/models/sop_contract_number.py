from odoo import api, models
from odoo.tools import SQL


class SopContract(models.Model):
    """The contract's number: every company counts on its own, every year anew, without gaps."""

    _inherit = "sop.contract"

    @api.model
    def _next_number(self, company):
        """Return the next contract number of ``company``; the year is that of its own clock.

        Of two that ask at the same moment the second one waits, starts again and takes the next
        number, as with every other conflict. Numbers that contracts from before the go-live
        brought along are skipped.
        """
        date = company._sop_today()
        sequence, counter = self._ensure_sequence(company, date)
        sequence = sequence.with_context(tz=company._sop_zone())
        if sequence.use_date_range:
            counter._sop_recall()
            sequence = sequence.with_context(ir_sequence_date_range=counter.date_from)
        if sequence.implementation == "no_gap":
            return self._count(sequence, counter, company)
        while True:
            number = counter.with_env(sequence.env)._next()
            if not self.sudo().search_count(
                [("number", "=", number), ("company_id", "=", company.id)], limit=1
            ):
                return number

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
    def _count(self, sequence, counter, company):
        """Take the next number of ``counter`` that no contract of ``company`` has.

        Odoo's own way fails when somebody else takes one at the same moment; this one waits.
        """
        counter.flush_recordset(["number_next"])
        self.flush_model(["number", "company_id"])
        prefix, suffix = sequence._get_prefix_suffix()
        taken = True
        while taken:
            [[number, taken]] = self.env.execute_query(
                SQL(
                    """UPDATE %(counter)s counter SET number_next = number_next + %(step)s
                        WHERE id = %(id)s
                    RETURNING number_next - %(step)s,
                              EXISTS (
                                  SELECT 1
                                    FROM sop_contract
                                   WHERE company_id = %(company)s
                                     AND number = %(prefix)s || LPAD(
                                             (counter.number_next - %(step)s)::text,
                                             GREATEST(
                                                 %(padding)s,
                                                 LENGTH((counter.number_next - %(step)s)::text)),
                                             '0') || %(suffix)s)""",
                    counter=SQL.identifier(counter._table),
                    step=sequence.number_increment,
                    id=counter.id,
                    company=company.id,
                    prefix=prefix,
                    padding=sequence.padding,
                    suffix=suffix,
                )
            )
        counter.invalidate_recordset(["number_next"], flush=False)
        return sequence.get_next_char(number)
