from . import mrp_bom, mrp_bom_line, stock_move
