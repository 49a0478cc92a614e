import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formatFloat } from "@web/core/utils/numbers";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** How each state of a step looks; colours only ever accompany an icon and a word. */
const APPEARANCE = {
    done: { color: "success", icon: "fa-check-circle", stateLabel: _t("Done") },
    current: { color: "info", icon: "fa-dot-circle-o", stateLabel: _t("In progress") },
    blocked: { color: "danger", icon: "fa-exclamation-circle", stateLabel: _t("Blocked") },
    waiting: { color: "muted", icon: "fa-circle-o", stateLabel: _t("Not yet") },
    none: { color: "muted", icon: "fa-minus-circle", stateLabel: _t("Not needed") },
};

/**
 * The way of a document through the sales procedure, one step beside the other:
 * what is done, what blocks, whose turn it is. A click opens what is behind a step.
 *
 * The value is `{steps: [{key, label, state, who, when, text, percent, gate, res_model, res_ids,
 * domain}]}`; a domain goes before the ids.
 * The option `sentences: false` leaves the sentences out where the form shows them itself.
 */
export class SopChainField extends Component {
    static template = "sales_sop.SopChainField";
    static props = {
        ...standardFieldProps,
        sentences: { type: Boolean, optional: true },
    };
    static defaultProps = { sentences: true };

    setup() {
        this.action = useService("action");
    }

    get steps() {
        const value = this.props.record.data[this.props.name];
        return (value?.steps || []).map((step) => this.prepareStep(step));
    }

    prepareStep(step) {
        const isOpen = ["current", "blocked"].includes(step.state);
        return {
            ...step,
            ...(APPEARANCE[step.state] || APPEARANCE.none),
            isLink: Boolean(step.domain || step.res_ids?.length),
            hasBar: typeof step.percent === "number",
            detail: step.state === "done" ? this.getDoneBy(step) : "",
            sentence: isOpen && this.props.sentences ? step.text : "",
        };
    }

    getDoneBy(step) {
        const { who, when } = step;
        if (who && when) {
            return _t("%(who)s, %(when)s", { who, when });
        }
        return who || when || step.text || "";
    }

    /** The sentences of the open steps; what several steps say stands there once. */
    getSentences(steps) {
        const sentences = new Map();
        for (const { sentence, label, color, icon } of steps) {
            if (!sentence) {
                continue;
            }
            if (!sentences.has(sentence)) {
                sentences.set(sentence, { sentence, labels: [], color, icon });
            }
            sentences.get(sentence).labels.push(label);
        }
        return [...sentences.values()].map((row) => ({
            ...row,
            label: _t("%(steps)s:", { steps: row.labels }),
        }));
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
        const isSingle = !step.domain && step.res_ids.length === 1;
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: step.label,
            res_model: step.res_model,
            ...(isSingle
                ? { res_id: step.res_ids[0], views: [[false, "form"]] }
                : {
                      domain: step.domain || [["id", "in", step.res_ids]],
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
    supportedOptions: [
        {
            label: _t("Show the sentences of open steps"),
            name: "sentences",
            type: "boolean",
            default: true,
        },
    ],
    isEmpty: (record, fieldName) => !record.data[fieldName]?.steps?.length,
    extractProps: ({ options }) => ({ sentences: options.sentences ?? true }),
};

registry.category("fields").add("sop_chain", sopChainField);
