from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .sop_draft_mixin import content_names
from .sop_policy_term import SALES_MODES
from .touch import touch

OPENING_STATES = [
    ("draft", "Draft"),
    ("ready", "To Be Checked by Finance"),
    ("queued", "Being Taken Over"),
    ("taken", "Taken Over"),
    ("cancelled", "Cancelled"),
]
PERCENTAGES = ("prepayment_percent", "first_payment_percent", "invoice_gate_percent")
# A mark on the cursor: the lines of a new contract are no news of their own in its history.
CREATING = "sales_sop.opening_contracts_created"


def shown_values(record, names):
    """Return ``{field label: value as text}``, for the history."""
    values = {}
    for name in names:
        field, value = record._fields[name], record[name]
        if field.relational:
            text = ", ".join(value.sudo().mapped("display_name"))
        else:
            text = field.convert_to_export(value, record)
        values[field._description_string(record.env)] = str(text)
    return values


def log_changes(thread, title, before, after):
    """Write what has changed into the history of ``thread``, also of imports without tracking."""
    lines = [
        Markup("<li>%s: %s → %s</li>") % (label, before.get(label) or "—", value or "—")
        for label, value in after.items()
        if before.get(label, "") != value
    ]
    if lines:
        body = Markup("%s<ul>%s</ul>") % (title, Markup().join(lines))
        thread.sudo().message_post(body=body, subtype_xmlid="mail.mt_note")


