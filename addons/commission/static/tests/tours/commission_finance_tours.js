import { registry } from "@web/core/registry";
import {
    openRow,
    openSalesSop,
    press,
    row,
    seeNoButton,
    seeRow,
    seeState,
} from "@sales_sop/../tests/tours/sop_tour_utils";
import { openCommission, pressAbove, pressInDialog, seeField } from "./commission_tour_utils";

const tours = registry.category("web_tour.tours");

const approveInTheList = () => [
    { trigger: ".o_breadcrumb .active:contains('Waiting for me')" },
    seeRow("Commission Sheet", "Salesperson 2026-03", "Riverside Paper Mill", "50.00"),
    {
        content: "Approve in the list",
        trigger: `${row("Salesperson 2026-03")} button[name=action_approve]`,
        run: "click",
    },
    { trigger: ".o_view_nocontent:contains('Nothing waits for your decision')" },
];

tours.add("commission_finance_reviews_and_accrues", {
    steps: () => [
        ...openSalesSop(),
        ...approveInTheList(),
        ...openCommission("drift", "Books Against Ledger"),
        {
            content: "The ledger says what the books say",
            trigger: ".o_view_nocontent:contains('Everything agrees')",
        },
        {
            content: "See everybody",
            trigger: ".o_searchview .o_facet_remove",
            run: "click",
        },
        seeRow("Salesperson", "50.00", "0.00"),
        ...openCommission("accrual", "Accruals"),
        pressAbove("Accrue Commission"),
        { trigger: ".modal [name=amount]:contains('50.00')" },
        pressInDialog("action_accrue"),
        { trigger: "body:not(:has(.modal))" },
        seeState("Booked"),
        {
            content: "Per payee and plan",
            trigger: ".o_field_one2many[name=line_ids] .o_data_row:contains('50.00')",
        },
    ],
});

tours.add("commission_finance_vp_reviews", {
    steps: () => [
        ...openSalesSop(),
        {
            content: "Open the sheet itself",
            trigger: `${row("Salesperson 2026-03")} button[name=action_open_document]`,
            run: "click",
        },
        { trigger: ".o_data_row [name=explanation]:contains('500.00 collected')" },
        press("action_sop_approve"),
        { trigger: ".o_form_view .alert:contains('Waiting for: General Manager')" },
        seeNoButton("action_sop_approve"),
    ],
});

tours.add("commission_general_manager_approves", {
    steps: () => [
        ...openSalesSop(),
        ...approveInTheList(),
        ...openCommission("sheet", "Commission Sheets"),
        seeRow("Salesperson 2026-03", "50.00", "To Be Booked", "Approved"),
    ],
});

tours.add("commission_finance_pays", {
    steps: () => [
        ...openSalesSop(),
        ...openCommission("sheet", "Commission Sheets"),
        ...openRow("Salesperson 2026-03", "To Be Booked"),
        {
            content: "Print it",
            trigger: ".o_form_view .o_statusbar_buttons button:contains('Print')",
            run: "click",
        },
        {
            content: "The paper is made",
            trigger: "body:not(:has(.o_blockUI)) .o_statusbar_buttons button[name=action_book]:enabled",
            timeout: 40000,
        },
        press("action_book"),
        seeField("payment_status", "Booked"),
        press("action_pay"),
        { trigger: ".modal [name=amount] input:value('50.00')" },
        pressInDialog("action_create_payments"),
        seeState("In Process"),
        {
            content: "Back to the sheet",
            trigger: ".o_breadcrumb a:contains('Salesperson 2026-03')",
            run: "click",
        },
        seeState("Paid"),
        seeNoButton("action_book"),
    ],
});
