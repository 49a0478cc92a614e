{
    "name": "Sales SOP: Dropshipping",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "summary": "What came back to a vendor is due again",
    "author": "Sales SOP",
    "license": "LGPL-3",
    "depends": [
        "sales_sop",
        "stock_dropshipping",
    ],
    "auto_install": True,
}
