from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class CommissionEntry(models.Model):
    """The payee may dispute a line of the own commission, on a sheet or not on one yet (B3)."""

    _inherit = "commission.entry"

    dispute_ids = fields.One2many(
        "commission.dispute", "entry_id", string="Disputes", readonly=True
    )
    can_dispute = fields.Boolean(
        compute="_compute_can_dispute",
        compute_sudo=True,
        help="It is the reader's own commission, and no dispute about it is open.",
    )
    is_disputed = fields.Boolean(
        string="Disputed", compute="_compute_can_dispute", compute_sudo=True
    )

    @api.depends_context("uid")
    @api.depends("dispute_ids.state", "payee_id")
    def _compute_can_dispute(self):
        mine = self.filtered(lambda entry: self.env.user in entry.payee_id._people())
        for entry in self:
            entry.is_disputed = "open" in entry.dispute_ids.mapped("state")
            entry.can_dispute = entry in mine and not entry.is_disputed

    def dispute(self, reason):
        """Dispute this line of the own commission.

        :param str reason: what is wrong; the sales office and finance read it
        :return: the new ``commission.dispute``
        """
        self.ensure_one()
        self.check_access("read")
        entry = self.sudo()
        if self.env.user not in entry.payee_id._people():
            raise AccessError(
                self.env._(
                    "This is the commission of %s, who alone can dispute it.", entry.payee_id.name
                )
            )
        if entry.is_disputed:
            raise UserError(
                self.env._("You dispute this line already. Wait for the answer, or withdraw it.")
            )
        if not isinstance(reason, str) or not reason.strip():
            raise UserError(self.env._("Say what is wrong with this line."))
        disputes = self.env["commission.dispute"].sudo()
        # An answer that is not written yet would count as an open dispute.
        disputes.flush_model(["state"])
        dispute = disputes.create({"entry_id": entry.id, "reason": reason.strip()})
        return dispute.with_env(self.env)

    def action_dispute(self):
        """Open the dialog in which the payee says what is wrong."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Dispute a Line"),
            "res_model": "commission.dispute.ask",
            "view_mode": "form",
            "target": "new",
            "context": {"default_entry_id": self.id},
        }
