from odoo.tools import SQL

MODULE = "sales_sop"


def uninstall_hook(env):
    """Let the addon's groups and routes go with it: see ``drop_restrictions``."""
    drop_restrictions(env, MODULE)


def drop_restrictions(env, module):
    """Drop the foreign keys by which the tables of ``module`` hold on to other records.

    Approvals refer to roles and routes by foreign keys that restrict their deletion, as they have
    to while the addon lives. Odoo deletes the records of an addon before it drops the tables, so
    these would be left behind. The tables are about to be dropped: their foreign keys go first.
    """
    for table, constraint in env.execute_query(_restrictions_sql(env, module)):
        env.cr.execute(
            SQL(
                "ALTER TABLE %s DROP CONSTRAINT %s",
                SQL.identifier(table),
                SQL.identifier(constraint),
            )
        )


def _restrictions_sql(env, module):
    """The restricting foreign keys of the tables that disappear with the addon."""
    return SQL(
        """
        SELECT pg_class.relname, pg_constraint.conname
          FROM pg_constraint
          JOIN pg_class ON pg_class.oid = pg_constraint.conrelid
         WHERE pg_constraint.contype = 'f'
           AND pg_constraint.confdeltype IN ('r', 'a')
           AND pg_class.relname IN %s
        """,
        tuple(_own_tables(env, module)),
    )


def _own_tables(env, module):
    xml_ids = env["ir.model.data"].search([("module", "=", module), ("model", "=", "ir.model")])
    names = env["ir.model"].browse(xml_ids.mapped("res_id")).mapped("model")
    # Odoo notes every addon that touches a model, also those that only extend it.
    own = [name for name in names if env.registry[name]._original_module == module]
    tables = [env.registry[name]._table for name in own if env.registry[name]._auto]
    relations = env["ir.model.relation"].search([("module.name", "=", module)])
    return tables + relations.mapped("name")
