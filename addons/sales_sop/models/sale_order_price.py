from odoo import api, fields, models
from odoo.tools import float_repr

from .sop_policy_line import PRICE_KINDS
from .sop_policy_price import PriceItem
from .wording import paragraph

# Percent; less than this is rounding.
TOLERANCE = 0.005


class SaleOrder(models.Model):
    """The effective price of every line against the policy; its authority decides (P2, P3)."""

    _inherit = "sale.order"

    sop_price_kind = fields.Selection(
        PRICE_KINDS,
        string="Price For",
        default="normal",
        required=True,
        help="Which price of the price strategy the quotation asks for (P2). Where the policy has "
        "no such price, the normal one counts.",
    )

    @api.model
    def _sop_content_fields(self):
        return super()._sop_content_fields() | {"sop_price_kind"}

    def _approval_content(self, route_code):
        return super()._approval_content(route_code) | {"price_kind": self.sop_price_kind}

    # -- effective prices ----------------------------------------------------------------------

    def _sop_price_items(self):
        """Return ``{lines: PriceItem}`` of the goods, with every discount shared out (P3).

        Negative lines (order discounts, loyalty, goods taken back) lower all others pro rata; a
        combination is one item; a free product of a loyalty reward is pooled with the same
        product that is paid for.
        """
        self.ensure_one()
        lines = self._sop_product_lines().filtered("product_uom_qty")
        reductions = lines.filtered(lambda line: line.price_subtotal < 0)
        goods = lines - reductions
        total = sum(goods.mapped("price_subtotal"))
        reduction = -sum(reductions.mapped("price_subtotal"))
        factor = 1 - reduction / total if total else 1.0
        return {group: group._sop_price_item(factor) for group in self._sop_price_groups(goods)}

    def _sop_price_groups(self, goods):
        """Return the lines that are judged together, as a list of recordsets."""
        groups = {}
        for line in goods:
            key = line._sop_price_key()
            groups[key] = groups.get(key, goods.browse()) | line
        return [group for group in groups.values() if group._sop_price_head()]

    def _sop_judge_prices(self):
        """Return ``{lines: PriceJudgement}`` by the policy that is frozen on the contract (P4)."""
        self.ensure_one()
        contract = self.sop_contract_id
        if not contract.term_id.judge_prices:
            return {}
        items = self._sop_price_items()
        judged = contract.policy_id._judge_prices(
            list(items.values()),
            self.currency_id,
            self.company_id._sop_today(),
            self.partner_id,
            self.sop_price_kind,
        )
        return dict(zip(items, judged))

    # -- who decides ---------------------------------------------------------------------------

    def _approval_steps(self, route):
        """Add the steps that a price below the policy needs (P3) to those of the route."""
        steps = super()._approval_steps(route)
        if route.code != "application":
            return steps
        return self._sop_with_price_steps(route, steps, self._sop_judge_prices())

    def _sop_with_price_steps(self, route, steps, judged):
        """Return ``steps`` with the roles that the judged prices need, each with its reason."""
        reasons = {}
        for lines, judgement in judged.items():
            for group_id in judgement.group_ids:
                reasons.setdefault(group_id, []).append(
                    self._sop_price_reason(lines._sop_price_head(), judgement)
                )
        for step in steps:
            found = reasons.pop(step["group_id"], None)
            if found:
                step["reason"] = paragraph(self.env, [step["reason"], *found])
        return steps + [
            {"stage": stage, "group_id": group_id, "reason": paragraph(self.env, found)}
            for (group_id, found), stage in zip(
                reasons.items(), self._sop_stages(route, reasons, steps)
            )
        ]

    def _sop_stages(self, route, groups, steps):
        """Return the stage of each of ``groups``: the route's, or one after all the others."""
        stages = {step.group_id.id: step.stage for step in route.step_ids}
        last = max([*stages.values(), *(step["stage"] for step in steps), 0])
        return [stages.get(group_id, last + 1) for group_id in groups]

    def _sop_price_reason(self, line, judgement):
        product = line.product_id.display_name
        if judgement.is_outside and judgement.target:
            return self.env._("%s is not in the price strategy.", product)
        if judgement.is_outside:
            return self.env._("%s has no list price that the policy could be measured by.", product)
        if judgement.special_kind:
            return self.env._(
                "%(product)s: asked for as “%(kind)s”.",
                product=product,
                kind=dict(self._fields["sop_price_kind"]._description_selection(self.env))[
                    judgement.special_kind
                ],
            )
        return self.env._(
            "%(product)s: %(percent)s %% below the policy.",
            product=product,
            percent=float_repr(judgement.discount, 2),
        )

    # -- what the approvers see ----------------------------------------------------------------

    def _prepare_approval(self, route):
        values = super()._prepare_approval(route)
        if route.code == "application":
            values["price_rows"] = self._sop_price_rows(self._sop_judge_prices())
        return values

    def _sop_price_rows(self, judged):
        """Return what the approval keeps of the prices that somebody has to look at."""
        return [
            {
                "product": lines._sop_price_head().product_id.id,
                "asked": judgement.item.subtotal,
                "target": judgement.target,
                "discount": judgement.discount,
                "outside": judgement.is_outside,
                "special": judgement.special_kind,
            }
            for lines, judgement in judged.items()
            if judgement.discount > TOLERANCE or judgement.is_outside or judgement.special_kind
        ]


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _sop_combo_line(self):
        """Return the line of the combination that this line is a part of; empty if none.

        Odoo checks that the part is one of the combination; that it comes once and in the same
        quantity is checked here, or expensive goods could hide in a cheap combination.
        """
        self.ensure_one()
        combo = self.combo_item_id and self.linked_line_id
        if not combo or combo.order_id != self.order_id:
            return self.browse()
        twins = combo.linked_line_ids.filtered(
            lambda other: other.combo_item_id.combo_id == self.combo_item_id.combo_id
        )
        same = combo.product_uom_qty == self.product_uom_qty
        same_unit = self.product_uom_id == self.product_id.uom_id
        return combo if same and same_unit and twins == self else self.browse()

    def _sop_is_reward(self):
        """Whether the line is a free product of a loyalty program."""
        self.ensure_one()
        if "reward_id" not in self._fields or self.price_subtotal:
            return False
        line = self.sudo()
        return bool(line.coupon_id) and line.reward_id.reward_type == "product"

    def _sop_price_key(self):
        """Lines with the same key are judged together."""
        if self.product_type == "combo":
            return ("combo", self.id)
        combo = self._sop_combo_line()
        if combo:
            return ("combo", combo.id)
        rewarded = self.order_id.order_line.filtered(lambda line: line._sop_is_reward())
        if self.product_id in rewarded.product_id:
            return ("product", self.product_id.id)
        return ("line", self.id)

    def _sop_price_head(self):
        """Return the line that says what these lines sell."""
        combos = self.filtered(lambda line: line.product_type == "combo")
        return combos[:1] or self[:1]

    def _sop_price_item(self, factor):
        """Return these lines, judged together, as one item; ``factor`` is what discounts leave."""
        head = self._sop_price_head()
        subtotal = sum(self.mapped("price_subtotal")) * factor
        if head.product_type == "combo":
            kept = self.order_id.sop_contract_id.policy_id.sudo()._list_prices_at_issue()
            extra = (self - head)._sop_combo_extra(head, kept)
            quantity = head.product_uom_qty
            return PriceItem(head.product_id, quantity, head.product_uom_id, subtotal, extra)
        unit = head.product_id.uom_id
        quantity = sum(
            line.product_uom_id._compute_quantity(line.product_uom_qty, unit, round=False)
            for line in self
        )
        return PriceItem(
            head.product_id,
            quantity,
            unit,
            subtotal,
            options=self._sop_options(),
            is_charge=self.order_id._sop_charged_freight(self) == self,
        )

    def _sop_options(self):
        """Return the options of these lines; what a reward gives away has those of the paid one."""
        return max(
            (line.product_no_variant_attribute_value_ids for line in self),
            key=lambda values: sum(values.mapped("price_extra")),
        )

    def _sop_combo_extra(self, head, kept):
        """Return what these parts of a combination cost above its list price, for one.

        :param dict kept: the prices at issue of what has changed, see ``_list_prices_at_issue``
        """
        extra = sum(self.combo_item_id.mapped("extra_price"))
        extra += self.combo_item_id._sop_extra_lowered(kept)
        extra += self.product_no_variant_attribute_value_ids._sop_extra_lowered(kept)
        extra += sum(
            line.product_id._get_no_variant_attributes_price_extra(
                line.product_no_variant_attribute_value_ids
            )
            for line in self
        )
        rate = head.product_id.currency_id._convert(
            1.0, head.currency_id, head.company_id, head.company_id._sop_today(), round=False
        )
        return extra * rate
