from odoo.exceptions import AccessError
from odoo.tests import tagged

from .attack_case import AttackCase
from .common import ROLES, rule


@tagged("post_install", "-at_install")
class TestScheduledJobs(AttackCase):
    """What is done every night is done by the system, not by whoever asks for it."""

    def jobs(self):
        found = self.env["ir.cron"].with_context(active_test=False).search([])
        names = found._get_external_ids()
        return found.filtered(
            lambda job: any(name.startswith("sales_sop.") for name in names[job.id])
        )

    @rule("C9", "P6")
    def test_nobody_runs_a_scheduled_job(self):
        self.assertTrue(self.jobs())
        for job in self.jobs():
            action = job.ir_actions_server_id
            for role in (*ROLES, "stock_user", "accountant", "sale_manager", "portal", "employee"):
                with (
                    self.subTest(job=job.cron_name, role=role),
                    self.assertRefused(exception=AccessError),
                ):
                    self.rpc(action, role, "run")
            self.assertTrue(job.user_id.has_group("base.group_system"))
            action._can_execute_action_on_records(self.env[action.model_name])
