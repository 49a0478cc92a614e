from odoo import api, fields, models
from odoo.exceptions import UserError


class SopSeal(models.Model):
    """A seal of the company, such as the contract seal; the sales office keeps it (K3)."""

    _name = "sop.seal"
    _description = "Seal"
    _order = "company_id, name, id"

    name = fields.Char(required=True, translate=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    active = fields.Boolean(default=True)
    use_ids = fields.One2many("sop.seal.use", "seal_id", string="Uses", readonly=True)

    def write(self, vals):
        if {"name", "company_id", "use_ids"} & set(vals):
            self._check_unused()
        return super().write(vals)

    # The dialog of translations writes past ``write``.
    def _update_field_translations(self, field_name, translations, digest=None, source_lang=""):
        if not self.env.su:
            self._check_unused()
        return super()._update_field_translations(
            field_name, translations, digest=digest, source_lang=source_lang
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self._check_unused()

    def _check_unused(self):
        """The register names the seal; a used one keeps its name (K3)."""
        for seal in self.sudo():
            if seal.use_ids:
                raise UserError(
                    self.env._("%s has been used and is kept. Archive it instead.", seal.name)
                )


class SopSealUse(models.Model):
    """The seal register (用印登记, K3): who sealed which paper, when and why; for ever."""

    _name = "sop.seal.use"
    _description = "Seal Register"
    _inherit = ["sop.kept.paper.mixin"]
    _check_company_auto = True

    seal_id = fields.Many2one(
        "sop.seal",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
        default=lambda self: self._default_seal(),
    )
    company_id = fields.Many2one(related="seal_id.company_id", store=True, index=True)
    contract_id = fields.Many2one(
        "sop.contract",
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
        domain="[('state', 'in', ('draft', 'effective', 'closed'))]",
        help="Empty when the seal is put on another paper.",
    )
    partner_id = fields.Many2one(related="contract_id.partner_id", store=True)
    purpose = fields.Char(required=True, help="Which paper was sealed, and what for.")
    copies = fields.Integer(default=2, required=True)
    voids_id = fields.Many2one(
        "sop.seal.use",
        ondelete="restrict",
        index="btree_not_null",
        copy=False,
    )
    voided_by_ids = fields.One2many("sop.seal.use", "voids_id", string="Voided by")
    is_void = fields.Boolean(string="Void", compute="_compute_is_void", store=True)

    _copies_positive = models.Constraint(
        "CHECK(copies > 0)", "The number of sealed copies has to be positive."
    )

    @api.model
    def _default_seal(self):
        return self.env["sop.seal"].search([("company_id", "=", self.env.company.id)], limit=1)

    @api.model
    def _sop_protected_fields(self):
        return super()._sop_protected_fields() | {"is_void"}

    @api.depends("voids_id", "voided_by_ids")
    def _compute_is_void(self):
        for row in self:
            row.is_void = bool(row.voids_id or row.voided_by_ids)

    @api.depends("purpose", "contract_id.number")
    def _compute_display_name(self):
        for row in self:
            parts = (row.contract_id.number, row.purpose)
            row.display_name = ": ".join(filter(None, parts))

    def _sop_voids(self):
        return self.voids_id

    def _sop_check_new(self):
        result = super()._sop_check_new()
        for row in self.sudo().filtered("voids_id"):
            voided = row.voids_id
            if (row.seal_id, row.contract_id) != (voided.seal_id, voided.contract_id):
                raise UserError(
                    self.env._("%s is an entry of another seal or contract.", voided.display_name)
                )
        for row in self.sudo().filtered("contract_id"):
            row._sop_check_countersigned()
        return result

    def _sop_check_countersigned(self):
        """The seal goes on a contract that both have countersigned (K2, K3)."""
        contract = self.contract_id
        contract._touch()
        if self.voids_id or contract.state in ("effective", "closed"):
            return
        if contract.state != "draft" or not contract._is_approved("contract"):
            raise UserError(
                self.env._(
                    "Contract %s is not countersigned with its present content, so it is not "
                    "sealed yet (K3). It needs the head of sales and finance first.",
                    contract.number,
                )
            )

    def action_void(self):
        """Open the row that says why this one is wrong."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Void an Entry"),
            "res_model": self._name,
            "view_mode": "form",
            "view_id": self.env.ref("sales_sop.sop_seal_use_view_form_void").id,
            "target": "new",
            "context": {
                "default_seal_id": self.seal_id.id,
                "default_contract_id": self.contract_id.id,
                "default_voids_id": self.id,
                "default_purpose": self.purpose,
                "default_copies": self.copies,
            },
        }


class SopContract(models.Model):
    _inherit = "sop.contract"

    seal_use_ids = fields.One2many(
        "sop.seal.use",
        "contract_id",
        string="Seal Uses",
        readonly=True,
        groups="sales_sop.group_user,base.group_system",
    )

    def action_seal(self):
        """Open the dialog that registers a use of the seal (K3)."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Register a Seal Use"),
            "res_model": "sop.seal.use",
            "view_mode": "form",
            "view_id": self.env.ref("sales_sop.sop_seal_use_view_form_new").id,
            "target": "new",
            "context": {
                "default_contract_id": self.id,
                "default_purpose": self.env._("Contract %s", self.number),
            },
        }
