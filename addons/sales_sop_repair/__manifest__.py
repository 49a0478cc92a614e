{
    "name": "Sales SOP: Repair",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "summary": "Deliveries open without a right to repairs, and no repair counts as a delivery",
    "author": "Sales SOP",
    "license": "LGPL-3",
    "depends": [
        "sales_sop",
        "repair",
    ],
    "data": [
        "views/stock_picking_views.xml",
    ],
    "auto_install": True,
}
