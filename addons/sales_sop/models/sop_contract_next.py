from odoo import api, fields, models
from odoo.tools import format_list

# Of a frame with many call-offs, those that come first say enough in a list.
ORDERS = 5


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _sop_next_steps(self):
        """Return the steps of the panel that block the order, or else the one whose turn it is."""
        self.ensure_one()
        if self.state == "cancel" or not self._sop_is_governed():
            return []
        steps = [step() for step in self._sop_steps_to_do()]
        steps = [step for step in steps if step.get("text")]
        blocked = [step for step in steps if step["state"] == "blocked"]
        return blocked or [step for step in steps if step["state"] == "current"][:1]


class SopContract(models.Model):
    """The list of the own contracts says what is stuck, and why."""

    _inherit = "sop.contract"

    next_step = fields.Text(
        string="What Is Next",
        compute="_compute_next_step",
        compute_sudo=True,
        help="What blocks the orders of the contract, or else whose turn it is.",
    )

    @api.depends("order_ids.sop_chain")
    @api.depends_context("lang", "uid")
    def _compute_next_step(self):
        order_ids = self.order_ids.ids
        for contract in self:
            is_open = contract.state in ("draft", "effective") and contract._sop_is_told()
            lines = contract._next_lines(order_ids) if is_open else []
            contract.next_step = "\n".join(lines) or False

    def _next_lines(self, prefetch):
        """Return the sentences of the orders, each once, by the steps that say them.

        :param prefetch: ids of the orders of all contracts of the list, which are read together
        """
        labels = {}
        for order in self.order_ids.sorted("id")[:ORDERS].with_prefetch(prefetch):
            for step in order._sop_next_steps():
                labels.setdefault(step["text"], {})[step["label"]] = True
        return [
            self.env._("%(step)s: %(text)s", step=format_list(self.env, list(by)), text=text)
            for text, by in labels.items()
        ]
