{
    "name": "Sales SOP: Delivery Methods",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "summary": "Who opens a delivery reads by which method it is shipped",
    "author": "Sales SOP",
    "license": "LGPL-3",
    "depends": [
        "sales_sop",
        "stock_delivery",
    ],
    "data": [
        "security/ir.model.access.csv",
    ],
    "auto_install": True,
}
