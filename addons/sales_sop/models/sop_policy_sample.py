from odoo import models
from odoo.fields import Command


class SopPolicy(models.Model):
    """A policy to start from: the terms that most manufacturers need, to be adapted."""

    _inherit = "sop.policy"

    def _action_start_from_sample(self):
        """Make a draft from the sample for the current company and open it."""
        self.env.user._sop_require_role(
            self.env._("prepare a sales policy"),
            "sales_sop.group_general_manager",
            "sales_sop.group_marketing_director",
        )
        return self._create_sample(self.env.company)._action_open()

    def _action_open_new(self):
        """Open an empty draft."""
        return {**self.browse()._prepare_open_action(), "name": self.env._("New Sales Policy")}

    def _action_open(self):
        self.ensure_one()
        return {**self._prepare_open_action(), "name": self.name, "res_id": self.id}

    def _prepare_open_action(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def _create_sample(self, company):
        """Create the sample, with its texts in every installed language."""
        english = self.with_context(lang="en_US", mail_create_nolog=True)
        policy = english.create(english._prepare_sample_values(company))
        for lang, __ in self.env["res.lang"].get_installed():
            if lang != "en_US":
                policy.with_context(lang=lang)._translate_sample()
        policy = policy.with_env(self.env)
        policy._message_log(body=policy._creation_message())
        return policy

    def _translate_sample(self):
        self.write(self._sample_texts())
        for term, values in zip(self.term_ids, self._sample_terms(), strict=True):
            term.name = values["name"]

    def _sample_texts(self):
        year = self.env.company._sop_today().year
        return {"name": self.env._("Sales policy %(year)s", year=year)}

    def _prepare_sample_values(self, company):
        return {
            **self._sample_texts(),
            "company_id": company.id,
            "interest_rate": 6.0,
            "term_ids": [
                Command.create({"sequence": 10 * number, **values})
                for number, values in enumerate(self._sample_terms(), start=1)
            ],
            "authority_ids": [
                Command.create({"group_id": self.env.ref(group).id, "max_discount": percent})
                for group, percent in self._sample_authority()
            ],
            "line_ids": [
                Command.create(
                    {"price_kind": "normal", "compute_price": "percentage", "percent_off": 0.0}
                )
            ],
        }

    def _sample_terms(self):
        """Return the values of the sample's terms, in the order in which they match (P5)."""
        on_its_way = {
            "shipping_data_required": True,
            "packing_required": True,
            "gate_pass_required": True,
            "dispatch_notice": True,
            "order_notice": True,
        }
        return [
            {
                "name": self.env._("Spare parts over the counter"),
                "sales_mode": "direct",
                "order_type": "counter",
                "amount_to": 5000.0,
                "delivery_approval": False,
                "review_group_ids": [Command.clear()],
                "details_required": False,
                "contract_required": False,
                "invoice_gate_percent": 0.0,
            },
            {
                "name": self.env._("Services"),
                "sales_mode": "direct",
                "order_type": "service",
                "amount_to": 20000.0,
                "details_required": False,
                "contract_required": False,
                "invoice_gate_percent": 30.0,
            },
            {
                "name": self.env._("Customer pick-up"),
                "sales_mode": "direct",
                "order_type": "pickup",
                "amount_to": 200000.0,
                "gate_pass_required": True,
                "prepayment_percent": 100.0,
                "invoice_gate_percent": 60.0,
            },
            {
                **on_its_way,
                "name": self.env._("Instalment sale"),
                "sales_mode": "instalment",
                "prepayment_percent": 30.0,
                "first_payment_percent": 30.0,
                "invoice_auto_amount": 200000.0,
                "invoice_gate_percent": 60.0,
            },
            {
                **on_its_way,
                "name": self.env._("Direct sale"),
                "sales_mode": "direct",
                "amount_to": 200000.0,
                "invoice_gate_percent": 60.0,
            },
            {
                **on_its_way,
                "name": self.env._("Large direct sale with deposit"),
                "sales_mode": "direct",
                "amount_from": 200000.0,
                "stock_review": True,
                "legal_review": True,
                "prepayment_percent": 30.0,
                "invoice_auto_amount": 200000.0,
                "invoice_gate_percent": 60.0,
            },
            {
                "name": self.env._("Frame contract"),
                "sales_mode": "frame",
                "invoice_gate_percent": 60.0,
            },
            *self._sample_free_terms(),
        ]

    def _sample_free_terms(self):
        """Return the terms of what costs the customer nothing."""
        free = {
            "judge_prices": False,
            "details_required": False,
            "contract_required": False,
            "invoice_gate_percent": 0.0,
        }
        return [
            {
                **free,
                "name": self.env._("Free goods"),
                "order_type": "free",
                "max_free_value": 2000.0,
            },
            {
                **free,
                "name": self.env._("Samples"),
                "order_type": "sample",
                "max_free_value": 1000.0,
            },
            {
                **free,
                "name": self.env._("Warranty replacement"),
                "order_type": "warranty",
                "warranty_months": 12,
            },
        ]

    def _sample_authority(self):
        """How far below the policy's price each role goes alone (P3)."""
        return (
            ("sales_sop.group_salesperson", 5.0),
            ("sales_sop.group_sales_manager", 10.0),
            ("sales_sop.group_marketing_director", 15.0),
        )
