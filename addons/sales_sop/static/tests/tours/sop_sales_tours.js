import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";
import {
    choose,
    openMenu,
    openRow,
    openSalesSop,
    press,
    row,
    seeChainSentence,
    seeNoButton,
    seeNoRow,
    seeRow,
    seeSentence,
    seeState,
    seeStep,
    upload,
} from "./sop_tour_utils";

const tours = registry.category("web_tour.tours");

const openQuotations = () =>
    openMenu("sales_sop.sale_order_menu", "sales_sop.sale_order_menu_quotations", "Quotations");

tours.add("sop_salesperson_submits", {
    steps: () => [
        ...openSalesSop(),
        ...openQuotations(),
        { content: "Make a quotation", trigger: ".o_list_button_add", run: "click" },
        ...choose("partner_id", "Kiln Street Pottery"),
        { content: "Add a line", trigger: "a:contains('Add a product')", run: "click" },
        ...choose("product_template_id", "Kiln fan"),
        {
            content: "Ten of them",
            trigger: ".o_selected_row [name=product_uom_qty] input",
            run: "edit 10 && click .o_form_sheet",
        },
        { trigger: ".oe_subtotal_footer [name=tax_totals]:contains('1,000.00')" },
        ...stepUtils.saveForm(),
        seeStep("application", "current"),
        seeSentence("This quotation cannot be confirmed yet."),
        seeSentence("has not been submitted. Submit it for approval."),
        seeNoButton("action_confirm"),
        press("action_sop_submit"),
        seeSentence("is waiting for approval by Sales Manager"),
        seeNoButton("action_sop_submit"),
        seeNoButton("action_confirm"),
        {
            content: "The application is in the history",
            trigger: ".o-mail-Message:contains('submitted, waits for Sales Manager')",
        },
    ],
});

tours.add("sop_salesperson_confirms", {
    steps: () => [
        ...openSalesSop(),
        ...openMenu(
            "sales_sop.sop_contract_root_menu",
            "sales_sop.sop_contract_menu_my",
            "My Contracts"
        ),
        seeRow("Kiln Street Pottery", "1,000.00", "Effective"),
        ...openQuotations(),
        ...openRow("Kiln Street Pottery"),
        seeStep("application", "done", "Sales Manager"),
        seeStep("contract", "done", "Finance"),
        seeChainSentence("Ready to be confirmed."),
        press("action_confirm"),
        seeState("Sales Order"),
        seeStep("delivery", "blocked"),
        seeChainSentence("has not been submitted. The sales office submits it."),
    ],
});

const waitingCounter = (count) => ({
    content: `${count} decisions wait`,
    trigger: `.o_sop_waiting_for_me .badge:contains("${count}")`,
});

tours.add("sop_sales_manager_decides", {
    steps: () => [
        waitingCounter(2),
        {
            content: "Open what waits",
            trigger: ".o_sop_waiting_for_me button",
            run: "click",
        },
        { trigger: ".o_breadcrumb .active:contains('Waiting for me')" },
        seeRow("Kiln Street Pottery", "1,000.00", "Kiln fan", "10 Units", "Salesperson"),
        seeRow("Hillside Foundry", "Kiln fan", "3 Units", "Salesperson"),
        {
            content: "Approve the first",
            trigger: `${row("Kiln Street Pottery")} button[name=action_approve]`,
            run: "click",
        },
        seeNoRow("Kiln Street Pottery"),
        waitingCounter(1),
        {
            content: "Refuse the second",
            trigger: `${row("Hillside Foundry")} button[name=action_refuse]`,
            run: "click",
        },
        {
            content: "Say why",
            trigger: ".modal [name=reason] textarea",
            run: "edit The price is below cost.",
        },
        {
            content: "Refuse with this reason",
            trigger: ".modal footer button[name=action_refuse]",
            run: "click",
        },
        {
            content: "Nothing waits any more",
            trigger: ".o_view_nocontent:contains('Nothing waits for your decision')",
        },
        { trigger: ".o_sop_waiting_for_me:not(:has(.badge))" },
    ],
});

