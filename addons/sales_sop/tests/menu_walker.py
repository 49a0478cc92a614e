"""What the web client asks for when a person clicks through their menus."""

from lxml import etree

from odoo import fields
from odoo.service.model import call_kw
from odoo.tools import safe_eval

NESTED = ("list", "form", "kanban", "graph", "pivot", "search", "calendar", "activity")


class MenuWalker:
    """Opens the menus of a role: the list, and the first document behind it."""

    def _menus_of(self, role):
        menus = self.as_user(self.env["ir.ui.menu"], role).load_web_menus(False)
        return [menu for menu in menus.values() if menu["id"] != "root"]

    def _menu_names(self, role):
        return {menu["name"] for menu in self._menus_of(role)}

    def _open_menus_of(self, role, addon=""):
        """Open the actions behind the menus of ``role``; return how many there are.

        :param addon: only the menus that this addon brings
        """
        actions = {
            (menu["actionModel"], menu["actionID"]): menu["xmlid"]
            for menu in self._menus_of(role)
            if menu["actionID"] and menu["xmlid"].startswith(f"{addon}." if addon else "")
        }
        for (model, action_id), xmlid in actions.items():
            with self.subTest(role=role, menu=xmlid), self.env.cr.savepoint():
                self._open_action(role, self._load_action(role, model, action_id))
        return len(actions)

    def _load_action(self, role, model, action_id):
        action = self.as_user(self.env[model], role).browse(action_id)
        if model == "ir.actions.server":
            return action.run() or {}
        return action.sudo()._get_action_dict()

    def _open_action(self, role, action):
        if action.get("type") != "ir.actions.act_window" or action.get("target") == "new":
            return
        context = self._evaluate(role, action.get("context") or {})
        domain = self._evaluate(role, action.get("domain") or [], context)
        views = self._get_views(role, action, context)
        kind = next(kind for kind in views if kind != "search")
        if kind == "form":
            return
        model = action["res_model"]
        found = self._search_read(role, model, domain, context, views[kind])
        if found and "form" in views:
            self._web_read(role, model, found[0]["id"], context, views["form"])

    def _get_views(self, role, action, context):
        views = [list(view) for view in action["views"]]
        wanted = views[:1] + [view for view in views[1:] if view[1] == "form"]
        search_view = action.get("search_view_id") or [False]
        wanted.append([search_view[0], "search"])
        result = self._call(
            role, action["res_model"], "get_views", context, wanted, {"toolbar": True}
        )
        return {kind: view["arch"] for kind, view in result["views"].items()}

    def _search_read(self, role, model, domain, context, arch):
        result = self._call(
            role,
            model,
            "web_search_read",
            context,
            domain,
            self._specification(role, model, etree.fromstring(arch)),
            limit=80,
        )
        return result["records"]

    def _web_read(self, role, model, record_id, context, arch):
        specification = self._specification(role, model, etree.fromstring(arch))
        self._call(role, model, "web_read", context, [record_id], specification)

    def _call(self, role, model, method, context, *args, **kwargs):
        # A request starts with nothing in the cache that somebody else may have read.
        self.env.invalidate_all()
        model = self.as_user(self.env[model], role).with_context(**context)
        return call_kw(model, method, list(args), {**kwargs, "context": dict(model.env.context)})

    def _specification(self, role, model_name, node):
        """The fields that the web client reads for a view, as it asks for them."""
        fields_of_model = self.env[model_name]._fields
        specification = {}
        for child in self._field_nodes(node):
            field = fields_of_model.get(child.get("name"))
            if field is None:
                continue
            specification[field.name] = self._field_specification(role, field, child)
        return specification

    def _field_nodes(self, node):
        for child in node:
            if child.tag == "field":
                yield child
            elif child.tag is not etree.Comment:
                yield from self._field_nodes(child)

    def _field_specification(self, role, field, node):
        if field.type in ("many2one", "reference"):
            return {"fields": {"display_name": {}}}
        if field.type in ("one2many", "many2many"):
            inner = next((child for child in node if child.tag in NESTED), None)
            if inner is None:
                return {"fields": {"display_name": {}}}
            return {"fields": self._specification(role, field.comodel_name, inner), "limit": 40}
        return {}

    def _evaluate(self, role, expression, context=None):
        if not isinstance(expression, str):
            return expression
        names = {
            "uid": self.users[role].id,
            "active_id": False,
            "active_ids": [],
            "active_model": False,
            "allowed_company_ids": self.company.ids,
            "context": context or {},
            "context_today": fields.Date.today,
            "datetime": safe_eval.datetime,
            "relativedelta": safe_eval.dateutil.relativedelta.relativedelta,
            "time": safe_eval.time,
        }
        return safe_eval.safe_eval(expression.strip() or "{}", {**names, **(context or {})})
