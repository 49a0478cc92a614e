from odoo.tools.sql import column_exists, create_column

from odoo.addons.sales_sop.hooks import drop_restrictions

MODULE = "commission"


def pre_init_hook(env):
    """Fill the copies of facts in one statement: the ORM would take hours on a large database."""
    cr = env.cr
    if column_exists(cr, "sale_order_line", "commission_categ_path"):
        return
    create_column(cr, "sale_order_line", "commission_categ_path", "varchar")
    cr.execute(
        """
        UPDATE sale_order_line line
           SET commission_categ_path = categ.parent_path
          FROM product_product product
          JOIN product_template template ON template.id = product.product_tmpl_id
          JOIN product_category categ ON categ.id = template.categ_id
         WHERE product.id = line.product_id
        """
    )


def post_init_hook(env):
    """Choose journal and accounts where a company's chart has them; nothing is booked by that."""
    chart = env["account.chart.template"]
    for company in env["res.company"].search([("chart_template", "!=", False)]):
        chart._set_up_commission(company)


def uninstall_hook(env):
    """Leave nothing behind: see ``drop_restrictions``."""
    drop_restrictions(env, MODULE)
