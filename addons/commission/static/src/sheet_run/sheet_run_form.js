import { status } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { FormController } from "@web/views/form/form_controller";
import { formView } from "@web/views/form/form_view";

/** Fills the sheets step by step and shows after each how far the run is. */
export class SheetRunController extends FormController {
    async beforeExecuteActionButton(clickParams) {
        if (clickParams.name !== "action_fill") {
            return super.beforeExecuteActionButton(...arguments);
        }
        const run = this.model.root;
        if (await run.save()) {
            await this.fill(run);
        }
        return false;
    }

    async fill(run) {
        while (run.data.stage !== "done" && status(this) !== "destroyed") {
            await this.orm.call(run.resModel, "run_step", [run.resIds]);
            await run.load();
        }
    }
}

registry.category("views").add("commission_sheet_run_form", {
    ...formView,
    Controller: SheetRunController,
});
