import { stepUtils } from "@web_tour/tour_utils";

/** Open an app from the list of apps. */
export function openApp(xmlid) {
    return [
        stepUtils.showAppsMenuItem(),
        {
            content: `Open the app ${xmlid}`,
            trigger: `.o_app[data-menu-xmlid="${xmlid}"]`,
            run: "click",
        },
        { trigger: `.o_menu_brand[data-menu-xmlid="${xmlid}"]` },
    ];
}

export function openSalesSop() {
    return openApp("sales_sop.sales_sop_root_menu");
}

/** Open a menu of the current app; ``title`` is what the screen is called then. */
export function openMenu(section, menu, title) {
    return [
        {
            content: `Open the menu ${section}`,
            trigger: `.o_menu_sections [data-menu-xmlid="${section}"]`,
            run: "click",
        },
        {
            content: `Open the menu ${menu}`,
            trigger: `.o-dropdown--menu [data-menu-xmlid="${menu}"]`,
            run: "click",
        },
        { trigger: `.o_breadcrumb .active:contains("${title}")` },
    ];
}

/** The list shows a row with all of these texts. */
export function seeRow(...texts) {
    return { content: `See ${texts.join(", ")} in the list`, trigger: row(...texts) };
}

export function seeNoRow(text) {
    return {
        content: `See no ${text} in the list`,
        trigger: `.o_list_view:not(:has(.o_data_row:contains("${text}")))`,
    };
}

export function row(...texts) {
    return `.o_list_view .o_data_row${texts.map((text) => `:contains("${text}")`).join("")}`;
}

/** Choose a file for a field of the dialog. */
export function upload(field, name) {
    return {
        content: `Choose the file ${name}`,
        trigger: `.modal [name="${field}"] .o_select_file_button`,
        run({ anchor }) {
            const input = anchor.closest(".o_field_widget").querySelector("input[type=file]");
            const chosen = new DataTransfer();
            chosen.items.add(new File(["%PDF-1.4\n"], name, { type: "application/pdf" }));
            input.files = chosen.files;
            input.dispatchEvent(new Event("change"));
        },
    };
}

/** Open the document of a row. */
export function openRow(...texts) {
    return [
        {
            content: `Open ${texts.join(", ")}`,
            trigger: `${row(...texts)} .o_data_cell:first`,
            run: "click",
        },
        { trigger: ".o_form_view" },
    ];
}

/** Press a button in the bar at the top of a form. */
export function press(name) {
    return {
        content: `Press ${name}`,
        trigger: `.o_form_view .o_statusbar_buttons button[name="${name}"]:enabled`,
        run: "click",
    };
}

/** The form offers no such button. */
export function seeNoButton(name) {
    return {
        content: `There is no button ${name}`,
        trigger: `.o_form_view .o_statusbar_buttons:not(:has(button[name="${name}"]:visible))`,
    };
}

/** The form says in a coloured box. */
export function seeSentence(text) {
    return {
        content: `Read: ${text}`,
        trigger: `.o_form_view .alert:contains("${text}")`,
    };
}

/** A step of the chain panel is done, current, blocked or waiting. */
export function seeStep(step, state, text) {
    const contains = text ? `:contains("${text}")` : "";
    return {
        content: `The step ${step} is ${state}`,
        trigger: `.o_sop_chain .o_sop_chain_${state}[data-step="${step}"]${contains}`,
    };
}

/** The sentence below the chain panel. */
export function seeChainSentence(text) {
    return {
        content: `The panel says: ${text}`,
        trigger: `.o_sop_chain_sentences:contains("${text}")`,
    };
}

export function seeState(label) {
    return {
        content: `The document is ${label}`,
        trigger: `.o_statusbar_status .o_arrow_button_current:contains("${label}")`,
    };
}

/** A refusal names its reason; the person reads and closes it. */
function readRefusal(...texts) {
    const contains = texts.map((text) => `:contains("${text}")`).join("");
    return [
        {
            content: `The refusal says ${texts.join(", ")}`,
            trigger: `.modal .o_error_dialog${contains}`,
        },
        {
            content: "Close the refusal",
            trigger: ".modal .o_error_dialog footer button:not(.o_sop_request_exception)",
            run: "click",
        },
        { trigger: "body:not(:has(.o_error_dialog))" },
    ];
}

/** Choose a record in a many2one field. */
export function choose(field, text) {
    return [
        {
            content: `Look for ${text}`,
            trigger: `.o_field_widget[name="${field}"] input`,
            run: `edit ${text}`,
        },
        {
            content: `Choose ${text}`,
            trigger: `.ui-autocomplete .ui-menu-item a:contains("${text}")`,
            run: "click",
        },
    ];
}

function tick(text) {
    return {
        content: `Tick ${text}`,
        trigger: `${row(text)} .o_list_record_selector input`,
        run: "click",
    };
}

/** Tick a row and choose an action for the ticked rows, which is refused; untick the row. */
export function tryWithRow(text, action, ...reasons) {
    return [
        tick(text),
        {
            content: "Open the actions of the list",
            trigger: ".o_control_panel .o_cp_action_menus .dropdown-toggle:contains(Actions)",
            run: "click",
        },
        {
            content: `Choose ${action}`,
            trigger: `.o-dropdown--menu .o_menu_item:contains("${action}")`,
            run: "click",
        },
        ...readRefusal(...reasons),
        tick(text),
        { trigger: ".o_list_view:not(:has(.o_data_row_selected))" },
    ];
}
