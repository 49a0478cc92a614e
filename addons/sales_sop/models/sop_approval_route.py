from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .sop_remembered_mixin import remembered


class SopApprovalRoute(models.Model):
    """Who has to approve which document, stage by stage.

    An approval copies the steps when it is submitted, so a later change of the route never
    changes what is already under way.
    """

    _name = "sop.approval.route"
    _description = "Approval Route"
    _inherit = ["sop.rules.mixin"]
    _order = "code, company_id, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Technical name under which documents ask for it.")
    res_model = fields.Char(string="Document Model", required=True)
    company_id = fields.Many2one(
        "res.company", help="Empty: the route serves every company without a route of its own."
    )
    active = fields.Boolean(default=True)
    submit_group_ids = fields.Many2many(
        "res.groups", string="Submitted by", help="Roles that may submit a document on this route."
    )
    step_ids = fields.One2many("sop.approval.route.step", "route_id", string="Steps", copy=True)

    _code_company_uniq = models.UniqueIndex(
        "(code, COALESCE(company_id, 0)) WHERE active",
        "There is already an active route with this code for the company.",
    )

    @api.model
    def _for(self, code, company, model_name):
        """Return the active route ``code`` of ``company`` for documents of ``model_name``."""
        route = self.sudo().browse(self._id_for(code, company._sop_family_ids(), model_name))
        if not route.step_ids:
            raise UserError(
                self.env._(
                    "The approval route “%(code)s” of %(company)s is missing or has no steps. Ask "
                    "the administrator to complete it under Configuration.",
                    code=code,
                    company=company.name,
                )
            )
        return route

    @api.model
    @remembered("code", "company_ids", "model_name")
    def _id_for(self, code, company_ids, model_name):
        """Ids of the route that is nearest to the company; empty when there is none."""
        # Not what a client's context says: an archived route serves nobody.
        routes = self.with_env(self.env(su=True, context={})).search(
            [
                ("code", "=", code),
                ("res_model", "=", model_name),
                ("company_id", "in", [False, *company_ids]),
            ]
        )
        # The nearest company's own route comes before its parent's and before the common one.
        nearest = routes.sorted(lambda candidate: len(candidate.company_id.parent_ids))[-1:]
        return tuple(nearest.ids)

    @remembered("self.id")
    def _submitter_group_ids(self):
        """Ids of the roles that may submit on this route."""
        return frozenset(self.sudo().submit_group_ids.ids)


class SopApprovalRouteStep(models.Model):
    """One step of a route: the role that decides at a stage; equal stages are parallel."""

    _name = "sop.approval.route.step"
    _description = "Approval Route Step"
    _inherit = ["sop.rules.mixin"]
    _order = "route_id, stage, id"

    route_id = fields.Many2one("sop.approval.route", required=True, ondelete="cascade", index=True)
    stage = fields.Integer(
        default=1,
        required=True,
        help="Steps of the same stage are open at the same time and decided by different people; "
        "the next stage opens when all of them are approved.",
    )
    group_id = fields.Many2one("res.groups", string="Role", required=True, ondelete="restrict")
    condition = fields.Selection(
        [("always", "Always"), ("policy", "Where the Policy Asks for It")],
        default="always",
        required=True,
        help="Whether every document on the route needs this step, or only those for which the "
        "sales policy, or the content of the document, asks for it.",
    )

    @api.constrains("stage")
    def _check_stage(self):
        for step in self:
            if step.stage < 1:
                raise ValidationError(self.env._("Stages are numbered from 1."))
