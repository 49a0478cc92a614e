"""People at work in the browser, each with their own login."""

from unittest import SkipTest

from odoo.tests import HttpCase

STARTS = 3


class TourCase(HttpCase):
    """Add it to a company with people: ``walk`` lets the person of a role do a tour."""

    def browser_js(self, *args, **kwargs):
        """Drive the browser; without one nothing is shown, so the test fails.

        Odoo waits ten seconds for it to start, which a busy machine needs to read it from disk.
        """
        for _start in range(STARTS):
            try:
                return super().browser_js(*args, **kwargs)
            except SkipTest as failed:
                reason = failed
        return self.fail(f"Nothing ran in the browser: {reason}")

    def walk(self, role, tour_name):
        """Let the person of ``role`` start where they are after logging in."""
        self.start_tour("/odoo", tour_name, login=self.users[role].login)
        self.env.invalidate_all()
