import { Component, onWillDestroy, onWillStart, useExternalListener, useState } from "@odoo/owl";
import { useBus, useService } from "@web/core/utils/hooks";
import { registry } from "@web/core/registry";
import { rpcBus } from "@web/core/network/rpc";
import { user } from "@web/core/user";
import { useDebounced } from "@web/core/utils/timing";

/** Calls that decide or submit something; the counter is asked for again after them. */
const DECISIONS = /^(approve|refuse|withdraw|action_approve|action_refuse|action_submit|action_sop_\w+)$/;

/** Counter of the approvals that wait for the user, in the top bar; a click opens them. */
export class WaitingForMe extends Component {
    static template = "sales_sop.WaitingForMe";
    static props = {};

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.busService = useService("bus_service");
        this.state = useState({ count: 0, hasRole: false });
        const refresh = useDebounced(() => this.refresh(), 500);
        onWillStart(async () => {
            this.state.hasRole = await user.hasGroup("sales_sop.group_user");
            if (this.state.hasRole) {
                // Not awaited: the top bar does not wait for the number.
                this.refresh();
                this.busService.subscribe("mail.activity/updated", refresh);
            }
        });
        onWillDestroy(() => this.busService.unsubscribe("mail.activity/updated", refresh));
        useExternalListener(window, "focus", refresh);
        useBus(rpcBus, "RPC:RESPONSE", ({ detail }) => {
            if (DECISIONS.test(detail.data.params?.method)) {
                refresh();
            }
        });
    }

    async refresh() {
        if (this.state.hasRole) {
            this.state.count = await this.orm.silent.call("sop.approval", "waiting_count", []);
        }
    }

    open() {
        return this.action.doAction("sales_sop.sop_approval_action_waiting", {
            clearBreadcrumbs: true,
        });
    }
}

registry
    .category("systray")
    .add("sales_sop.waiting_for_me", { Component: WaitingForMe }, { sequence: 22 });
