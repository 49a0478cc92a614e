"""What is attacked: one record of each model that keeps a decision, and what an attack writes."""

from odoo import fields
from odoo.fields import Command

from .attack_case import AttackCase


class VictimsCase(AttackCase):
    """Documents that were decided, signed or booked, each by who does it in the company."""

    @classmethod
    def _issue_policy(cls, date_from="2020-01-01", **term):
        policy = cls.env["sop.policy"].create(
            {
                "name": "Sales policy",
                "company_id": cls.company.id,
                "date_from": date_from,
                "term_ids": [Command.create({"name": "Direct sale", **term})],
                "line_ids": [Command.create({"compute_price": "percentage"})],
                "authority_ids": [
                    Command.create(
                        {
                            "group_id": cls.env.ref("sales_sop.group_salesperson").id,
                            "max_discount": 5,
                        }
                    )
                ],
            }
        )
        manager = cls.users["general_manager"]
        policy.with_user(manager).action_decide()
        policy.with_user(manager).action_issue()
        return policy

    # -- the victims ---------------------------------------------------------------------------

    def _victims(self):
        """Return ``{record: (values to write, values to create, methods to call)}``."""
        order = self.effective_order().sudo()
        contract = order.sop_contract_id
        approval = order.approval_for("application").sudo()
        step = approval.step_ids
        policy = self.policy.sudo()
        route = approval.route_id
        today = fields.Date.today()
        delegation = self.as_user(self.env["sop.delegation"], "sales_manager").create(
            {
                "delegate_id": self.users["planner"].id,
                "company_id": self.company.id,
                "date_from": today,
                "date_to": today,
            }
        )
        group = self.env.ref("sales_sop.group_salesperson").id
        others = self.env.ref("sales_sop.group_sales_manager").id
        person = self.users["sales_manager"].id
        document = {"res_model": "sale.order", "res_id": order.id}
        return {
            approval: (
                {"state": "refused", "content_hash": "0"},
                {"route_id": route.id, "code": "application", "state": "approved", **document},
                ("unlink", "_close", "_advance", "approve", "withdraw"),
            ),
            step: (
                {"state": "refused", "user_id": person},
                {"approval_id": approval.id, "stage": 1, "group_id": group, "state": "approved"},
                ("unlink", "_open"),
            ),
            route: (
                {"code": "nothing", "submit_group_ids": [Command.clear()]},
                {"name": "Mine", "code": "application", "res_model": "sale.order"},
                ("unlink",),
            ),
            route.step_ids[:1]: (
                {"group_id": group},
                {"route_id": route.id, "stage": 1, "group_id": group},
                ("unlink",),
            ),
            delegation: (
                {"delegate_id": self.users["quality"].id, "amount_limit": 5.0},
                {
                    "user_id": person,
                    "delegate_id": self.users["quality"].id,
                    "company_id": self.company.id,
                    "date_from": today,
                    "date_to": "2099-12-31",
                },
                ("unlink",),
            ),
            policy: (
                {"state": "draft", "date_from": "2030-01-01"},
                {
                    "name": "Mine",
                    "company_id": self.company.id,
                    "date_from": "2020-02-02",
                    "state": "issued",
                },
                ("unlink", "_issue", "action_decide", "action_issue"),
            ),
            policy.term_ids: (
                {"invoice_gate_percent": 0.0, "review_group_ids": [Command.clear()]},
                {"policy_id": policy.id, "name": "Free", "sequence": 0},
                ("unlink",),
            ),
            policy.line_ids: (
                {"percent_off": 99.0},
                {"policy_id": policy.id, "percent_off": 99.0, "sequence": 0},
                ("unlink",),
            ),
            policy.authority_ids: (
                {"max_discount": 99.0, "group_id": others},
                {"policy_id": policy.id, "group_id": others, "max_discount": 99.0},
                ("unlink",),
            ),
            contract: (
                {"invoice_gate_percent": 0.0, "state": "closed"},
                {
                    "number": "HT-1",
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "currency_id": self.company.currency_id.id,
                    "policy_id": policy.id,
                    "state": "effective",
                },
                ("unlink", "_make_effective", "_set_state", "action_submit"),
            ),
            **self._amendment_victims(order),
            **self._release_victims(),
            **self._money_victims(order),
            **self._seal_victims(contract),
            **self._delivery_victims(),
            **self._receipt_victims(),
        }

    def _delivery_victims(self):
        """What finance signed on a delivery order (D4)."""
        picking = self.confirmed_order().sudo().picking_ids
        contract = picking.sop_contract_id
        contract.sudo().prepayment_percent = 30.0
        self.approve_delivery(picking)
        self.collect(picking.sale_id, 300.0)
        self.sign_for_payment(picking)
        values = {
            "picking_id": picking.id,
            "document_name": picking.name,
            "contract_id": contract.id,
            "company_id": self.company.id,
            "user_id": self.users["finance"].id,
            "signed_on": "2026-03-01 08:00:00",
            "amount_collected": 1000.0,
        }
        gate_pass = self.as_user(self.env["sop.gate.pass"], "sales_office").create(
            {"picking_ids": [Command.set(picking.ids)], "vehicle_plate": "A 12345"}
        )
        return {
            gate_pass: (
                {"state": "left", "code": "guess", "agreed_content": {}},
                {"picking_ids": [Command.set(picking.ids)], "state": "left", "code": "guess"},
                ("unlink", "_register_leaving", "_set_state"),
            ),
            picking.sop_payment_ids: (
                {"amount_collected": 5000.0, "content": {}},
                values,
                ("unlink",),
            ),
        }

    def _amendment_victims(self, order):
        amendment = self.as_user(self.env["sop.amendment"], "salesperson").create(
            {"order_id": order.id, "reason": "More"}
        )
        amendment.line_ids.quantity = 12
        amendment.action_submit()
        return {
            amendment: (
                {"state": "applied", "reason": "Another"},
                {"order_id": order.id, "reason": "Mine", "state": "applied"},
                ("unlink", "_apply", "_set_state"),
            ),
            amendment.line_ids: (
                {"quantity": 99.0, "price_unit": 1.0},
                {
                    "amendment_id": amendment.id,
                    "product_id": self.drive.id,
                    "quantity": 1.0,
                    "price_unit": 0.0,
                },
                ("unlink", "action_remove"),
            ),
        }

    def _release_victims(self):
        order = self.confirmed_order()
        picking = order.sudo().picking_ids
        document = {"res_model": "stock.picking", "res_id": picking.id, "rule": "D1"}
        release = self.as_user(self.env["sop.release"], "sales_office").create(
            {**document, "reason": "The line stands still", "quantity_max": 10.0}
        )
        release.action_submit()
        return {
            release: (
                {"quantity_max": 99.0, "date_expiry": "2099-12-31", "state": "approved"},
                {**document, "reason": "Mine", "quantity_max": 10.0, "state": "approved"},
                ("unlink", "_use"),
            )
        }

    def _money_victims(self, order):
        contract = order.sop_contract_id
        earmark = self.earmark(self.receive(10.0), order)
        change = self.env["sop.payment.allocation.change"].search(earmark.sudo()._money_domain())
        announcement = self.env["sop.payment.announcement"]._announce(
            order, {"amount": 5.0, "date": "2026-03-04", "kind": "cash"}
        )
        paper = self.registered_paper()
        return {
            change: (
                {"reason": "Mine", "amount_after": 1.0},
                {"kind": "made", "contract_id": contract.id},
                ("unlink",),
            ),
            announcement: (
                {"amount": 9.0, "state": "confirmed"},
                {
                    "contract_id": contract.id,
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "currency_id": contract.currency_id.id,
                    "amount": 9.0,
                    "date": "2026-03-04",
                    "kind": "cash",
                    "state": "confirmed",
                },
                ("unlink", "_decide", "_reject"),
            ),
            paper: ({"amount": 9.0, "state": "cashed"}, None, ("unlink", "_bounce", "_set_state")),
        }

    def _seal_victims(self, contract):
        seal = self.env["sop.seal"].create({"name": "Seal", "company_id": self.company.id})
        office = self.as_user(self.env["sop.seal.use"], "sales_office")
        values = {
            "seal_id": seal.id,
            "contract_id": contract.id,
            "purpose": "Contract",
            "document": "JVBERi0xLjQ=",
            "document_name": "contract.pdf",
        }
        use = office.create(values)
        return {use: ({"copies": 99, "purpose": "Other"}, None, ("unlink",))}

    def _receipt_victims(self):
        """What was signed for, what is missing, and a correction that waits for finance."""
        order = self.confirmed_order()
        picking = self.approve_delivery(order.sudo().picking_ids)
        self.ship(picking)
        self.sign(picking, damaged=1, missing=1)
        move, receipt = picking.sudo().move_ids, picking.sudo().pod_receipt_ids
        correction = self.as_user(self.env["sop.pod.correction"], "sales_office").create(
            {"picking_id": picking.id, "reason": "Read wrongly"}
        )
        correction.line_ids.write({"qty_accepted": 9, "qty_missing": 0})
        correction.action_submit()
        return {
            receipt: (
                {"signatory": "Nobody", "kind": "correction"},
                {"picking_id": picking.id, "date": "2026-03-02", "signatory": "Nobody"},
                ("unlink",),
            ),
            receipt.line_ids: (
                {"qty_accepted": 10.0, "move_id": move.id},
                {"receipt_id": receipt.id, "move_id": move.id, "qty_accepted": 2.0},
                ("unlink",),
            ),
            picking.sudo().pod_missing_ids: (
                {"quantity": 5.0, "state": "void"},
                {"move_id": move.id, "quantity": 5.0},
                ("unlink", "_sop_book_loss", "_sop_reduce"),
            ),
            correction: (
                {"state": "applied", "picking_id": picking.id},
                {"picking_id": picking.id, "reason": "Mine", "state": "applied"},
                ("unlink", "_on_approval_approved"),
            ),
        }
