import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";
import {
    openMenu,
    openSalesSop,
    press,
    seeRow,
    seeSentence,
} from "@sales_sop/../tests/tours/sop_tour_utils";

function fill(field, text, page = "") {
    return {
        content: `Enter ${text}`,
        trigger: `${page} .o_field_widget[name="${field}"] :is(input, textarea)`,
        run: `edit ${text}`,
    };
}

/** Choose in a selection field. */
function select(field, text, page = "") {
    return [
        {
            content: `Open the choices of ${field}`,
            trigger: `${page} .o_field_widget[name="${field}"] input`,
            run: "click",
        },
        {
            content: `Choose ${text}`,
            trigger: `.o_select_menu_item:contains("${text}")`,
            run: "click",
        },
        {
            content: `${text} is chosen`,
            trigger: `${page} .o_field_widget[name="${field}"] input:value("${text}")`,
        },
    ];
}

const PAGE = ".tab-pane.active";

registry.category("web_tour.tours").add("sop_salesperson_registers_an_enquiry", {
    steps: () => [
        ...openSalesSop(),
        ...openMenu(
            "sales_sop.sale_order_menu",
            "sales_sop_crm.crm_lead_menu_register",
            "Enquiries"
        ),
        { content: "A new enquiry", trigger: ".o_list_button_add", run: "click" },
        { trigger: ".o_form_view" },
        fill("name", "Fans for the new kiln"),
        { content: "The enquiry", trigger: ".nav-link[name=sop_enquiry]", run: "click" },
        fill("partner_name", "Kiln Street Pottery", PAGE),
        fill("contact_name", "Ada Miller", PAGE),
        fill("phone", "15550100", PAGE),
        fill("city", "Kilnstown", PAGE),
        ...stepUtils.saveForm(),
        seeSentence("the nature of the customer"),
        seeSentence("what is asked for, with its quantity"),
        ...select("sop_nature", "Private Enterprise", PAGE),
        fill("sop_legal_representative", "Paul Potter", PAGE),
        ...select("sop_size", "Small", PAGE),
        {
            content: "Add a line",
            trigger: `${PAGE} .o_field_x2many_list_row_add a`,
            run: "click",
        },
        {
            content: "Look for the fan",
            trigger: ".o_selected_row [name=product_id] input",
            run: "edit Kiln fan",
        },
        {
            content: "Choose the fan",
            trigger: ".ui-autocomplete .ui-menu-item a:contains('Kiln fan')",
            run: "click",
        },
        { content: "The unit follows", trigger: ".o_selected_row [name=uom_id] input:value(Units)" },
        {
            content: "How many",
            trigger: ".o_selected_row [name=quantity] input",
            run: "edit 6",
        },
        ...stepUtils.saveForm(),
        press("action_sop_register"),
        { trigger: ".o_form_view .badge:contains('Registered')" },
        { trigger: ".o_form_view [name=sop_enquiry_number]:contains('XJ')" },
        press("action_sale_quotations_new"),
        {
            content: "The customer is new",
            trigger: ".modal [name=action] input[data-value=create]",
            run: "click",
        },
        {
            content: "Make the customer and the quotation",
            trigger: ".modal footer button[name=action_apply]",
            run: "click",
        },
        { trigger: ".o_form_view [name=order_line] .o_data_row:contains('Kiln fan'):contains('6')" },
        ...stepUtils.saveForm(),
        press("action_sop_submit"),
        { trigger: ".o_sop_chain" },
        ...openMenu(
            "sales_sop.sale_order_menu",
            "sales_sop_crm.crm_lead_menu_register",
            "Enquiries"
        ),
        seeRow("Kiln Street Pottery", "XJ", "Registered"),
    ],
});
