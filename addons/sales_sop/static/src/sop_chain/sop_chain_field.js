import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formatFloat } from "@web/core/utils/numbers";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** How each state of a step looks; colours only ever accompany an icon and a word. */
const APPEARANCE = {
    done: { color: "success", icon: "fa-check-circle", label: _t("Done") },
    current: { color: "info", icon: "fa-dot-circle-o", label: _t("In progress") },
    blocked: { color: "danger", icon: "fa-exclamation-circle", label: _t("Blocked") },
    waiting: { color: "muted", icon: "fa-circle-o", label: _t("Not yet") },
    none: { color: "muted", icon: "fa-minus-circle", label: _t("Not needed") },
};

/**
 * The way of a document through the sales procedure, one step beside the other:
 * what is done, what blocks, whose turn it is. A click opens what is behind a step.
 *
 * The value is `{steps: [{key, label, state, who, when, text, percent, gate, res_model, res_ids}]}`.
 */
export class SopChainField extends Component {
    static template = "sales_sop.SopChainField";
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
    }

    get steps() {
        const value = this.props.record.data[this.props.name];
        return (value?.steps || []).map((step) => this.prepareStep(step));
    }

    prepareStep(step) {
        const appearance = APPEARANCE[step.state] || APPEARANCE.none;
        return {
            ...step,
            ...appearance,
            label: step.label,
            stateLabel: appearance.label,
            isLink: Boolean(step.res_model && step.res_ids?.length),
            hasBar: typeof step.percent === "number",
            detail: this.getDetail(step),
        };
    }

    /** Who and when for what is done; the sentence for everything that is not. */
    getDetail(step) {
        if (step.state !== "done") {
            return step.text || "";
        }
        return [step.who, step.when].filter(Boolean).join(", ") || step.text || "";
    }

    barWidth(percent) {
        return Math.min(Math.max(percent, 0), 100);
    }

    /** Round down, so that 59.999 % is never shown as the 60 % it has not reached. */
    formatPercent(value) {
        const floored = Math.floor(Number((value * 100).toFixed(6))) / 100;
        return `${formatFloat(floored, { digits: [false, 2], trailingZeros: false })} %`;
    }

    progressText(step) {
        const percent = this.formatPercent(step.percent);
        return step.gate
            ? _t("%(percent)s of %(gate)s", { percent, gate: this.formatPercent(step.gate) })
            : percent;
    }

    open(step) {
        const isSingle = step.res_ids.length === 1;
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: step.label,
            res_model: step.res_model,
            ...(isSingle
                ? { res_id: step.res_ids[0], views: [[false, "form"]] }
                : {
                      domain: [["id", "in", step.res_ids]],
                      views: [
                          [false, "list"],
                          [false, "form"],
                      ],
                  }),
        });
    }
}

export const sopChainField = {
    component: SopChainField,
    displayName: _t("Chain of the sales procedure"),
    supportedTypes: ["json"],
    isEmpty: (record, fieldName) => !record.data[fieldName]?.steps?.length,
};

registry.category("fields").add("sop_chain", sopChainField);
