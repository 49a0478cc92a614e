import { registry } from "@web/core/registry";
import { openApp, openMenu, row, seeSentence, seeState } from "./sop_tour_utils";

registry.category("web_tour.tours").add("sop_warehouse_requests_exception", {
    steps: () => [
        ...openApp("stock.menu_stock_root"),
        ...openMenu(
            "stock.menu_stock_warehouse_mgmt",
            "sales_sop.stock_picking_menu_payment_transfers",
            "Waits for Payment"
        ),
        {
            content: "Tick the delivery",
            trigger: `${row("Kiln Street Pottery")} .o_list_record_selector input`,
            run: "click",
        },
        {
            content: "Open the actions of the list",
            trigger: ".o_control_panel .o_cp_action_menus .dropdown-toggle:contains(Actions)",
            run: "click",
        },
        {
            content: "Validate it",
            trigger: '.o-dropdown--menu .o_menu_item:contains("Validate")',
            run: "click",
        },
        {
            content: "The dialog says what is missing, as a list",
            trigger: '.modal .o_sop_blocked_dialog li:contains("D4"):contains("300.00")',
        },
        {
            content: "Ask for an exception",
            trigger: ".modal .o_sop_request_exception",
            run: "click",
        },
        {
            content: "The form knows the delivery, the rule and the amount",
            trigger: '.o_form_view [name="amount_max"] input:value("1,000.00")',
        },
        {
            content: "Say why",
            trigger: '.o_form_view [name="reason"] textarea',
            run: "edit The money is on its way.",
        },
        {
            content: "Submit it",
            trigger: '.o_form_view button[name="action_submit"]:contains("Submit")',
            run: "click",
        },
        seeState("Waiting for Approval"),
        {
            content: "Go to the delivery",
            trigger: '.o_form_view button[name="action_sop_open_document"]',
            run: "click",
        },
        seeSentence("These goods cannot leave yet."),
        {
            content: "The delivery counts its exceptions",
            trigger: '.o_form_view button[name="action_sop_view_releases"]:contains("1")',
        },
    ],
});