class SopOpeningContract(models.Model):
    """A contract from before the go-live, as it stands then; staged until finance takes it over.

    It is made to be imported: names are kept as the file has them, and what they mean is looked
    up. Nothing of a file is refused for its content; what is wrong is listed on the record (see
    ``_problems``) and has to be put right before the migration role hands it to finance.
    """

    _name = "sop.opening.contract"
    _description = "Opening Contract"
    _inherit = ["mail.thread", "mail.activity.mixin", "sop.protected.mixin"]
    _order = "id"
    _rec_name = "number"
    _mail_post_access = "read"

    number = fields.Char(string="Contract Number", required=True, index=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    customer = fields.Char(
        string="Customer in the File",
        help="Reference or exact name of the customer, as the imported file has it.",
    )
    partner_id = fields.Many2one("res.partner", string="Customer", index=True)
    date = fields.Date(string="Contract Date")
    kind = fields.Selection(SALES_MODES, string="Kind of Sale", required=True, default="direct")
    salesperson = fields.Char(
        string="Salesperson in the File",
        help="Login or exact name of the salesperson, as the imported file has it.",
    )
    user_id = fields.Many2one(
        "res.users", string="Salesperson", domain="[('share', '=', False)]", ondelete="restrict"
    )
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    currency_rate = fields.Float(
        string="Frozen Rate",
        digits=0,
        help="Units of the contract's currency for one unit of the company's currency. Empty: the "
        "rate of the contract date.",
    )
    terms_from_policy = fields.Boolean(
        readonly=True,
        copy=False,
        help="The file gives no percentages: those of the policy in force are taken when the "
        "contract is handed to finance.",
    )
    prepayment_percent = fields.Float(string="Payment Before Goods (%)", digits=(5, 2))
    first_payment_percent = fields.Float(
        string="First Payment Before Installation (%)", digits=(5, 2)
    )
    invoice_gate_percent = fields.Float(string="Collected Before Invoice (%)", digits=(5, 2))
    line_ids = fields.One2many("sop.opening.line", "contract_id", string="Lines", copy=True)
    amount_total = fields.Monetary(string="Total", compute="_compute_amount_total", store=True)
    amount_collected = fields.Monetary(
        string="Collected Before",
        help="Money collected before the go-live, in the contract's currency.",
    )
    amount_invoiced = fields.Monetary(
        string="Invoiced Before",
        help="Invoiced before the go-live, tax included. Empty: the invoiced quantities at their "
        "prices.",
    )
    invoiced_from_lines = fields.Boolean(readonly=True, copy=False)
    amount_commission_paid = fields.Monetary(
        string="Commission Paid Before", help="Commission already paid for this contract."
    )
    amount_open = fields.Monetary(
        string="Open Receivable",
        compute="_compute_amount_open",
        help="Invoiced and not collected before the go-live; negative is money received in "
        "advance.",
    )
    state = fields.Selection(
        OPENING_STATES,
        string="Status",
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    problems = fields.Text(
        compute="_compute_problems",
        compute_sudo=True,
        help="What has to be put right before finance can take the contract over.",
    )
    has_problems = fields.Boolean(
        compute="_compute_problems", compute_sudo=True, search="_search_has_problems"
    )
    takeover_error = fields.Text(string="Not Taken Over Because", readonly=True, copy=False)
    contract_id = fields.Many2one("sop.contract", readonly=True, copy=False, ondelete="restrict")
    order_id = fields.Many2one("sale.order", readonly=True, copy=False, ondelete="restrict")
    submitted_by_id = fields.Many2one("res.users", readonly=True, copy=False, ondelete="restrict")
    submitted_on = fields.Datetime(readonly=True, copy=False)
    taken_by_id = fields.Many2one(
        "res.users", string="Taken Over by", readonly=True, copy=False, ondelete="restrict"
    )
    taken_on = fields.Datetime(string="Taken Over on", readonly=True, copy=False)
    cancelled_by_id = fields.Many2one("res.users", readonly=True, copy=False, ondelete="restrict")
    cancelled_on = fields.Datetime(readonly=True, copy=False)
    opening_state = fields.Selection(related="company_id.sop_opening_state", string="Opening")
    go_live_date = fields.Date(related="company_id.go_live_date")

    @api.model
    def _sop_protected_fields(self):
        return super()._sop_protected_fields() | {
            "state",
            "takeover_error",
            "terms_from_policy",
            "invoiced_from_lines",
            "contract_id",
            "order_id",
            "submitted_by_id",
            "submitted_on",
            "taken_by_id",
            "taken_on",
            "cancelled_by_id",
            "cancelled_on",
        }

    @api.model
    def get_import_templates(self):
        """Offer the example file in the import dialog."""
        return [
            {
                "label": self.env._("Example file for opening contracts"),
                "template": "/sales_sop/static/opening/opening_contracts.csv",
            }
        ]

    # -- computed ------------------------------------------------------------------------------

    @api.depends("line_ids.price_total")
    def _compute_amount_total(self):
        for opening in self:
            opening.amount_total = sum(opening.line_ids.mapped("price_total"))

    @api.depends("amount_invoiced", "amount_collected")
    def _compute_amount_open(self):
        for opening in self:
            opening.amount_open = opening.amount_invoiced - opening.amount_collected

    # -- names of the file ---------------------------------------------------------------------

    @api.model
    def _find_by_text(self, model, text, names, domain):
        """Return the records of which the first of the fields ``names`` that knows it is ``text``.

        Read with all rights: the caller limits the domain to the company.
        """
        text = (text or "").strip()
        records = self.env[model].sudo()
        for name in names if text else ():
            if found := records.search(Domain(name, "=", text) & Domain(domain), limit=11):
                return found
        return records

    @api.model
    def _find_customers(self, text, company):
        domain = [("company_id", "in", (False, company.id))]
        return self._find_by_text("res.partner", text, ("ref", "name"), domain)

    @api.model
    def _find_salespeople(self, text, company):
        domain = [("company_ids", "in", company.ids), ("share", "=", False)]
        return self._find_by_text("res.users", text, ("login", "name"), domain)

    @api.model
    def _complete_values(self, vals, company):
        """Return ``vals`` with what empty cells stand for and the records that the names mean."""
        vals = dict(vals)
        usual = {"kind": "direct", "currency_id": company.currency_id.id}
        vals.update({name: value for name, value in usual.items() if not vals.get(name, True)})
        searches = (
            ("customer", "partner_id", self._find_customers),
            ("salesperson", "user_id", self._find_salespeople),
        )
        for text, name, find in searches:
            if text in vals and not vals.get(name):
                found = find(vals[text], company)
                vals[name] = found.id if len(found) == 1 else False
        return vals

    # -- figures that the file may leave empty -------------------------------------------------

    def _set_open_figures(self):
        for opening in self.sudo():
            values = {}
            if opening.invoiced_from_lines:
                amount = sum(line._invoiced_amount() for line in opening.line_ids)
                values["amount_invoiced"] = opening.currency_id.round(amount)
            if opening.currency_rate <= 0 and opening.date and opening.currency_id:
                values["currency_rate"] = opening._rate_of_date()
            if values:
                opening.write(values)

    def _rate_of_date(self):
        return self.env["res.currency"]._get_conversion_rate(
            self.company_id.currency_id, self.currency_id, self.company_id, self.date
        )

    # -- hooks ---------------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        companies = self.env["res.company"].browse(
            {vals.get("company_id") or self.env.company.id for vals in vals_list}
        )
        companies._sop_check_opening_is_open()
        completed = []
        for vals in vals_list:
            company = companies.browse(vals.get("company_id") or self.env.company.id)
            completed.append(self._complete_values({"currency_id": False, **vals}, company))
        self.env.cr.cache[CREATING] = True
        try:
            openings = super().create(completed)
        finally:
            del self.env.cr.cache[CREATING]
        for opening, vals in zip(openings, vals_list):
            opening._note_empty_figures(vals, is_new=True)
        openings._set_open_figures()
        return openings

    def write(self, vals):
        if self.env.su or not content_names(vals):
            return super().write(vals)
        self._check_editable()
        if "company_id" in vals:
            self.env["res.company"].browse(vals["company_id"])._sop_check_opening_is_open()
        for opening in self:
            values = self._complete_values(vals, opening.company_id)
            names = [name for name in values if name != "line_ids"]
            before = shown_values(opening, names)
            super(SopOpeningContract, opening).write(values)
            opening._note_empty_figures(vals)
            opening._set_open_figures()
            log_changes(opening, self.env._("Changed:"), before, shown_values(opening, names))
        return True

    def _note_empty_figures(self, vals, is_new=False):
        """Note which figures the file leaves to us; an empty cell comes as False, a zero as 0."""
        values = {}
        if is_new or not set(PERCENTAGES).isdisjoint(vals):
            given = any(vals.get(name, False) is not False for name in PERCENTAGES)
            values["terms_from_policy"] = not given
        if is_new or "amount_invoiced" in vals:
            values["invoiced_from_lines"] = vals.get("amount_invoiced", False) is False
        if values:
            self.sudo().write(values)

    def _check_editable(self):
        """Figures change only before they are handed to finance and while the opening is open."""
        self.company_id._sop_check_opening_is_open()
        self._check_is_draft()

    def _check_is_draft(self):
        # A line is changed by one while the other hands the contract over: both end here.
        touch(self, and_references=True)
        labels = dict(self._fields["state"]._description_selection(self.env))
        for opening in self:
            if opening.state != "draft":
                raise UserError(
                    self.env._(
                        "Opening contract %(number)s is %(state)s and cannot change. Take it back "
                        "to a draft first, or, when it is taken over, undo that.",
                        number=opening.number,
                        state=labels[opening.state],
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_if_draft(self):
        self._check_is_draft()
