{
    "name": "Sales SOP: Enquiries",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "summary": "Every enquiry is registered, and quotations rest on it",
    "author": "Sales SOP",
    "license": "LGPL-3",
    "depends": [
        "sales_sop",
        "sale_crm",
    ],
    "data": [
        "security/ir.model.access.csv",
        "security/ir_rules.xml",
        "views/sop_enquiry_line_views.xml",
        "views/crm_lead_views.xml",
        "views/crm_lead_register_views.xml",
        "views/res_partner_views.xml",
        "views/sale_order_views.xml",
        "views/sop_policy_views.xml",
        "views/menus.xml",
    ],
    "demo": [
        "demo/res_partner.xml",
        "demo/crm_lead.xml",
        "demo/sale_order.xml",
    ],
    "assets": {
        "web.assets_tests": [
            "sales_sop_crm/static/tests/tours/**/*",
        ],
    },
    "auto_install": True,
    "pre_init_hook": "pre_init_hook",
    "uninstall_hook": "uninstall_hook",
}
