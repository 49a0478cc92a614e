"""Demo and tests print with the browser by way of a program that answers as wkhtmltopdf does."""

import os
import subprocess

import pytest

from tooling import print_pdf, printing

COMMAND = [
    "--disable-local-file-access", "--quiet", "--page-size", "A4", "--margin-top", "14.0",
    "--dpi", "90", "--zoom", "1.06", "--header-spacing", "5", "--margin-left", "15.0",
    "--orientation", "Portrait", "--javascript-delay", "1000", "--footer-html", "foot.html",
    "one.html", "two.html", "out.pdf",
]  # fmt: skip
FOOTER = """<html><head></head><body><div id="minimal_layout_report_footers">
<div class="footer">first <span class="page"/> / <span class="topage"></span></div>
<div class="footer">second</div></div></body></html>"""


def test_the_command_line_of_odoo_is_understood():
    options, bodies, target = print_pdf.parse(COMMAND)
    assert (bodies, target) == (["one.html", "two.html"], "out.pdf")
    assert options["--footer-html"] == "foot.html"
    assert print_pdf.margin(options, "top") == 14.0
    assert print_pdf.margin(options, "bottom") == 0.0


@pytest.mark.parametrize(
    "options, size",
    [
        ({}, (210, 297)),
        ({"--page-size": "A4", "--orientation": "Landscape"}, (297, 210)),
        ({"--page-size": "Letter", "--orientation": "Portrait"}, (216, 279)),
        ({"--page-width": "80mm", "--page-height": "120mm"}, (80, 120)),
    ],
)
def test_paper_has_its_size(options, size):
    assert print_pdf.paper(options) == size


def test_each_record_gets_its_own_footer_with_page_numbers():
    first = print_pdf.numbered(print_pdf.of_record(FOOTER, "footer", 0), 2, 3)
    assert "second" not in first
    assert "2</span> / <span" in first and "3</span>" in first
    assert "first" not in print_pdf.of_record(FOOTER, "footer", 1)


def test_the_program_says_a_version_that_odoo_prints_with(tmp_path, monkeypatch):
    monkeypatch.setattr(printing, "installed", lambda: None)
    path = printing.search_path(tmp_path, "python3", "/usr/bin")
    folder, rest = path.split(os.pathsep)
    assert rest == "/usr/bin"
    program = printing.WRAPPER.format(repo=printing.settings.REPO, python="python3")
    assert (tmp_path / "bin" / "wkhtmltopdf").read_text() == program
    assert "(with patched qt)" in print_pdf.VERSION
    assert os.access(f"{folder}/wkhtmltopdf", os.X_OK)


@pytest.mark.parametrize(
    "version, served",
    [("wkhtmltopdf 0.12.6.1 (with patched qt)", True), ("wkhtmltopdf 0.12.6", False)],
)
def test_a_wkhtmltopdf_of_the_machine_is_used_when_it_prints_footers(
    tmp_path, monkeypatch, version, served
):
    program = tmp_path / "wkhtmltopdf"
    program.write_text(f"#!/bin/sh\necho '{version}'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert subprocess.run([program], capture_output=True).returncode == 0
    assert (printing.installed() == str(program)) is served
