from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class SopReleaseMixin(models.AbstractModel):
    """Documents with a gate that a release can open: orders, deliveries and invoices."""

    _name = "sop.release.mixin"
    _description = "Document That Can Be Excused"

    release_ids = fields.One2many(
        "sop.release",
        "res_id",
        string="Exceptions",
        domain=lambda self: [("res_model", "=", self._name)],
        readonly=True,
        copy=False,
        groups="sales_sop.group_user,base.group_system",
    )
    sop_release_count = fields.Integer(
        string="Number of Exceptions",
        compute="_compute_sop_release",
        compute_sudo=True,
        groups="base.group_user",
    )
    sop_release_note = fields.Text(
        string="Excused Although",
        compute="_compute_sop_release",
        compute_sudo=True,
        help="The rules that somebody excused on this document, by whom and why.",
        groups="base.group_user",
    )
    sop_can_request_release = fields.Boolean(
        string="Can Be Excused",
        compute="_compute_sop_can_request_release",
        help="One of the reasons that block the document can be excused by an exception.",
        groups="base.group_user",
    )

    @api.depends("release_ids.state")
    @api.depends_context("lang", "uid")
    def _compute_sop_release(self):
        for record in self:
            releases = record._sop_releases()
            record.sop_release_count = len(releases)
            standing = releases.filtered(lambda release: release._stands())
            sentences = [
                release._sentence(with_amount=release.contract_id._sop_is_told())
                for release in standing.sorted("id")
            ]
            record.sop_release_note = "\n".join(sentences) or False

    @api.depends("release_ids.state")
    @api.depends_context("uid")
    def _compute_sop_can_request_release(self):
        for record in self:
            blockers = record.sudo()._sop_open_blockers()
            record.sop_can_request_release = record._sop_may_request_release(blockers)

    # -- to be defined by the document ---------------------------------------------------------

    def _sop_open_blockers(self):
        """Return what blocks the document now; empty when it waits for nothing."""
        raise NotImplementedError

    def _releasable_rules(self, **scope):
        """Return the rules that a release may excuse on this document."""
        raise NotImplementedError

    def _release_demands(self, **scope):
        """Return ``{contract: (amount, quantity)}`` that would pass the gate now.

        The amount has tax and is in the contract's currency.
        """
        raise NotImplementedError

    def _release_content(self):
        """Return the content that a release of this document rests on."""
        raise NotImplementedError

    def _release_holds(self, content):
        """Whether the document still has the content of the release."""
        return self._hash_content(self._release_content()) == self._hash_content(content)

    # -- releases ------------------------------------------------------------------------------

    def _sop_releases(self):
        """Return the releases this document may rest on, as the system sees them."""
        return self.sudo().release_ids

    def _sop_open_releases(self):
        """Return the releases that are valid for this document today, oldest first."""
        releases = self._sop_releases().filtered(lambda release: release._is_open_for(self))
        return releases.sorted("id")

    def _sop_may_request_release(self, blockers):
        """Whether the user may ask for a release of one of ``blockers``."""
        self.ensure_one()
        if not blockers or not self.env["sop.release"]._may_be_requested():
            return False
        rules = self.sudo()._releasable_rules()
        return any(rule in rules for rule, sentence in blockers)

    def action_sop_request_release(self):
        """Open the form that asks for a release of what blocks this document, prefilled.

        What has been asked for already is shown instead of asked for once more.
        """
        self.ensure_one()
        self.check_access("read")
        blockers = self.sudo()._sop_open_blockers()
        if not self.env["sop.release"]._may_be_requested():
            raise AccessError(self.env._("You may not request an exception for a document."))
        if not self._sop_may_request_release(blockers):
            raise UserError(
                self.env._(
                    "Nothing that blocks %s can be excused by an exception.", self.display_name
                )
            )
        if waiting := self._sop_waiting_release(blockers):
            return self.env["sop.release"]._action_view(waiting)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Request Exception"),
            "res_model": "sop.release",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "current",
            "context": {
                f"default_{name}": value
                for name, value in self.sudo()._prepare_release_defaults(blockers).items()
            },
        }

    def _sop_waiting_release(self, blockers):
        """Return the request that waits for approval already; empty when something is not asked."""
        waiting = self._sop_releases().filtered(lambda release: release.state == "pending")
        asked = {rule for release in waiting for rule in release._covered_rules()}
        rules = {rule for rule, sentence in blockers} & set(self.sudo()._releasable_rules())
        return waiting if rules <= asked else waiting.browse()

    def _prepare_release_defaults(self, blockers):
        """Return the values of a new request: the first reason that can be excused."""
        rules = self._releasable_rules()
        blocker = next(blocker for blocker in blockers if blocker[0] in rules)
        demands = self._release_demands(planned=True)
        contract = getattr(blocker, "contract", None) or next(iter(demands))
        amount, __ = demands[contract]
        release_model = self.env["sop.release"]
        days = min(release_model._usual_days(), contract.policy_id.release_max_days)
        today = release_model._today(self.company_id)
        return {
            "res_model": self._name,
            "res_id": self.id,
            "rule": blocker[0],
            "contract_id": contract.id,
            "amount_max": amount,
            "date_expiry": fields.Date.add(today, days=days),
        }

    def action_sop_view_releases(self):
        """Open the releases of this document."""
        self.ensure_one()
        self.check_access("read")
        return self.env["sop.release"]._action_view(self._sop_releases())

    def _sop_void_releases(self):
        """A cancelled or deleted document's releases are void."""
        if self.env["sop.policy"]._governed_company_ids():
            self.sudo().release_ids._void()

    @api.ondelete(at_uninstall=False)
    def _unlink_void_releases(self):
        self._sop_void_releases()
