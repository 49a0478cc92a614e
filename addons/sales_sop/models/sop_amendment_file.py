from odoo import api, fields, models
from odoo.exceptions import UserError


class SopAmendment(models.Model):
    """Where the policy asks for a signed file, a supplement waits for its own (K6)."""

    _inherit = "sop.amendment"

    file_ids = fields.One2many(
        "sop.contract.file",
        "amendment_id",
        string="Files",
        readonly=True,
        groups="sales_sop.group_user,base.group_system",
    )
    supplement_missing = fields.Boolean(
        string="Signed Supplement Missing",
        compute="_compute_supplement_missing",
        compute_sudo=True,
        help="Everybody has approved; the signed supplement has to be registered.",
    )

    @api.depends("state", "approval_ids.state", "file_ids.is_void")
    def _compute_supplement_missing(self):
        for amendment in self:
            approved = amendment._approval_for("amendment").state == "approved"
            waits = amendment.state == "pending" and approved
            amendment.supplement_missing = waits and amendment._supplement_missing()

    @api.depends("file_ids.is_void")
    def _compute_waiting_for(self):
        result = super()._compute_waiting_for()
        for amendment in self.filtered("supplement_missing"):
            amendment.waiting_for = self.env._("the signed supplement")
        return result

    def _supplement_asked(self):
        """Whether the contract, or what the new content makes of it, needs signed files."""
        terms = self.contract_id.signed_file_required or self.term_id.signed_file_required
        return self.kind == "contract" and terms

    def _supplement_missing(self):
        """Whether the supplement has to be signed and no file of this content is registered."""
        self.ensure_one()
        if not self._supplement_asked():
            return False
        content = self._approval_for("amendment").content_hash
        return not self.sudo().file_ids.filtered(
            lambda row: not row.is_void and row.content_hash == content
        )

    def _on_approval_approved(self, approval):
        if self._supplement_asked():
            # The file may be registered at the same moment.
            self.contract_id._touch()
        if not self._supplement_missing():
            return super()._on_approval_approved(approval)
        self._sop_remind(
            "sales_sop.mail_activity_approval",
            self.contract_id._sop_who_registers(self.requested_by_id),
            lambda amendment: {
                "summary": amendment.env._(
                    "Register the signed file of supplement %s", amendment.number
                ),
            },
        )
        return None

    def _set_state(self, state, **values):
        result = super()._set_state(state, **values)
        if state != "pending":
            self.activity_unlink(["sales_sop.mail_activity_approval"])
        return result

    def _after_files(self):
        """The signed file came last: the approved supplement takes effect (K6)."""
        for amendment in self:
            approval = amendment._approval_for("amendment")
            if amendment.state == "pending" and amendment._is_approved("amendment"):
                amendment._on_approval_approved(approval)

    def action_add_file(self):
        """Open the dialog that registers the signed supplement."""
        self.ensure_one()
        action = self.contract_id.action_add_file()
        context = {"default_kind": "supplement", "default_amendment_id": self.id}
        return action | {"context": {**action["context"], **context}}


class SopContractFile(models.Model):
    _inherit = "sop.contract.file"

    amendment_id = fields.Many2one(
        "sop.amendment",
        string="Supplement",
        ondelete="restrict",
        index="btree_not_null",
        copy=False,
        check_company=True,
        domain="[('contract_id', '=', contract_id), ('kind', '=', 'contract')]",
        help="The supplement that is signed; empty takes the one under approval.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        for row in rows.sudo().filtered(lambda row: row.kind == "supplement" and not row.voids_id):
            row._link_to_amendment()
        rows.sudo().filtered(lambda row: not row.voids_id).amendment_id._after_files()
        return rows

    def _link_to_amendment(self):
        """Keep of which supplement, with which content, the file is the signed paper."""
        pending = self.contract_id.amendment_ids.filtered(lambda row: row.state == "pending")
        self.amendment_id = self.amendment_id or (pending if len(pending) == 1 else False)
        if self.amendment_id.state == "pending":
            self.content_hash = self.amendment_id._approval_hash("amendment")

    def _sop_check_contract(self):
        amendment = self.amendment_id
        if amendment and (amendment.contract_id != self.contract_id or self.kind != "supplement"):
            raise UserError(
                self.env._(
                    "%(amendment)s is a supplement to another contract, or the file is no signed "
                    "supplement.",
                    amendment=amendment.display_name,
                )
            )
        return super()._sop_check_contract()
