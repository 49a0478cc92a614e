{
    "name": "Sales SOP: Kits",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "summary": "Kits that were sold go on being counted by the same parts",
    "author": "Sales SOP",
    "license": "LGPL-3",
    "depends": [
        "sales_sop",
        "sale_mrp",
    ],
    "data": [
        "security/ir.model.access.csv",
    ],
    "auto_install": True,
}
