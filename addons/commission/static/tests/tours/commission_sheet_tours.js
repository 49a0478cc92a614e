import { registry } from "@web/core/registry";
import {
    choose,
    openMenu,
    openRow,
    openSalesSop,
    press,
    row,
    seeNoButton,
    seeRow,
    seeSentence,
    seeState,
} from "@sales_sop/../tests/tours/sop_tour_utils";
import {
    openCommission,
    openCommissionDialog,
    pressAbove,
    pressInDialog,
    seeField,
    writeInDialog,
} from "./commission_tour_utils";

const tours = registry.category("web_tour.tours");

tours.add("commission_sales_office_fills_sheets", {
    steps: () => [
        ...openSalesSop(),
        ...openCommission("calculation", "Calculations"),
        pressAbove("Calculate"),
        pressInDialog("action_calculate"),
        {
            content: "It says what was new",
            trigger: ".o_notification:contains('1 new entries'):contains('50.00')",
        },
        ...openCommissionDialog("sheet_run", "Fill Sheets"),
        pressInDialog("action_fill"),
        {
            content: "It says what was filled",
            trigger: ".modal .alert:contains('The sheets are filled')",
        },
        { trigger: ".modal [name=sheet_new_count]:contains('1')" },
        pressInDialog("action_open_sheets"),
        ...openRow("Salesperson 2026-03", "50.00", "Draft"),
        seeState("Draft"),
        {
            content: "Each line says why",
            trigger:
                ".o_data_row:contains('50.00') [name=explanation]:contains('500.00 collected')",
        },
        press("action_submit"),
        seeSentence("Waiting for: Finance"),
        seeState("Waiting for Approval"),
        seeNoButton("action_sop_approve"),
    ],
});

tours.add("commission_payee_disputes", {
    steps: () => [
        ...openSalesSop(),
        ...openCommission("my", "My Commission"),
        {
            content: "What came this year",
            trigger: "a[name=action_open_year]:contains('50.00')",
            run: "click",
        },
        seeRow("Riverside Paper Mill", "500.00 collected on 03/10/2026", "10 %", "50.00"),
        {
            content: "Dispute the line",
            trigger: `${row("Riverside Paper Mill")} button[name=action_dispute]`,
            run: "click",
        },
        writeInDialog("reason", "It should be 12 %."),
        pressInDialog("action_dispute"),
        { trigger: "body:not(:has(.modal))" },
        {
            content: "It is disputed now",
            trigger: ".o_list_view .o_data_row:not(:has(button[name=action_dispute]))",
        },
        ...openCommission("dispute", "Disputes About Commission"),
        seeRow("Salesperson", "It should be 12 %.", "Open"),
    ],
});

tours.add("commission_sales_office_answers_and_tries_a_plan", {
    steps: () => [
        ...openSalesSop(),
        ...openCommission("dispute", "Disputes About Commission"),
        ...openRow("Salesperson", "It should be 12 %."),
        seeNoButton("action_accept"),
        press("action_refuse"),
        writeInDialog("answer", "The plan of that day says 10 %."),
        pressInDialog("action_answer"),
        { trigger: "body:not(:has(.modal))" },
        seeField("answer", "The plan of that day says 10 %."),
        seeNoButton("action_refuse"),
        ...openCommission("sheet", "Commission Sheets"),
        seeRow("Salesperson 2026-03", "50.00", "Finance"),
        ...openMenu("commission.menu_root", "commission.commission_simulation_menu", "Try a Plan"),
        ...choose("plan_id", "Twelve percent"),
        {
            content: "Compare",
            trigger: ".o_form_view .o_statusbar_buttons button[name=action_simulate]",
            run: "click",
        },
        {
            content: "The payee's month under both plans",
            trigger: ".o_data_row:contains('Salesperson'):contains('2026-03'):contains('60.00')",
        },
        seeField("amount_in_force", "50.00"),
        seeField("amount_simulated", "60.00"),
        seeField("amount_difference", "10.00"),
    ],
});
