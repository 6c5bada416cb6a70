"""Fictional records as pages: one reading of the plain text, two ways to print it.

Chromium prints HTML; LibreOffice prints a flat OpenDocument text. Both keep the lines of the source as lines, so that a
name broken over two lines stays broken, as it would be in the real thing.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from html import escape
from pathlib import Path

# Capitals with at most a number in front: a postcode or a reference is no heading.
_HEADING = re.compile(r"(?:(?:PART )?[A-Z0-9]{1,2}[.)]? (?:- )?)?[A-Z][A-Z ,.'&()/-]{5,75}:?\Z")
_BULLET = re.compile(r"(?:- |\([ivxa-h]+\) |\[[ x]\] )")
# Longer than this, the parts of a line are a paragraph and the initials at its end, not a row of a table.
_WIDEST_CELL = 60
_COLUMNS = re.compile(r" {3,}")


@dataclass(frozen=True, slots=True)
class Style:
    """How an organisation's paper looks. `head_lines`: how many first lines of the text are its letterhead."""

    colour: str
    font: str
    head_lines: int
    running_head: str
    fixed: bool = False
    landscape: bool = False
    centred: bool = False
    size: float = 10.5


@dataclass(frozen=True, slots=True)
class Line:
    """One line: kind blank, head, heading, columns, bullet or text; its cells (one unless columns)."""

    kind: str
    cells: tuple[str, ...]
    indent: int = 0


def read_lines(text: str, style: Style) -> list[Line]:
    """The lines of a record with what each of them is."""
    lines: list[Line] = []
    for number, raw in enumerate(text.rstrip("\n").split("\n")):
        stripped = raw.strip()
        indent = len(raw) - len(raw.lstrip())
        if not stripped:
            lines.append(Line("blank", ("",)))
        elif number < style.head_lines:
            lines.append(Line("head", tuple(_COLUMNS.split(stripped))))
        elif style.fixed:
            lines.append(Line("fixed", (raw,)))
        elif _COLUMNS.search(stripped) and max(map(len, _COLUMNS.split(stripped))) <= _WIDEST_CELL:
            lines.append(Line("columns", tuple(_COLUMNS.split(stripped))))
        elif _HEADING.fullmatch(stripped):
            lines.append(Line("heading", (stripped,)))
        elif _BULLET.match(stripped):
            lines.append(Line("bullet", (stripped,), max(indent, 2)))
        else:
            lines.append(Line("text", (stripped,), indent))
    return lines


def _grouped(lines: list[Line]) -> list[list[Line]]:
    """Runs of columns together (they make one table), every other line by itself."""
    groups: list[list[Line]] = []
    for line in lines:
        if line.kind == "columns" and groups and groups[-1][0].kind == "columns":
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _name_size(text: str) -> int:
    """Points of the first line: large where it is short enough to stay one line."""
    return 17 if len(text.split("\n", 1)[0]) <= 45 else 13


