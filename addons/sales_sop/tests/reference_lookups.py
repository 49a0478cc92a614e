"""What a write to a document of Odoo's asks the database of ours."""

# Documents that are written many times in one request.
WRITTEN_OFTEN = (
    "account.move",
    "account.move.line",
    "account.partial.reconcile",
    "account.payment",
    "sale.order",
    "sale.order.line",
    "stock.move",
    "stock.move.line",
    "stock.picking",
)


def looked_up(registry, module):
    """Return ``{reference: fields}`` of ``module`` whose records each write has to look for.

    Odoo searches for the records that refer to what is written, where something stored depends
    on it; unless the document has the other side of the reference, which it remembers.
    """
    found = {}
    for name in WRITTEN_OFTEN:
        for field in registry[name]._fields.values():
            for reference, dependent in registry.get_field_trigger_tree(field).items():
                if (
                    registry[reference.model_name]._original_module == module
                    and reference.type == "many2one"
                    and not _other_sides(registry, reference)
                    and _is_stored(dependent)
                ):
                    found.setdefault(str(reference), set()).add(str(field))
    return found


def _other_sides(registry, reference):
    return [field for field in registry.field_inverses[reference] if not field.domain]


def _is_stored(tree):
    return any(field.store for field in tree.root) or any(map(_is_stored, tree.values()))
