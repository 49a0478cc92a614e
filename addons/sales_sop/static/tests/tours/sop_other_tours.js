import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";
import {
    openApp,
    openMenu,
    openRow,
    openSalesSop,
    press,
    seeNoButton,
    seeNoRow,
    seeRow,
    seeSentence,
    seeState,
    seeStep,
    tryWithRow,
} from "./sop_tour_utils";

const tours = registry.category("web_tour.tours");

const openTransfers = (menu, title) =>
    openMenu("stock.menu_stock_warehouse_mgmt", `sales_sop.stock_picking_menu_${menu}`, title);

tours.add("sop_warehouse_delivers", {
    steps: () => [
        ...openApp("stock.menu_stock_root"),
        ...openTransfers("not_approved_transfers", "Still with Sales"),
        seeRow("Hillside Foundry", "has not been submitted"),
        seeNoRow("Kiln Street Pottery"),
        ...tryWithRow("Hillside Foundry", "Validate", "D1", "has not been submitted"),
        ...openRow("Hillside Foundry"),
        seeSentence("These goods cannot leave yet."),
        seeNoButton("button_validate"),
        ...openTransfers("released_transfers", "Released"),
        seeNoRow("Hillside Foundry"),
        ...openRow("Kiln Street Pottery"),
        press("button_validate"),
        seeState("Done"),
        seeStep("delivery", "done"),
        seeStep("receipt", "current"),
    ],
});

const voteFor = (before) => [
    seeSentence(before),
    press("action_vote"),
    { content: "Vote for it", trigger: ".modal [name=vote] input[data-value=for]", run: "click" },
    {
        content: "Cast it",
        trigger: ".modal footer button[name=action_cast]",
        run: "click",
    },
    { trigger: "body:not(:has(.modal))" },
];

tours.add("sop_marketing_director_prepares_policy", {
    steps: () => [
        ...openSalesSop(),
        ...openMenu(
            "sales_sop.sop_configuration_menu",
            "sales_sop.sop_policy_menu",
            "Sales Policies"
        ),
        seeRow("Sales policy", "In Force"),
        { content: "Write a policy", trigger: ".o_list_button_add", run: "click" },
        {
            content: "Name it",
            trigger: ".oe_title [name=name] input",
            run: "edit Winter policy",
        },
        seeSentence("takes effect when the general manager issues it"),
        {
            content: "Add a term",
            trigger: "[name=term_ids] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            content: "Name the term",
            trigger: ".modal [name=name] input",
            run: "edit Every sale",
        },
        {
            content: "Half of it before the invoice",
            trigger: ".modal [name=invoice_gate_percent] input",
            run: "edit 50",
        },
        {
            content: "The term is complete",
            trigger: ".modal footer .o_form_button_save",
            run: "click",
        },
        ...stepUtils.saveForm(),
        seeNoButton("action_decide"),
        press("action_open_for_decision"),
        ...voteFor("0 of 3 members have voted, 2 have to"),
        seeSentence("1 of 3 members have voted, 2 have to: 1 for"),
        seeNoButton("action_decide"),
    ],
});

tours.add("sop_general_manager_issues_policy", {
    steps: () => [
        ...openSalesSop(),
        ...openMenu(
            "sales_sop.sop_configuration_menu",
            "sales_sop.sop_policy_menu",
            "Sales Policies"
        ),
        ...openRow("Winter policy", "1 of 3 members have voted", "Draft"),
        seeNoButton("action_decide"),
        { trigger: "[name=term_ids] .o_data_row:contains('Every sale'):contains('50')" },
        ...voteFor("1 of 3 members have voted"),
        seeSentence("The meeting has decided for this draft."),
        press("action_decide"),
        seeState("Decided"),
        press("action_issue"),
        {
            content: "Yes, issue it",
            trigger: ".modal:contains('cannot be changed any more') footer .btn-primary",
            run: "click",
        },
        seeState("In Force"),
        seeNoButton("action_decide"),
    ],
});

const vehicle = (plate) => `.o_kanban_record:contains("${plate}")`;

tours.add("sop_gate_guard_registers_a_vehicle", {
    steps: () => [
        ...openSalesSop(),
        { trigger: ".o_breadcrumb .active:contains('Vehicles Today')" },
        {
            content: "Nothing is loaded on this one",
            trigger: `${vehicle("B 777")}:contains("Hillside Foundry"):has(.alert):not(:has(button))`,
        },
        {
            content: "This one is ready, and what it carries is on the card",
            trigger: `${vehicle("A 12345")}:contains("Kiln Street Pottery"):contains("Kiln fan")`,
        },
        {
            content: "It leaves",
            trigger: `${vehicle("A 12345")} button[name=action_register_leaving]`,
            run: "click",
        },
        { trigger: `${vehicle("A 12345")}:contains("Has Left"):not(:has(button))` },
    ],
});
