import { RPCError } from "@web/core/network/rpc";
import { UncaughtPromiseError } from "@web/core/errors/error_service";
import { WarningDialog } from "@web/core/errors/error_dialogs";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

/** Why a gate refused, one sentence a line; and the button that asks for an exception. */
export class BlockedDialog extends WarningDialog {
    static template = "sales_sop.BlockedDialog";

    setup() {
        super.setup();
        this.action = useService("action");
        this.orm = useService("orm");
        this.title = _t("Not possible yet");
        this.offer = this.props.data.context.sop_release;
        this.sentences = this.message.split("\n").filter(Boolean);
    }

    async requestException() {
        const { res_model, res_id } = this.offer;
        const action = await this.orm.call(res_model, "action_sop_request_release", [[res_id]]);
        this.props.close();
        await this.action.doAction(action);
    }
}

/**
 * The refusal of a gate stays a plain UserError for every client; its context says that it is one.
 */
export function blockedErrorHandler(env, error, originalError) {
    const isRefusal =
        error instanceof UncaughtPromiseError &&
        originalError instanceof RPCError &&
        originalError.data?.context?.sop_blocked;
    if (!isRefusal) {
        return false;
    }
    error.unhandledRejectionEvent.preventDefault();
    env.services.dialog.add(BlockedDialog, {
        message: originalError.message,
        name: originalError.name,
        exceptionName: originalError.exceptionName,
        data: originalError.data,
    });
    return true;
}

registry
    .category("error_handlers")
    .add("sales_sop.blockedErrorHandler", blockedErrorHandler, { sequence: 96 });
