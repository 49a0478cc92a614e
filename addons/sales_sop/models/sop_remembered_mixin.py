import functools

from odoo import api, models, tools

# Kept on the cursor until the transaction that has changed what is remembered ends.
UNSETTLED = "sop.remembered.mixin"


def remembered(*key):
    """Remember what a method returns, as ``tools.ormcache`` does, where it may be remembered."""

    def decorate(method):
        cached = tools.ormcache(*key)(method)

        @functools.wraps(method)
        def lookup(self, *args, **kwargs):
            found = method if UNSETTLED in self.env.cr.postcommit.data else cached
            return found(self, *args, **kwargs)

        return lookup

    return decorate


class SopRememberedMixin(models.AbstractModel):
    """Settings that every document asks for and that seldom change are read once by a process.

    Only what is committed is remembered: a transaction that has changed a setting reads all of
    them from the database until it ends, and every process forgets when it is committed. Nobody is
    judged by a rule that is not in force yet, or not any more.
    """

    _name = "sop.remembered.mixin"
    _description = "Settings That Are Remembered"

    # -- remembering ---------------------------------------------------------------------------

    @api.model
    def _sop_is_settled(self):
        """Whether this transaction may use what is remembered."""
        return UNSETTLED not in self.env.cr.postcommit.data

    @api.model
    def _sop_remembered_names(self):
        """Names of the columns that are remembered."""
        return [
            name
            for name, field in self._fields.items()
            if field.store
            and field.column_type
            and field.prefetch is True
            and not field.company_dependent
            and name != "id"
        ]

    def _sop_recall(self):
        """Put what is remembered of these records into the cache, so that no query reads it."""
        if self._sop_is_settled() and any(self._fields["create_date"]._cache_missing_ids(self)):
            self._sop_put_into_cache()

    def _sop_put_into_cache(self):
        """Return whether all of these records are remembered, and their values in the cache now."""
        records = self.sudo()._origin
        if self.env.context.get("prefetch_langs"):
            return False
        names, rows = records._sop_rows(records._ids, self.env.lang)
        for name, values in zip(names, rows):
            records._fields[name]._insert_cache(records, values)
        return bool(rows)

    @tools.ormcache("ids", "lang")
    def _sop_rows(self, ids, lang):
        """Return the names of columns and, for each, the values of all ``ids``."""
        names = self._sop_remembered_names()
        query = self._as_query(ordered=False)
        columns = [self._field_to_sql(self._table, name, query) for name in ("id", *names)]
        rows = {row[0]: row[1:] for row in self.env.execute_query(query.select(*columns))}
        if not rows.keys() >= set(ids):
            return names, ()
        return names, tuple(zip(*(rows[id_] for id_ in ids)))

    # -- forgetting ----------------------------------------------------------------------------

    @api.model
    def _sop_forget(self):
        """Let this transaction read anew, and everybody once it is committed."""
        postcommit, registry = self.env.cr.postcommit, self.env.registry
        registry.clear_cache()
        if UNSETTLED not in postcommit.data:
            postcommit.data[UNSETTLED] = True
            postcommit.add(registry.clear_cache)

    @api.model_create_multi
    def create(self, vals_list):
        self._sop_forget()
        return super().create(vals_list)

    def write(self, vals):
        self._sop_forget()
        return super().write(vals)

    def _write_multi(self, vals_list):
        # What is computed is written without ``write``.
        self._sop_forget()
        return super()._write_multi(vals_list)

    # The dialog of translations writes past ``write``.
    def _update_field_translations(self, field_name, translations, digest=None, source_lang=""):
        self._sop_forget()
        return super()._update_field_translations(
            field_name, translations, digest=digest, source_lang=source_lang
        )

    def unlink(self):
        self._sop_forget()
        return super().unlink()


class SopRulesMixin(models.AbstractModel):
    """Rules that only private code reads: nobody has to ask for what is remembered of them."""

    _name = "sop.rules.mixin"
    _description = "Rules That Are Remembered"
    _inherit = ["sop.remembered.mixin"]

    def _fetch_field(self, field):
        if not self.env.su or not self._sop_is_settled():
            return super()._fetch_field(field)
        if self._sop_is_remembered_relation(field):
            return self._sop_recall_related(field)
        if field.name in self._sop_remembered_names() and self._sop_put_into_cache():
            return None
        return super()._fetch_field(field)

    @api.model
    def _sop_is_remembered_relation(self, field):
        """Whether the field lists records whose every change is noticed."""
        kind = {"one2many": SopRulesMixin, "many2many": SopRememberedMixin}.get(field.type)
        return bool(kind) and isinstance(self.env[field.comodel_name], self.pool[kind._name])

    def _sop_recall_related(self, field):
        for record in self._origin:
            field._insert_cache(record, [record._sop_related_ids(field.name, self.env.lang)])

    @tools.ormcache("self.id", "name", "lang")
    def _sop_related_ids(self, name, lang):
        field = self._fields[name]
        field.read(self)
        return field._get_cache(self.env)[self.id]
