"""After uninstalling, the same database is stock Odoo and goes on selling."""

import subprocess

from tooling import addons, settings

SCRIPT = """
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

names = {names!r}
modules = env["ir.module.module"].search([("name", "in", names), ("state", "=", "installed")])
assert sorted(modules.mapped("name")) == names, modules.mapped("name")
orders = env["sale.order"].search([("sop_contract_id", "!=", False), ("state", "=", "sale")])
open_pickings = orders.picking_ids.filtered(lambda p: p.state == "assigned" and p.sop_blockers)
assert open_pickings, "the demo data has no delivery that waits"
picking_id, order_id = open_pickings[0].id, open_pickings[0].sale_id.id
modules.button_immediate_uninstall()

registry = Registry(env.cr.dbname)
with registry.cursor() as cr:
    env = api.Environment(cr, SUPERUSER_ID, {{}})
    assert "sop.contract" not in env
    assert "sop_contract_id" not in env["sale.order"]._fields
    # What people sold meanwhile stays; nothing of the addon itself does.
    kinds = ("ir.model", "ir.model.fields", "ir.ui.view", "ir.ui.menu", "ir.rule", "res.groups")
    left = env["ir.model.data"].search([("module", "in", names), ("model", "in", kinds)])
    assert not left, left.mapped("complete_name")
    cr.execute("SELECT tablename FROM pg_tables WHERE tablename LIKE 'sop%'")
    assert not cr.fetchall()
    picking = env["stock.picking"].browse(picking_id)
    env = api.Environment(cr, SUPERUSER_ID, {{"allowed_company_ids": picking.company_id.ids}})
    picking = picking.with_env(env)
    picking.with_context(skip_backorder=True).button_validate()
    assert picking.state == "done", picking.state
    order = picking.sale_id
    line = order.order_line.filtered(lambda sol: sol.product_id.invoice_policy == "delivery")[:1]
    assert line.qty_to_invoice == line.qty_delivered - line.qty_invoiced > 0
    invoice = order._create_invoices()
    invoice.action_post()
    assert invoice.state == "posted"
    new = order.copy()
    new.action_confirm()
    assert new.state == "sale"
    for model in ("sale.order", "stock.picking", "account.move", "account.payment"):
        env[model].get_views([(False, "list"), (False, "form"), (False, "search")])
        env[model].search([], limit=5).read()
print("Stock Odoo works")
"""


def test_uninstalling_leaves_stock_odoo_working():
    names = sorted(addons.all_of_ours())
    done = subprocess.run(
        [str(settings.REPO / "sop"), "shell", "--fresh"],
        input=SCRIPT.format(names=names),
        capture_output=True,
        text=True,
        timeout=1800,
    )
    assert "Stock Odoo works" in done.stdout, done.stdout[-3000:] + done.stderr[-6000:]
    assert not done.returncode