def as_html(title: str, text: str, style: Style) -> str:
    """A page for Chromium."""
    parts = []
    for number, group in enumerate(_grouped(read_lines(text, style))):
        first = group[0]
        if first.kind == "columns":
            rows = []
            width = max(len(line.cells) for line in group)
            for line in group:
                cells = [f"<td>{escape(cell)}</td>" for cell in line.cells[:-1]]
                span = width - len(line.cells) + 1
                rows.append(f'<tr>{"".join(cells)}<td colspan="{span}">{escape(line.cells[-1])}</td></tr>')
            parts.append(f"<table>{''.join(rows)}</table>")
        elif first.kind == "head":
            spans = "".join(f"<span>{escape(cell)}</span>" for cell in first.cells)
            parts.append(f'<div class="{"name" if number == 0 else "head"}">{spans}</div>')
        elif first.kind == "blank":
            parts.append('<div class="gap"></div>')
        elif first.kind == "heading":
            parts.append(f"<h2>{escape(first.cells[0])}</h2>")
        elif first.kind == "fixed":
            parts.append(f"<pre>{escape(first.cells[0])}</pre>")
        else:
            level = min(first.indent // 2, 3)
            parts.append(f'<p class="in{level}">{escape(first.cells[0])}</p>')
    align = "center" if style.centred else "left"
    name_size = _name_size(text)
    return f"""<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8"><title>{escape(title)}</title><style>
@page {{ size: A4 {"landscape" if style.landscape else "portrait"}; margin: 18mm 19mm 20mm; }}
body {{ font: {style.size}pt/1.42 {style.font}, sans-serif; color: #111; margin: 0; }}
.running {{ color: {style.colour}; font-size: 9pt; border-bottom: 2pt solid {style.colour}; padding-bottom: 4pt;
  margin-bottom: 12pt; }}
.name {{ color: {style.colour}; font-size: {name_size}pt; font-weight: bold; text-align: {align}; }}
.head {{ color: #444; font-size: 9pt; text-align: {align}; }}
.head span + span, .name span + span {{ margin-left: 18pt; }}
h2 {{ font-size: 11.5pt; color: {style.colour}; margin: 10pt 0 3pt; break-after: avoid; }}
p {{ margin: 0 0 3pt; }} pre {{ margin: 0; font: 8.4pt/1.45 "Liberation Mono", monospace; }}
.in1 {{ margin-left: 5mm; }} .in2 {{ margin-left: 9mm; }} .in3 {{ margin-left: 13mm; }}
.gap {{ height: 6pt; }} table {{ border-collapse: collapse; margin: 2pt 0 4pt; }}
td {{ padding: 1.5pt 16pt 1.5pt 0; vertical-align: top; }} pre, tr {{ break-inside: avoid; }}
</style></head><body>
{f'<div class="running">{escape(style.running_head)}</div>' if style.running_head else ""}
{"".join(parts)}</body></html>"""


def _odf_text(value: str) -> str:
    """Text for OpenDocument, where runs of spaces must be spelled out."""
    return re.sub(r" {2,}", lambda run: f'<text:s text:c="{len(run[0])}"/>', escape(value))


def _odf_table(group: list[Line], name: str) -> str:
    width = max(len(line.cells) for line in group)
    rows = []
    for line in group:
        span = width - len(line.cells) + 1
        cells = [
            f'<table:table-cell table:style-name="Cell"><text:p text:style-name="Body">{_odf_text(cell)}</text:p>'
            "</table:table-cell>"
            for cell in line.cells[:-1]
        ]
        cells.append(
            f'<table:table-cell table:style-name="Cell" table:number-columns-spanned="{span}">'
            f'<text:p text:style-name="Body">{_odf_text(line.cells[-1])}</text:p></table:table-cell>'
            + "<table:covered-table-cell/>"
            * (span - 1)
        )
        rows.append(f"<table:table-row>{''.join(cells)}</table:table-row>")
    column = f'<table:table-column table:number-columns-repeated="{width}"/>'
    return f'<table:table table:name="{name}">{column}{"".join(rows)}</table:table>'


def _odf_body(text: str, style: Style) -> str:
    parts = []
    for number, group in enumerate(_grouped(read_lines(text, style))):
        first = group[0]
        if first.kind == "columns":
            parts.append(_odf_table(group, f"Table{number}"))
            continue
        names = {"heading": "Head2", "fixed": "Fixed", "blank": "Gap"}
        if first.kind == "head":
            name = "Name" if number == 0 else "HeadLine"
        elif first.kind in ("bullet", "text") and first.indent:
            name = f"In{min(max(first.indent // 2, 1), 3)}"
        else:
            name = names.get(first.kind, "Body")
        content = "<text:tab/>".join(_odf_text(cell) for cell in first.cells)
        parts.append(f'<text:p text:style-name="{name}">{content}</text:p>')
    return "".join(parts)


def _odf_style(name: str, paragraph: str, text: str) -> str:
    return (
        f'<style:style style:name="{name}" style:family="paragraph"><style:paragraph-properties {paragraph}/>'
        f"<style:text-properties {text}/></style:style>"
    )


def as_odf(title: str, text: str, style: Style) -> str:
    """A flat OpenDocument text for LibreOffice, with a running head and page numbers."""
    width, height = ("29.7cm", "21cm") if style.landscape else ("21cm", "29.7cm")
    orientation = "landscape" if style.landscape else "portrait"
    font = f'style:font-name="{style.font.strip(chr(34))}"'
    body = f'{font} fo:font-size="{style.size}pt" fo:language="en" fo:country="GB" fo:color="#111111"'
    align = "center" if style.centred else "start"
    name_size = _name_size(text)
    styles = [
        _odf_style("Body", 'fo:margin-bottom="0.12cm" fo:line-height="118%" fo:orphans="2" fo:widows="2"', body),
        _odf_style("Gap", "", f'{font} fo:font-size="6pt"'),
        _odf_style(
            "Name",
            f'fo:text-align="{align}" fo:border-bottom="1.5pt solid {style.colour}" fo:padding-bottom="0.1cm"'
            ' fo:margin-bottom="0.15cm"',
            f'{font} fo:font-size="{name_size}pt" fo:font-weight="bold" fo:color="{style.colour}"',
        ),
        _odf_style("HeadLine", f'fo:text-align="{align}"', f'{font} fo:font-size="9pt" fo:color="#444444"'),
        _odf_style(
            "Head2",
            'fo:margin-top="0.25cm" fo:margin-bottom="0.1cm" fo:keep-with-next="always"',
            f'{font} fo:font-size="11pt" fo:font-weight="bold" fo:color="{style.colour}"',
        ),
        _odf_style("Fixed", "", 'style:font-name="Liberation Mono" fo:font-size="8.4pt"'),
        _odf_style("Foot", 'fo:text-align="end"', f'{font} fo:font-size="8pt" fo:color="#555555"'),
        *[_odf_style(f"In{n}", f'fo:margin-left="{0.5 * n}cm" fo:margin-bottom="0.1cm"', body) for n in (1, 2, 3)],
        '<style:style style:name="Cell" style:family="table-cell"><style:table-cell-properties fo:padding="0.03cm"/>'
        "</style:style>",
    ]
    space = "urn:oasis:names:tc:opendocument:xmlns:"
    names = {"office": "office", "style": "style", "text": "text", "table": "table", "meta": "meta"}
    declared = " ".join(f'xmlns:{key}="{space}{value}:1.0"' for key, value in names.items())
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<office:document {declared} xmlns:fo="{space}xsl-fo-compatible:1.0" xmlns:svg="{space}svg-compatible:1.0"
 xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.2"
 office:mimetype="application/vnd.oasis.opendocument.text">
<office:meta><dc:title>{escape(title)}</dc:title></office:meta>
<office:font-face-decls>
<style:font-face style:name="{style.font.strip(chr(34))}" svg:font-family="{escape(style.font)}"/>
<style:font-face style:name="Liberation Mono" svg:font-family="'Liberation Mono'"/>
</office:font-face-decls>
<office:styles>{"".join(styles)}</office:styles>
<office:automatic-styles><style:page-layout style:name="Paper"><style:page-layout-properties fo:page-width="{width}"
 fo:page-height="{height}" fo:margin="1.7cm" style:print-orientation="{orientation}"/>
<style:footer-style/></style:page-layout></office:automatic-styles>
<office:master-styles><style:master-page style:name="Standard" style:page-layout-name="Paper"><style:footer>
<text:p text:style-name="Foot">{escape(style.running_head)} - page <text:page-number/> of <text:page-count/></text:p>
</style:footer></style:master-page></office:master-styles>
<office:body><office:text>{_odf_body(text, style)}</office:text></office:body></office:document>"""


def print_with_chromium(html: str, target: Path, work: Path) -> None:
    """Write the PDF that Chromium prints of a page."""
    source = work / "page.html"
    source.write_text(html, encoding="utf-8")
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
    command += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    command += [f"--user-data-dir={work / 'profile'}", "--no-pdf-header-footer", f"--print-to-pdf={target}"]
    subprocess.run([*command, source.as_uri()], check=True, capture_output=True, timeout=120)


def print_with_libreoffice(document: str, target: Path, work: Path) -> None:
    """Write the PDF that LibreOffice Writer exports of a flat OpenDocument text."""
    source = work / "record.fodt"
    source.write_text(document, encoding="utf-8")
    command = ["soffice", f"-env:UserInstallation={(work / 'office').as_uri()}", "--headless", "--convert-to", "pdf"]
    subprocess.run([*command, "--outdir", str(work), str(source)], check=True, capture_output=True, timeout=240)
    (work / "record.pdf").replace(target)
