from . import purchase_order, sale_order_line
