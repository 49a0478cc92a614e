import base64

from markupsafe import Markup, escape

from odoo import api, fields, models
from odoo.tools import format_date, format_datetime

from .wording import labelled

WATERMARK = """<svg xmlns="http://www.w3.org/2000/svg" width="640" height="420"
 viewBox="0 0 640 420">
<text x="320" y="230" transform="rotate(-28 320 210)" text-anchor="middle" fill="#d9534f"
 fill-opacity="0.22" font-family="sans-serif" font-weight="bold" font-size="{size}">{text}</text>
</svg>"""
# More than a paper of ten pages takes; what is too much is cut off.
WATERMARKS = 40


class SopPaper(models.AbstractModel):
    """What the printed papers share: a watermark, and who decided what and when.

    A paper takes strings from its document, collected with all rights after the reader's access
    to the document was checked; the templates in ``report`` only lay them out.
    """

    _name = "sop.paper"
    _description = "Printed Paper"

    @api.model
    def _watermark(self, text):
        """Return the HTML that repeats a text across every page; False without a text.

        It belongs into an element with ``position: relative``. A repeated background would be
        shorter, but wkhtmltopdf cuts its pictures.
        """
        if not text:
            return False
        # Chinese is written in wide characters.
        width = sum(2 if ord(character) > 0x2E80 else 1.2 for character in text)
        picture = WATERMARK.format(text=escape(text), size=round(min(90, 900 / max(width, 1))))
        data = base64.b64encode(picture.encode()).decode()
        image = Markup('<img src="data:image/svg+xml;base64,%s" alt="%s" style="%s"/>') % (
            data,
            text,
            "display: block; margin: 0 auto; width: 640px; height: 420px",
        )
        frame = Markup('<div class="sop_watermark" style="%s">%s</div>')
        return frame % (
            "position: absolute; top: 0; bottom: 0; left: 0; right: 0; overflow: hidden; "
            # On a single page whole marks only, and at least one; on more pages no gap.
            "min-height: 420px; "
            "max-height: max(round(down, 100%, 420px), (100% - 1000px) * 99)",
            image * WATERMARKS,
        )

    @api.model
    def _copy_marks(self, copies):
        """Return the marks of the copies for these receivers, in the order of printing."""
        return [
            self.env._(
                "Copy %(number)s of %(total)s: %(copy)s",
                number=number,
                total=len(copies),
                copy=copy,
            )
            for number, copy in enumerate(copies, start=1)
        ]

    @api.model
    def _customer_lang(self, customer):
        """Return the language of a paper for ``customer``: theirs, where it is installed.

        What stays in the house is printed in the language of who prints it.
        """
        installed = dict(self.env["res.lang"].get_installed())
        customer = customer.sudo()
        wanted = (customer.lang, customer.commercial_partner_id.lang, self.env.lang)
        return next((lang for lang in wanted if lang in installed), "en_US")

    @api.model
    def _company_lines(self, company):
        """Return the lines of the company block below its name."""
        partner = company.partner_id
        lines = [partner._sop_address_line()]
        for label, value in (
            (self.env._("Phone"), company.phone),
            (self.env._("Email"), company.email),
            (self.env._("Tax ID"), company.vat),
        ):
            if value:
                lines.append(labelled(self.env, label, value))
        return list(filter(None, lines))

    @api.model
    def _approval_rows(self, approvals):
        """Return one row for every step: stage, role, who, what, when, comment.

        :param approvals: ``sop.approval`` records, read with all rights
        """
        states = dict(
            self.env["sop.approval.step"]._fields["state"]._description_selection(self.env)
        )
        return [
            {
                "stage": step.stage,
                "role": step.group_id.with_env(self.env(su=True)).name,
                "user": step.user_id.name or "",
                "state": states[step.state],
                "date": self._datetime(step.decided_on),
                "comment": step.comment or "",
            }
            for approval in approvals
            for step in approval.step_ids.sorted(lambda step: (step.stage, step.id))
        ]

    @api.model
    def _datetime(self, value):
        return format_datetime(self.env, value, dt_format="short") if value else ""

    @api.model
    def _date(self, value):
        """Return the day of a date, or of a moment as the reader's clock shows it."""
        if not value:
            return ""
        if hasattr(value, "hour"):
            value = fields.Datetime.context_timestamp(self, value).date()
        return format_date(self.env, value)
