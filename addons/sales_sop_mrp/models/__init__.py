from . import mrp_bom, mrp_bom_line, product_template, sale_order_line, stock_move
