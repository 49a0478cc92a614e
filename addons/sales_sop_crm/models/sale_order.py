from odoo import api, fields, models


class SaleOrder(models.Model):
    """An order rests on the registered enquiry of its customer where the policy says so (A5)."""

    _inherit = "sale.order"

    sop_enquiry_id = fields.Many2one(
        "crm.lead",
        string="Registered Enquiry",
        readonly=True,
        copy=False,
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        groups="base.group_user",
        help="The registered enquiry that the order rested on when it was submitted (A5).",
    )

    @api.model
    def _sop_protected_fields(self):
        return super()._sop_protected_fields() | {"sop_enquiry_id"}

    @api.model
    def _sop_content_fields(self):
        return super()._sop_content_fields() | {"opportunity_id"}

    def _approval_content(self, route_code):
        """The enquiry that the order was submitted with is part of what is approved (A3)."""
        content = super()._approval_content(route_code)
        # Any other order keeps the content it had before enquiries were registered.
        if self.sop_enquiry_id:
            content["enquiry"] = self.opportunity_id.id
        return content

    def _before_submission(self, route):
        if route.code == "application":
            self._sop_fix_enquiry()
        return super()._before_submission(route)

    def _sop_fix_enquiry(self):
        """Remember on which registered enquiry the order rests from now on."""
        enquiry = self._sop_enquiry()
        if self.sop_enquiry_id != enquiry:
            self.sop_enquiry_id = enquiry

    def _sop_details_sentences(self, term):
        sentences = super()._sop_details_sentences(term)
        if term.enquiry_required and not self._sop_is_call_off():
            sentences += self._sop_enquiry_sentences()
        return sentences

    # -- the enquiry ---------------------------------------------------------------------------

    def _sop_enquiry(self):
        """Return the registered enquiry that the order rests on; empty if there is none."""
        self.ensure_one()
        enquiry = self.opportunity_id.sudo()
        rests = enquiry and not self._sop_enquiry_sentences()
        return enquiry.with_env(self.env) if rests else enquiry.browse()

    def _sop_enquiry_sentences(self):
        """Return why the order rests on no registered enquiry of its customer; empty if it does."""
        self.ensure_one()
        enquiry = self.opportunity_id.sudo()
        customer = self.partner_id.commercial_partner_id
        names = {
            "order": self.name,
            "customer": customer.display_name,
            "enquiry": enquiry.sop_enquiry_number or enquiry.name,
        }
        if not enquiry:
            return [self._sop_no_enquiry_sentence(names)]
        if not enquiry.sop_registered_on:
            return [
                self.env._(
                    "The enquiry %(enquiry)s of %(order)s is not registered. Register it (A5).",
                    **names,
                ),
                *filter(None, [enquiry._sop_missing_sentence()]),
            ]
        if enquiry.sop_customer_id != customer:
            return [
                self.env._(
                    "%(enquiry)s is no enquiry of %(customer)s. Choose one of theirs as the "
                    "opportunity of %(order)s (A5).",
                    **names,
                )
            ]
        if enquiry.company_id != self.company_id:
            return [
                self.env._(
                    "%(enquiry)s is registered in another company than %(order)s. Choose one that "
                    "%(customer)s has made to %(company)s (A5).",
                    company=self.company_id.name,
                    **names,
                )
            ]
        return []

    def _sop_no_enquiry_sentence(self, names):
        """Say that the order has no enquiry, and which registered one could be chosen."""
        known = (
            self.env["crm.lead"]
            .sudo()
            .search(
                [
                    ("sop_registered_on", "!=", False),
                    ("sop_customer_id", "=", self.partner_id.commercial_partner_id.id),
                    ("company_id", "=", self.company_id.id),
                ],
                order="sop_registered_on desc, id desc",
                limit=1,
            )
        )
        if known:
            return self.env._(
                "%(order)s rests on no registered enquiry. Choose %(known)s of %(customer)s, or "
                "another one of theirs, as its opportunity (A5).",
                known=known.sop_enquiry_number,
                **names,
            )
        return self.env._(
            "%(order)s rests on no registered enquiry. Register the enquiry of %(customer)s and "
            "choose it as the opportunity of the order (A5).",
            **names,
        )

    # -- papers --------------------------------------------------------------------------------

    def _sop_application_paper(self):
        paper = super()._sop_application_paper()
        number = self.sudo().sop_enquiry_id.sop_enquiry_number
        if number:
            paper["facts"].append((self.env._("Enquiry"), number))
        return paper
