"""An update of the addons leaves alone what people set, and brings everything else."""

from xml.etree import ElementTree

from tooling import settings

ADDONS = settings.REPO / "addons"
SET_BY_PEOPLE = {
    "ir.cron",
    "mail.activity.type",
    "mail.template",
    "report.paperformat",
    "sop.approval.route",
    "sop.contract.template",
    "sop.contract.template.clause",
}


def _records():
    """Yield ``(file, element, whether an update leaves it alone)`` of all but the demo data."""
    for path in sorted(ADDONS.glob("*/*/*.xml")):
        if path.parent.name not in ("demo", "i18n", "static"):
            root = ElementTree.parse(path).getroot()
            for group in (root, *root.iter("data")):
                is_kept = "1" in (root.get("noupdate"), group.get("noupdate"))
                for record in group.findall("record"):
                    yield path.relative_to(ADDONS), record, is_kept


def test_an_update_keeps_what_people_set_and_corrects_the_rest():
    records = list(_records())
    assert {record.get("model") for __, record, __ in records} >= {"ir.cron", "ir.rule"}
    wrong = [
        f"{path}: {record.get('id')}"
        for path, record, is_kept in records
        if is_kept != (record.get("model") in SET_BY_PEOPLE)
    ]
    assert not wrong, wrong
