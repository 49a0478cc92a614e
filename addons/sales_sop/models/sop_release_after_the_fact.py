from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from .sop_release import AFTER_THE_FACT_RULES

SATURDAY = 5


class SopRelease(models.Model):
    """Goods that leave on a day without approvers, to be approved within the policy's days.

    The filing opens D1 and D4 at once, for that day. Never K2, never D9.
    """

    _inherit = "sop.release"

    @api.onchange("kind")
    def _onchange_kind(self):
        """What is approved afterwards is excused from both gates at once."""
        if self.kind == "after_the_fact":
            self.rule = AFTER_THE_FACT_RULES
        elif self.rule == AFTER_THE_FACT_RULES:
            self.rule = self.default_get(["rule"]).get("rule")

    def _after_the_fact_values(self):
        if self.kind != "after_the_fact":
            return {}
        today = self._today(self.company_id)
        days = self.contract_id.policy_id.after_the_fact_days
        return {
            "date_expiry": today,
            "approve_by": fields.Date.add(today, days=days),
            "timeliness": "open",
        }

    def _check_after_the_fact(self):
        """Who may file one, on which day, and while nothing earlier is left undone."""
        self.env.user._sop_require_role(
            self.env._("let goods leave before the approval"),
            "sales_sop.group_sales_office",
            "stock.group_stock_user",
        )
        policy = self.contract_id.sudo().policy_id
        today = self._today(self.company_id)
        if not policy.after_the_fact_days:
            raise UserError(
                self.env._(
                    "%(document)s: the sales policy %(policy)s does not allow goods to leave "
                    "before the approval.",
                    document=self.document_name,
                    policy=policy.name,
                )
            )
        if policy.after_the_fact_on == "weekend" and today.weekday() < SATURDAY:
            raise UserError(
                self.env._(
                    "%(document)s: an exception after the fact is for Saturdays and Sundays. Today "
                    "the approvers are at work: request the exception beforehand.",
                    document=self.document_name,
                )
            )
        self.contract_id.sudo()._touch()
        self._check_nothing_left_undone()

    def _check_nothing_left_undone(self):
        """No further one while one of the contract was refused, or one is overdue."""
        earlier = self.sudo().search(Domain("kind", "=", "after_the_fact") & self._undone_domain())
        for release in earlier:
            if release.state == "refused" or release._is_overdue():
                raise UserError(
                    self.env._(
                        "%(document)s: %(earlier)s of contract %(contract)s, filed after the fact, "
                        "was refused or has not been approved in time. First that is settled.",
                        document=self.document_name,
                        earlier=release.display_name,
                        contract=release.contract_id.number,
                    )
                )

    def _undone_domain(self):
        """Of this contract: refused or waiting; of this salesperson: waiting."""
        of_contract = Domain("contract_id", "=", self.contract_id.id) & Domain(
            "state", "in", ("pending", "refused")
        )
        user = self.contract_id.sudo().user_id
        if not user:
            return of_contract
        return of_contract | (
            Domain("user_id", "=", user.id)
            & Domain("company_id", "=", self.company_id.id)
            & Domain("state", "=", "pending")
        )

    def _is_overdue(self):
        """Whether the day by which it had to be approved has passed."""
        self.ensure_one()
        waits = self.kind == "after_the_fact" and self.state == "pending"
        return waits and bool(self.approve_by) and self._today(self.company_id) > self.approve_by

    def _remind_overdue(self):
        """Put it on the to-do lists of those who decide and of the sales managers."""
        steps = self._approval_for("release").step_ids
        members = self.env["res.users"]
        for step in steps.filtered(lambda step: step.state == "pending"):
            members |= step._members()
        managers = self.env.ref("sales_sop.group_sales_manager")._sop_holders(self.company_id)
        for member in members | managers:
            release = self.with_context(lang=member.lang)
            release.activity_schedule(
                "sales_sop.mail_activity_release",
                user_id=member.id,
                summary=release.env._(
                    "Approval was due on %s: the goods have left",
                    format_date(release.env, release.approve_by),
                ),
            )

    def _close_reminders(self):
        self.activity_unlink(["sales_sop.mail_activity_release"])
