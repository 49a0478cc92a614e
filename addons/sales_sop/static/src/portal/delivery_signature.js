import { registry } from "@web/core/registry";
import { rpc } from "@web/core/network/rpc";
import { redirect } from "@web/core/utils/urls";
import { _t } from "@web/core/l10n/translation";
import { SignatureForm } from "@portal/signature_form/signature_form";

/**
 * Odoo's signature form of the portal, which also sends what the customer entered for each
 * delivered line. What the server refuses stays on the page, so nothing has to be entered again.
 */
export class DeliverySignature extends SignatureForm {
    get sendLabel() {
        return _t("Sign for the Delivery");
    }

    get lines() {
        const rows = document.querySelectorAll(".o_sop_delivery tr[data-move]");
        return [...rows].map((row) => {
            const number = (name) => Number(row.querySelector(`input[name=${name}]`).value);
            return {
                move: Number(row.dataset.move),
                accepted: number("accepted"),
                damaged: number("damaged"),
                missing: number("missing"),
            };
        });
    }

    async onClickSubmit() {
        if (this.sending) {
            return;
        }
        this.sending = true;
        try {
            const data = await rpc(this.props.callUrl, {
                name: this.signature.name,
                signature: this.signature.getSignatureImage().split(",")[1],
                lines: this.lines,
                comment: document.querySelector(".o_sop_delivery [name=comment]").value,
            });
            if (data.redirect_url) {
                redirect(data.redirect_url);
                return;
            }
            this.state.error = data.error || false;
        } finally {
            this.sending = false;
        }
    }
}

registry.category("public_components").add("sales_sop.delivery_signature", DeliverySignature);
