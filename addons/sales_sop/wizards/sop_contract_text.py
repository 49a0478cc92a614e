from odoo import api, fields, models


class SopContractText(models.TransientModel):
    """The dialog in which a contract's text is worded, or drafted anew (K7).

    It asks and shows; who may do it and when is checked by the contract.
    """

    _name = "sop.contract.text"
    _description = "Wording of a Contract"

    contract_id = fields.Many2one("sop.contract", required=True, readonly=True)
    kind = fields.Selection(related="contract_id.kind", related_sudo=False)
    company_id = fields.Many2one(related="contract_id.company_id", related_sudo=False)
    template_id = fields.Many2one(
        "sop.contract.template",
        domain="[('kind', 'in', (False, kind)), ('company_id', 'in', (False, company_id))]",
    )
    lang = fields.Selection(selection="_selection_lang", string="Language")
    text = fields.Html(sanitize_attributes=True)

    @api.model
    def _selection_lang(self):
        return self.env["res.lang"].get_installed()

    @api.model
    def default_get(self, fields_list):
        """Show the contract's present text, template and language."""
        values = super().default_get(fields_list)
        contract = self.env["sop.contract"].browse(values.get("contract_id"))
        if contract:
            installed = dict(self._selection_lang())
            values.update(
                text=contract.text,
                template_id=contract.template_id.id,
                lang=contract.text_lang if contract.text_lang in installed else False,
            )
        return values

    def action_save(self):
        """Make the text in the dialog the contract's."""
        self.ensure_one()
        self.contract_id.set_text(self.text)
        return {"type": "ir.actions.act_window_close"}

    def action_draft(self):
        """Replace the contract's text by the template's and show it."""
        self.ensure_one()
        self.contract_id.draft_text(self.template_id.id, self.lang)
        return self.contract_id.action_edit_text()
