from unittest.mock import patch

from odoo.fields import Domain

FIELDS = (
    "contract_id",
    "order_id",
    "money_move_id",
    "invoice_id",
    "kind",
    "date",
    "date_maturity",
    "amount",
)


class CollectionSearches:
    """A search that reads the money of few contracts finds what one finds among all."""

    def check_searches(self, step=""):
        model = self.env["sop.collection"]
        self.env.flush_all()
        with patch.object(type(model), "_contract_ids_asked", lambda self, domain: None):
            all_rows = model.search([("company_id", "=", self.company.id)])
            domains = self._searches(all_rows)
            expected = [self._row_values(all_rows.filtered_domain(domain)) for domain in domains]
        for domain, rows in zip(domains, expected, strict=True):
            model.invalidate_model()
            mine = Domain(domain) & Domain("company_id", "=", self.company.id)
            self.assertEqual(self._row_values(model.search(mine)), rows, (domain, step))
        # Read again by their ids, as an export does.
        model.invalidate_model()
        self.assertEqual(
            self._row_values(model.browse(all_rows.ids)), self._row_values_of_all(all_rows)
        )

    def _searches(self, rows):
        domains = {(("amount", ">", 100.0),), (("user_id", "=", False),)}
        for row in rows:
            domains |= {
                ((name, "=", row[name].id),)
                for name in ("contract_id", "order_id", "money_move_id", "invoice_id")
            }
            domains |= {
                ((name, operator, row[name]),)
                for name in ("date", "recorded_on")
                for operator in (">=", "=")
                if row[name]
            }
            domains.add(("|", ("contract_id", "=", row.contract_id.id), ("date", ">", row.date)))
            domains.add(("!", ("contract_id", "=", row.contract_id.id)))
        return [list(domain) for domain in domains]

    def _row_values_of_all(self, rows):
        model = type(rows)
        with patch.object(model, "_contract_ids_asked", lambda self, domain: None):
            rows.invalidate_model()
            return self._row_values(rows)

    def _row_values(self, rows):
        return {row["id"]: row for row in rows.read(FIELDS, load=None)}
