from odoo import api, fields, models
from odoo.exceptions import UserError


class SopContractFile(models.Model):
    """The register of a contract's signed papers (K6): never replaced, edited or deleted."""

    _name = "sop.contract.file"
    _description = "Signed Contract Files"
    _inherit = ["sop.kept.paper.mixin"]
    _rec_name = "document_name"
    _check_company_auto = True

    contract_id = fields.Many2one(
        "sop.contract", required=True, ondelete="restrict", index=True, check_company=True
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(related="contract_id.partner_id", store=True)
    kind = fields.Selection(
        [
            ("signed", "Signed Contract"),
            ("supplement", "Signed Supplement"),
            ("other", "Other Paper"),
        ],
        required=True,
        default="signed",
    )
    note = fields.Char()
    content_hash = fields.Char(
        readonly=True,
        copy=False,
        help="Fingerprint of the contract's content when the file was registered. A signed file "
        "of an earlier content does not stand for the present one.",
    )
    voids_id = fields.Many2one(
        "sop.contract.file",
        ondelete="restrict",
        index="btree_not_null",
        copy=False,
        domain="[('contract_id', '=', contract_id), ('voids_id', '=', False)]",
    )
    voided_by_ids = fields.One2many("sop.contract.file", "voids_id", string="Voided by")
    is_void = fields.Boolean(string="Void", compute="_compute_is_void", store=True)

    @api.model
    def _sop_protected_fields(self):
        return super()._sop_protected_fields() | {"content_hash", "is_void"}

    @api.depends("voids_id", "voided_by_ids")
    def _compute_is_void(self):
        for row in self:
            row.is_void = bool(row.voids_id or row.voided_by_ids)

    @api.depends("document_name", "contract_id.number")
    def _compute_display_name(self):
        for row in self:
            name = row.document_name or self.env._("Voiding")
            row.display_name = f"{row.contract_id.number}: {name}"

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        contracts = rows.sudo().contract_id
        contracts._touch()
        for row in rows.sudo():
            row.content_hash = row.contract_id._approval_hash("contract")
        contracts._sop_after_files()
        return rows

    def _sop_voids(self):
        return self.voids_id

    def _sop_check_new(self):
        result = super()._sop_check_new()
        for row in self.sudo():
            row._sop_check_contract()
        return result

    def _sop_check_contract(self):
        contract = self.contract_id
        if contract.state == "cancelled":
            raise UserError(
                self.env._("Contract %s is cancelled and takes no files.", contract.number)
            )
        if not self.voids_id:
            same = contract.file_ids.filtered(
                lambda row: row != self and row.sha256 == self.sha256 and not row.is_void
            )
            if same:
                raise UserError(
                    self.env._("%s: this very file is registered already.", same.display_name)
                )
        elif self.voids_id.contract_id != contract:
            raise UserError(
                self.env._("%s belongs to another contract.", self.voids_id.display_name)
            )

    def _sop_stands_for(self, content_hash):
        """Return the signed contracts among these that have the content with this fingerprint."""
        return self.filtered(
            lambda row: (
                row.kind == "signed" and not row.is_void and row.content_hash == content_hash
            )
        )

    def action_void(self):
        """Open the row that says why this one is wrong."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Void a File"),
            "res_model": self._name,
            "view_mode": "form",
            "view_id": self.env.ref("sales_sop.sop_contract_file_view_form_void").id,
            "target": "new",
            "context": {
                "default_contract_id": self.contract_id.id,
                "default_voids_id": self.id,
                "default_kind": self.kind,
            },
        }


class SopContract(models.Model):
    """Where the policy asks for the signed file, the contract waits for it (K6)."""

    _inherit = "sop.contract"

    signed_file_required = fields.Boolean(
        readonly=True,
        help="The contract becomes effective only when its signed file is registered too.",
    )
    file_ids = fields.One2many(
        "sop.contract.file",
        "contract_id",
        string="Files",
        readonly=True,
        groups="sales_sop.group_user,base.group_system",
    )
    signed_file_id = fields.Many2one(
        "sop.contract.file",
        compute="_compute_signed_file_id",
        compute_sudo=True,
        groups="sales_sop.group_user,base.group_system",
    )
    signed_file_sha256 = fields.Char(
        string="SHA-256 of the Signed File",
        compute="_compute_signed_file_id",
        compute_sudo=True,
        groups="sales_sop.group_user,base.group_system",
    )
    signed_file_missing = fields.Boolean(compute="_compute_signed_file_missing", compute_sudo=True)

    @api.depends("signed_file_required", "file_ids.is_void", "approval_ids.state", "state")
    def _compute_signed_file_missing(self):
        for contract in self:
            contract.signed_file_missing = contract._signed_file_missing()

    def _signed_file_missing(self):
        """Whether the signed file that the policy asks for is not there (K6)."""
        self.ensure_one()
        if not self.signed_file_required or self.state not in ("draft", "effective"):
            return False
        files = self.sudo().file_ids
        if self.state == "draft":
            return not files._sop_stands_for(self._approval_hash("contract"))
        # What an amendment changed later is signed on its own supplement.
        signed = files.filtered(lambda row: row.kind in ("signed", "supplement"))
        return all(signed.mapped("is_void"))

    @api.depends("file_ids.is_void", "file_ids.kind")
    def _compute_signed_file_id(self):
        for contract in self:
            signed = contract.file_ids.filtered(
                lambda row: row.kind == "signed" and not row.is_void
            )[:1]
            contract.signed_file_id = signed
            contract.signed_file_sha256 = signed.sha256

    def _on_approval_approved(self, approval):
        """Countersigned; the contract waits for its signed file where that is asked for (K6)."""
        if approval.code == "contract" and self.signed_file_required:
            self._touch()
            if self._signed_file_missing():
                self._sop_remind_of_signed_file()
                return None
        return super()._on_approval_approved(approval)

    def _sop_after_files(self):
        """The signed file came last: the countersigned contract becomes effective (K6)."""
        for contract in self:
            waits = contract.signed_file_required and contract.state == "draft"
            if waits and contract._is_approved("contract") and not contract._signed_file_missing():
                contract.activity_unlink(["sales_sop.mail_activity_approval"])
                contract._make_effective()

    def _sop_remind_of_signed_file(self):
        self._sop_remind(
            "sales_sop.mail_activity_approval",
            self._sop_who_registers(self._approval_for("contract").requested_by_id),
            lambda contract: {
                "summary": contract.env._(
                    "Register the signed file of contract %s", contract.number
                ),
            },
        )

    def _sop_who_registers(self, asked_by):
        """Whoever sent it for countersigning, if they may register its file; else the office."""
        office = self.env.ref("sales_sop.group_sales_office")._sop_holders(self.company_id)
        return (asked_by & office) or office or asked_by

    def _signed_file_sentence(self):
        return self.env._(
            "Contract %s is countersigned, but its signed file is missing. The sales office "
            "registers the scan of the signed contract on it.",
            self.number,
        )

    def action_add_file(self):
        """Open the dialog that registers a signed paper."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Register a Signed File"),
            "res_model": "sop.contract.file",
            "view_mode": "form",
            "view_id": self.env.ref("sales_sop.sop_contract_file_view_form_new").id,
            "target": "new",
            "context": {"default_contract_id": self.id},
        }
