{
    "name": "Commission on Collected Money",
    "version": "19.0.1.0.0",
    "category": "Sales/Commissions",
    "summary": "Commission that follows the cash: earned when money comes, taken back when it goes",
    "author": "Sales SOP",
    "license": "LGPL-3",
    "depends": [
        "sales_sop",
    ],
    "data": [
        "security/ir.model.access.csv",
        "security/ir_rules.xml",
        "data/sop_approval_route.xml",
    ],
    "pre_init_hook": "pre_init_hook",
    "uninstall_hook": "uninstall_hook",
}
