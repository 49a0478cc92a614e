from markupsafe import Markup

from odoo import models
from odoo.tools import format_date, formatLang

from odoo.addons.sales_sop.models.wording import clauses, labelled


class CommissionPlan(models.Model):
    """What those who approve a plan read of it: everything that decides an amount (B1)."""

    _inherit = "commission.plan"

    def _approval_summary(self, route_code):
        self.ensure_one()
        rules = self._approval_table(
            [
                self.env._("Rule"),
                self.env._("For"),
                self.env._("Commission"),
                self.env._("Counted and Limited"),
            ],
            [
                (
                    rule._condition_text(),
                    rule._role_text(),
                    rule._rate_text(),
                    clauses(self.env, rule._counting_texts()) or "—",
                )
                for rule in self.rule_ids.sorted(lambda rule: (rule.sequence, rule.id))
            ],
        )
        settings = self._approval_table([self.env._("Setting"), ""], self._summary_rows())
        return Markup("%s%s") % (settings, rules)

    def _summary_rows(self):
        """Return ``[(label, value)]`` of the settings of the plan."""
        values = {
            "date_from": format_date(self.env, self.date_from),
            "date_basis": self._label("date_basis"),
            "currency_id": self.currency_id.name,
            **self._currency_values(),
            "fulfilment_period": self._label("fulfilment_period"),
            "amount_max": self._limit_text("amount_max"),
            "amount_min": self._limit_text("amount_min"),
            "overdue_mode": self._label("overdue_mode"),
            **self._overdue_values(),
            "negative_sheet": self._label("negative_sheet"),
        }
        labels = self.fields_get(values, ["string"])
        return [(labels[name]["string"], value) for name, value in values.items()]

    def _currency_values(self):
        """A plan in the company's own currency has no exchange rate to decide about."""
        if self.currency_id == self.company_id.currency_id:
            return {}
        return {"currency_rate": f"{self.currency_rate:.12g}"}

    def _overdue_values(self):
        if self.overdue_mode == "none":
            return {}
        values = {
            "overdue_grace_days": self.overdue_grace_days,
            "deduct_open": self.env._("Yes") if self.deduct_open else self.env._("No"),
        }
        if self.overdue_mode == "interest":
            return values
        return {
            "overdue_percent": f"{self.overdue_percent:.12g}",
            "overdue_days": self.overdue_days,
            **values,
        }

    def _label(self, name):
        return dict(self._fields[name]._description_selection(self.env)).get(self[name], "")

    def _limit_text(self, name):
        if not self[name]:
            return self.env._("No limit")
        return formatLang(self.env, self[name], currency_obj=self.currency_id)


class CommissionRule(models.Model):
    _inherit = "commission.rule"

    def _counting_texts(self):
        """Say what the rate is of, what fills the tiers, and where the rule ends."""
        self.ensure_one()
        texts = []
        if self.rate_kind == "tiers":
            texts += [
                self._label("base"),
                *(
                    labelled(self.env, self._string(name), self._label(name))
                    for name in ("tier_scope", "tier_rules", "tier_unit")
                ),
            ]
            if self.lineage_id:
                texts.append(labelled(self.env, self._string("lineage_id"), self.lineage_id.name))
        if self.amount_max:
            most = formatLang(self.env, self.amount_max, currency_obj=self.currency_id)
            texts.append(labelled(self.env, self._string("amount_max"), most))
        return texts

    def _string(self, name):
        return self.fields_get([name], ["string"])[name]["string"]
