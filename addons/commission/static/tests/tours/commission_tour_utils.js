import { openMenu } from "@sales_sop/../tests/tours/sop_tour_utils";

/** Open a menu of commission; ``title`` is what the screen is called then. */
export function openCommission(menu, title) {
    return openMenu("commission.menu_root", `commission.commission_${menu}_menu`, title);
}

/** Choose a menu of commission that opens a dialog. */
export function openCommissionDialog(menu, title) {
    return [
        {
            content: "Open the menu of commission",
            trigger: '.o_menu_sections [data-menu-xmlid="commission.menu_root"]',
            run: "click",
        },
        {
            content: `Choose ${menu}`,
            trigger: `.o-dropdown--menu [data-menu-xmlid="commission.commission_${menu}_menu"]`,
            run: "click",
        },
        { trigger: `.modal .modal-title:contains("${title}")` },
    ];
}

/** Press a button above a list. */
export function pressAbove(text) {
    return {
        content: `Press ${text} above the list`,
        trigger: `.o_control_panel button:contains("${text}"):enabled`,
        run: "click",
    };
}

/** Press a button at the foot of a dialog. */
export function pressInDialog(name) {
    return {
        content: `Press ${name} in the dialog`,
        trigger: `.modal footer button[name="${name}"]:enabled`,
        run: "click",
    };
}

/** Write into a text of the dialog. */
export function writeInDialog(field, text) {
    return {
        content: `Write into ${field}`,
        trigger: `.modal [name="${field}"] textarea`,
        run: `edit ${text}`,
    };
}

/** The form shows a field with this text. */
export function seeField(name, text) {
    return {
        content: `See ${name}: ${text}`,
        trigger: `.o_form_view .o_form_sheet [name="${name}"]:contains("${text}")`,
    };
}
