from contextlib import contextmanager

from odoo import api, models
from odoo.exceptions import UserError

USING_RELEASES = "sales_sop.using_releases"


class SopGate(models.AbstractModel):
    """Where releases open a gate: the one place that screens, lists and the law go through."""

    _inherit = "sop.gate"

    @api.model
    def _without_released(self, record, blockers, **scope):
        """Return the blockers that no valid release of ``record`` excuses.

        The gates go through here before other files add reasons of their own: what these look at
        only when nothing else blocks is looked at when a release excuses the rest, too.

        Within :meth:`_using_releases` the releases that open the gate are used up.

        :param scope: what the document judges just now, such as the moves that leave
        """
        releases = record._sop_open_releases() if blockers else None
        if not releases:
            return blockers
        rules = record._releasable_rules(**scope)
        demands = record._release_demands(**scope)
        left, excusing = [], releases.browse()
        for blocker in blockers:
            found = self._excusing(record, blocker, releases, demands)
            if found and blocker[0] in rules:
                excusing |= found
            else:
                left.append(blocker)
        if excusing and not left and self.env.cr.cache.get(USING_RELEASES):
            excusing._use(record, demands)
        return left

    @api.model
    def _excusing(self, record, blocker, releases, demands):
        """Return the releases that excuse ``blocker``: one for every contract it is about."""
        about = getattr(blocker, "contract", None)
        found = releases.browse()
        for contract in [about] if about else list(demands):
            release = releases.filtered(
                lambda candidate, contract=contract: (
                    candidate.contract_id == contract
                    and candidate._covers(record, blocker[0], *demands.get(contract, (0.0, 0.0)))
                )
            )[:1]
            if not release:
                return releases.browse()
            found |= release
        return found

    @contextmanager
    def _using_releases(self):
        """The law is being applied: what a release lets through counts as used.

        The mark lives on the cursor, where no client can set it. When the gate refuses in the end,
        what was used is rolled back with everything else.
        """
        cache = self.env.cr.cache
        before = cache.get(USING_RELEASES)
        cache[USING_RELEASES] = True
        try:
            yield
        finally:
            cache[USING_RELEASES] = before

    @api.model
    def _raise_if_blocked(self, blockers):
        """Raise one UserError with every sentence; it tells the client what it may offer.

        It stays a plain ``UserError``, so those who catch one go on doing so. Its ``context``
        reaches the web client with the error: the dialog shows the sentences as a list, and, when
        a single document is blocked, the button that requests an exception.
        """
        try:
            return super()._raise_if_blocked(blockers)
        except UserError as error:
            error.context = {"sop_blocked": True, **self._release_offer(blockers)}
            raise

    @api.model
    def _release_offer(self, blockers):
        blocked = [(record, reasons) for record, reasons in blockers.items() if reasons]
        if len(blocked) != 1:
            return {}
        [(record, reasons)] = blocked
        if len(record) != 1 or not isinstance(record, self.pool["sop.release.mixin"]):
            return {}
        if not record._sop_may_request_release(reasons):
            return {}
        return {"sop_release": {"res_model": record._name, "res_id": record.id}}
