import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";
import {
    choose,
    openMenu,
    openRow,
    openSalesSop,
    press,
    row,
    seeNoButton,
    seeNoRow,
    seeRow,
    seeSentence,
    seeState,
    seeStep,
    tryWithRow,
} from "./sop_tour_utils";

const tours = registry.category("web_tour.tours");

function openEarmarksOf(customer, amount) {
    return [
        ...openSalesSop(),
        ...openMenu(
            "sales_sop.sop_money_menu",
            "sales_sop.account_payment_menu",
            "Customer Payments"
        ),
        ...openRow(customer, amount),
        { content: "Earmarks", trigger: ".nav-link[name=sop_earmarks]", run: "click" },
    ];
}

tours.add("sop_finance_countersigns", {
    steps: () => [
        ...openSalesSop(),
        { trigger: ".o_breadcrumb .active:contains('Waiting for me')" },
        {
            content: "Countersign in the list",
            trigger: `${row("Kiln Street Pottery", "Contract")} button[name=action_approve]`,
            run: "click",
        },
        { trigger: ".o_view_nocontent:contains('Nothing waits for your decision')" },
        ...openMenu(
            "sales_sop.sop_contract_root_menu",
            "sales_sop.sop_contract_menu",
            "Contracts"
        ),
        seeRow("Kiln Street Pottery", "Effective"),
    ],
});

tours.add("sop_customer_announces_payment", {
    steps: () => [
        { content: "I have paid", trigger: "#sop_payments summary", run: "click" },
        { content: "How much", trigger: "#sop_amount", run: "edit 700" },
        {
            content: "When",
            trigger: "#sop_date",
            run({ anchor }) {
                anchor.value = "2026-03-01";
            },
        },
        {
            content: "Announce it",
            trigger: "#sop_payments form button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: "#sop_payments .alert-success:contains('We look for the payment')" },
        { trigger: "#sop_payments [name=sop_announcements] tr:contains('700.00')" },
    ],
});

tours.add("sop_finance_earmarks", {
    steps: () => [
        ...openEarmarksOf("Kiln Street Pottery", "600.00"),
        {
            content: "All of it is free",
            trigger: ".tab-pane.active [name=amount_not_earmarked]:contains('600.00')",
        },
        {
            content: "Earmark",
            trigger: ".tab-pane.active .o_field_x2many_list_row_add a",
            run: "click",
        },
        ...choose("contract_id", "HT"),
        {
            content: "The whole amount is proposed",
            trigger: ".o_selected_row [name=amount] input:value('600.00')",
        },
        ...stepUtils.saveForm(),
        { trigger: ".tab-pane.active [name=amount_earmarked]:contains('600.00')" },
        { trigger: ".tab-pane.active [name=amount_not_earmarked]:contains('0.00')" },
        ...openMenu(
            "sales_sop.sop_money_menu",
            "sales_sop.sop_payment_announcement_menu",
            "Announced Payments"
        ),
        ...openRow("Millbrook Glass", "700.00"),
        seeSentence("The customer says this was paid."),
        ...choose("payment_id", "P"),
        press("action_confirm"),
        seeState("Confirmed"),
    ],
});

tours.add("sop_finance_splits_a_payment", {
    steps: () => [
        ...openEarmarksOf("Kiln Street Pottery", "2,500.00"),
        {
            content: "For several contracts",
            trigger: ".tab-pane.active button[name=action_sop_earmark]",
            run: "click",
        },
        {
            content: "What each contract lacks is proposed",
            trigger: ".modal .o_data_row:eq(2) [name=amount]:contains('500.00')",
        },
        {
            content: "So it is",
            trigger: ".modal footer button[name=action_earmark]",
            run: "click",
        },
        { trigger: "body:not(:has(.modal))" },
        {
            content: "Move a share of the first contract",
            trigger:
                ".tab-pane.active .o_data_row:contains('1,000.00') button[name=action_move]",
            run: "click",
        },
        { trigger: ".modal [name=amount_earmarked]:contains('1,000.00')" },
        ...choose("contract_id", "HT"),
        {
            content: "See what the other contract has",
            trigger: ".modal [name=amount_collected]:contains('500.00')",
        },
        {
            content: "Only a part",
            trigger: ".modal [name=amount] input",
            run: "edit 300",
        },
        {
            content: "Say why",
            trigger: ".modal [name=reason] input",
            run: "edit The customer meant the last order.",
        },
        {
            content: "Move it",
            trigger: ".modal footer button[name=action_move]",
            run: "click",
        },
        { trigger: "body:not(:has(.modal))" },
        { trigger: ".tab-pane.active .o_data_row:contains('700.00')" },
        { trigger: ".tab-pane.active .o_data_row:contains('300.00')" },
    ],
});

tours.add("sop_finance_invoices", {
    steps: () => [
        ...openSalesSop(),
        ...openMenu(
            "sales_sop.account_move_menu",
            "sales_sop.account_move_menu_money",
            "Waits for Money"
        ),
        seeRow("Hillside Foundry", "1,000.00", "599.99"),
        seeNoRow("Kiln Street Pottery"),
        ...tryWithRow("Hillside Foundry", "Confirm Entries", "C1", "599.99", "600.00", "0.01"),
        ...openRow("Hillside Foundry"),
        seeSentence("This invoice may not be issued yet."),
        seeSentence("0.01 more is needed"),
        seeNoButton("action_post"),
        seeStep("collected", "blocked", "59.99 % of 60 %"),
        ...openMenu(
            "sales_sop.account_move_menu",
            "sales_sop.sale_order_menu_invoice_free",
            "May Be Invoiced Now"
        ),
        seeNoRow("Hillside Foundry"),
        {
            content: "Draft the invoice of the order",
            trigger: `${row("Millbrook Glass")} button[name=action_sop_draft_invoices]`,
            run: "click",
        },
        { trigger: ".o_form_view [name=partner_id] input:value('Millbrook Glass')" },
        seeState("Draft"),
        ...openMenu(
            "sales_sop.account_move_menu",
            "sales_sop.account_move_menu_free",
            "Drafts to Post"
        ),
        seeRow("Millbrook Glass"),
        seeNoRow("Hillside Foundry"),
        ...openRow("Kiln Street Pottery"),
        seeStep("collected", "done", "60 % of 60 %"),
        press("action_post"),
        seeState("Posted"),
        seeStep("invoice", "done"),
    ],
});

tours.add("sop_finance_vp_approves", {
    steps: () => [
        ...openSalesSop(),
        seeRow("Invoice", "Kiln Street Pottery", "800.00"),
        ...openMenu(
            "sales_sop.account_move_menu",
            "sales_sop.account_move_menu_approval",
            "Waits for Approval"
        ),
        ...openRow("Kiln Street Pottery", "waits for the finance VP"),
        seeSentence("waits for the finance VP's approval"),
        seeNoButton("action_post"),
        press("action_sop_approve"),
        seeNoButton("action_sop_approve"),
        {
            content: "It may be issued now",
            trigger: ".o_form_view button[name=action_post]:visible",
        },
        { trigger: ".o_form_view:not(:has(.alert:contains('may not be issued yet'):visible))" },
    ],
});
