from odoo.tools.sql import column_exists, create_column, drop_constraint

from odoo.addons.sales_sop.hooks import drop_restrictions

MODULE = "sales_sop_crm"
# What no customer's card can say yet when the addon is installed.
COLUMNS = {
    "sop_nature": "varchar",
    "sop_legal_representative": "varchar",
    "sop_size": "varchar",
    "sop_registered_capital": "numeric",
    "sop_capital_currency_id": "int4",
}

# What the addon adds to Odoo's tables and what keeps people, customers and enquiries from being
# deleted while it is there.
KEEPING = {
    "crm_lead": ("sop_registered_by_id", "sop_customer_id"),
    "sale_order": ("sop_enquiry_id",),
}


def pre_init_hook(env):
    """Leave Odoo nothing to compute for the leads that are there: the ORM would take long."""
    cr = env.cr
    for name, kind in COLUMNS.items():
        if not column_exists(cr, "crm_lead", name):
            create_column(cr, "crm_lead", name, kind)
    if not column_exists(cr, "crm_lead", "sop_enquiry_state"):
        create_column(cr, "crm_lead", "sop_enquiry_state", "varchar")
        cr.execute(
            """
            UPDATE crm_lead
               SET sop_enquiry_state = 'open',
                   sop_capital_currency_id = company.currency_id
              FROM crm_lead lead
         LEFT JOIN res_company company ON company.id = lead.company_id
             WHERE lead.id = crm_lead.id
            """
        )


def uninstall_hook(env):
    """Leave nothing behind: see ``drop_restrictions``."""
    drop_restrictions(env, MODULE)
    for table, columns in KEEPING.items():
        for column in columns:
            drop_constraint(env.cr, table, f"{table}_{column}_fkey")
