from collections import defaultdict

from odoo import api, models
from odoo.tools import format_list

LINES = "line_ids/"
LINE_IDS = {"line_ids/id", "line_ids/.id"}


class SopOpeningContract(models.Model):
    """What Odoo's import takes for granted, and a file that somebody filled in has otherwise.

    Rows with the same ``id`` are one record for Odoo, which would lose a contract; lines without
    an ``id`` of their own are new ones, and a corrected file would bring them once more.
    """

    _inherit = "sop.opening.contract"

    @api.model
    def load(self, fields, data):
        rows = self._with_plain_ids(fields, data)
        if message := self._id_used_twice(fields, rows):
            return {"ids": False, "messages": [message], "nextrow": 0}
        savepoint = self.env.cr.savepoint()
        self._lines_brought_anew(fields, rows).unlink()
        result = super().load(fields, rows)
        savepoint.close(rollback=not result["ids"])
        return result

    def _with_plain_ids(self, fields, data):
        """An id is a code without spaces for Odoo, and people write “HT 2024 1”."""
        columns = {index for index, name in enumerate(fields) if name in ("id", "line_ids/id")}
        return [
            [
                "_".join(value.split()) if index in columns and isinstance(value, str) else value
                for index, value in enumerate(row)
            ]
            for row in data
        ]

    def _id_used_twice(self, fields, rows):
        """Return what the import dialog says of an id that two contracts of the file have."""
        if not {"id", "number"} <= set(fields):
            return None
        id_at, number_at = fields.index("id"), fields.index("number")
        numbers = defaultdict(list)
        for index, row in enumerate(rows):
            number = (row[number_at] or "").strip()
            if row[id_at] and number and number not in numbers[row[id_at]]:
                numbers[row[id_at]].append(number)
                if len(numbers[row[id_at]]) > 1:
                    text = self.env._(
                        "The id %(id)s stands for the contracts %(numbers)s, and only one of them "
                        "would be kept. Give each an id of its own.",
                        id=row[id_at],
                        numbers=format_list(self.env, numbers[row[id_at]]),
                    )
                    rows_at = {"from": index, "to": index}
                    return {"type": "error", "message": text, "rows": rows_at, "record": index}
        return None

    def _lines_brought_anew(self, fields, rows):
        """Return the lines that the file replaces: it has lines of their contract, without ids."""
        lines_at = [index for index, name in enumerate(fields) if name.startswith(LINES)]
        if not lines_at or "id" not in fields or not LINE_IDS.isdisjoint(fields):
            return self.browse().line_ids
        id_at, current, ids = fields.index("id"), False, set()
        for row in rows:
            current = row[id_at] or current
            if current and any(row[index] for index in lines_at):
                ids.add(current if "." in current else f"__import__.{current}")
        known = [self.env.ref(xmlid, raise_if_not_found=False) for xmlid in ids]
        contracts = self.union(*(found for found in known if found and found._name == self._name))
        return contracts.filtered(lambda contract: contract.state == "draft").line_ids
