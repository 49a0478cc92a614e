{
    "name": "Sales SOP: Loyalty",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "summary": "Who opens an order reads which coupons and rewards are in its price",
    "author": "Sales SOP",
    "license": "LGPL-3",
    "depends": [
        "sales_sop",
        "sale_loyalty",
    ],
    "data": [
        "security/ir.model.access.csv",
    ],
    "auto_install": True,
}
