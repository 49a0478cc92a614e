from . import mrp_bom, mrp_bom_line, sale_order_line, stock_move