tours.add("sop_sales_office_sends_and_seals", {
    steps: () => [
        ...openSalesSop(),
        ...openMenu(
            "sales_sop.sop_contract_root_menu",
            "sales_sop.sop_contract_menu",
            "Contracts"
        ),
        ...openRow("Kiln Street Pottery"),
        seeState("Draft"),
        press("action_submit"),
        seeSentence("Waiting for"),
        seeSentence("Head of Sales and Finance"),
        seeNoButton("action_submit"),
        ...openMenu(
            "sales_sop.sop_contract_root_menu",
            "sales_sop.sop_contract_menu",
            "Contracts"
        ),
        ...openRow("Millbrook Glass", "Effective"),
        { content: "The seal", trigger: ".nav-link[name=seal]", run: "click" },
        {
            content: "Register its use",
            trigger: ".tab-pane.active button[name=action_seal]",
            run: "click",
        },
        { trigger: ".modal [name=purpose] input:value('Contract HT')" },
        upload("document", "sealed.pdf"),
        { trigger: ".modal [name=document]:has(input:value('sealed.pdf'))" },
        {
            content: "Register it for ever",
            trigger: ".modal footer .btn-primary:contains('Register')",
            run: "click",
        },
        { trigger: ".tab-pane.active .o_data_row:contains('sealed.pdf'):contains('Sales Office')" },
        ...openMenu(
            "sales_sop.sop_contract_root_menu",
            "sales_sop.sop_seal_use_menu",
            "Seal Register"
        ),
        seeRow("sealed.pdf", "Millbrook Glass"),
        {
            content: "A paper without a contract is sealed",
            trigger: ".o_control_panel button:contains('Register Seal Use')",
            run: "click",
        },
        {
            content: "Say which paper",
            trigger: ".modal [name=purpose] input",
            run: "edit Power of attorney",
        },
        upload("document", "power.pdf"),
        { trigger: ".modal [name=document]:has(input:value('power.pdf'))" },
        {
            content: "Register this one, too",
            trigger: ".modal footer .btn-primary:contains('Register')",
            run: "click",
        },
        seeRow("Power of attorney", "power.pdf"),
        ...openMenu(
            "sales_sop.stock_picking_menu",
            "sales_sop.stock_picking_menu_to_request",
            "Delivery Orders to Submit"
        ),
        ...openRow("Hillside Foundry", "has not been submitted"),
        seeSentence("These goods cannot leave yet."),
        press("action_sop_submit"),
        seeSentence("waits for the sales manager's approval"),
        seeNoButton("action_sop_submit"),
    ],
});

const countQuantity = (name, quantity) => ({
    content: `${name}: ${quantity}`,
    trigger: `.modal .o_selected_row [name=${name}] input`,
    run: `edit ${quantity}`,
});

tours.add("sop_sales_office_records_proof", {
    steps: () => [
        ...openSalesSop(),
        ...openMenu(
            "sales_sop.stock_picking_menu",
            "sales_sop.stock_picking_menu_pod",
            "To Be Signed"
        ),
        ...openRow("Millbrook Glass"),
        press("action_pod"),
        {
            content: "Who signed",
            trigger: ".modal [name=signatory] input",
            run: "edit Wang Fang",
        },
        {
            content: "Ten left; open the line",
            trigger:
                ".modal .o_data_row:has([name=qty_delivered]:contains('10')) [name=qty_accepted]",
            run: "click",
        },
        countQuantity("qty_accepted", 8),
        countQuantity("qty_damaged", 1),
        countQuantity("qty_missing", 1),
        {
            content: "Keep it",
            trigger: ".modal footer button[name=action_confirm]",
            run: "click",
        },
        { trigger: "body:not(:has(.modal))" },
        seeNoButton("action_pod"),
        seeStep("receipt", "done", "Wang Fang"),
        { trigger: ".o_data_row [name=qty_accepted]:contains('8')" },
        { trigger: ".o_data_row [name=qty_damaged]:contains('1')" },
        { trigger: ".o_data_row [name=qty_missing]:contains('1')" },
    ],
});

tours.add("sop_sales_head_countersigns", {
    steps: () => [
        ...openSalesSop(),
        { trigger: ".o_breadcrumb .active:contains('Waiting for me')" },
        seeRow("Contract countersigning", "Kiln Street Pottery", "1,000.00"),
        {
            content: "Open the contract itself",
            trigger: `${row("Kiln Street Pottery")} button[name=action_open_document]`,
            run: "click",
        },
        { trigger: ".o_form_view .oe_title:contains('HT')" },
        press("action_sop_approve"),
        seeSentence("Waiting for"),
        seeSentence("Finance"),
        seeState("Draft"),
    ],
});
