"""form.<lang>.docx: the same form for Word, by python-docx, which nothing else calls; the same form, the same bytes."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any

from pipeline.instrument.layout import Block, Form, Sheet
from pipeline.instrument.words import words

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time that Word itself writes on the parts of a file."""
FONTS = {"en": ("Calibri", "Microsoft YaHei"), "zh": ("Calibri", "Microsoft YaHei")}
ONE, SEVERAL = "○", "☐"
SOFT = "4F5F66"
LANGUAGE = {"en": "en-GB", "zh": "zh-CN"}


def docx_of(form: Form) -> bytes:
    """The whole file, on A4."""
    from docx import Document
    from docx.shared import Mm

    document = Document()
    _style(document, form)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(18)
    section.top_margin = section.bottom_margin = Mm(18)
    _foot(section, form)
    _opening(document, form)
    for sheet in form.sheets:
        _sheet(document, sheet)
    _add(document, words(form.language)("form.end"), bold=True, before=14)
    if form.outro:
        _add(document, form.outro)
    return _packed(document)


def _style(document: Any, form: Form) -> None:
    """Fonts and colours of the whole document, and who made it when: nobody, at a fixed time."""
    from docx.shared import Pt

    latin, asian = FONTS[form.language]
    accent = _colour(form.accent)
    for name, size in (("Normal", 10.5), ("Heading 1", 20), ("Heading 2", 14)):
        style = document.styles[name]
        style.font.name, style.font.size = latin, Pt(size)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in [key for key in fonts.attrib if key.endswith("Theme")]:
            del fonts.attrib[theme]
        for key in ("w:ascii", "w:hAnsi", "w:cs"):
            fonts.set(_name(key), latin)
        fonts.set(_name("w:eastAsia"), asian)
        if name != "Normal":
            style.font.color.rgb, style.font.bold = accent, True
    core = document.core_properties
    core.title, core.author, core.last_modified_by, core.comments = form.title[:255], form.firm[:255], "", ""
    core.language = LANGUAGE[form.language]
    core.created = core.modified = core.last_printed = datetime(2000, 1, 1)
    core.revision = 1


def _colour(code: str) -> Any:
    from docx.shared import RGBColor

    return RGBColor(*bytes.fromhex(code.lstrip("#")))


def _name(tag: str) -> Any:
    from docx.oxml.ns import qn

    return qn(tag)


def _foot(section: Any, form: Form) -> None:
    """Firm and title at the foot, and the number of the page."""
    paragraph = section.footer.paragraphs[0]
    parts = (form.firm, form.title, form.simulated)
    _run(paragraph, " · ".join(part for part in parts if part) + " · ", size=8, colour=SOFT)
    run = _run(paragraph, "", size=8, colour=SOFT)
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        _field(run, kind, text)


def _field(run: Any, kind: str | None, text: str | None) -> None:
    from docx.oxml import OxmlElement

    element = OxmlElement("w:instrText" if text else "w:fldChar")
    if text:
        element.set(_name("xml:space"), "preserve")
        element.text = text
    else:
        element.set(_name("w:fldCharType"), kind)
    run._r.append(element)


def _opening(document: Any, form: Form) -> None:
    speak = words(form.language)
    office = f"{speak('form.office')} {speak('form.number')} ________  {speak('form.day')} ________"
    _add(document, f"{form.firm}    {office}", size=9, colour=SOFT)
    document.add_heading(form.title, level=1)
    if form.simulated:
        _add(document, form.simulated, bold=True)
    for text in (form.intro, form.lasts):
        if text:
            _add(document, text)
    _add(document, form.how, size=9.5, colour=SOFT)


def _sheet(document: Any, sheet: Sheet) -> None:
    document.add_heading(sheet.title, level=2)
    for route in sheet.route:
        _add(document, f"→ {route}", bold=True, size=9.5, keep=True)
    if sheet.text:
        _add(document, sheet.text, keep=True)
    for block in sheet.blocks:
        _block(document, block)


def _block(document: Any, block: Block) -> None:
    for route in block.route:
        _add(document, f"→ {route}", bold=True, size=9.5, before=8, keep=True)
    _add(document, f"{block.number}  {block.wording}", bold=True, before=8, keep=True)
    for note in block.notes:
        _add(document, note, size=9, colour=SOFT, keep=True)
    if block.kind in ("one", "several"):
        for at, head in enumerate(block.heads):
            mark = ONE if block.kind == "one" else SEVERAL
            _add(document, f"{mark}  {head}", indent=6, keep=at < len(block.heads) - 1)
    elif block.kind in ("grid", "scale"):
        _table(document, block)
    elif block.kind == "text":
        for _ in range(3):
            _add(document, "_" * 60, indent=6)
    else:
        _add(document, f"{'_' * 20} {block.unit}", indent=6)


def _table(document: Any, block: Block) -> None:
    """Statements down, answers across; of a scale alone one row."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm, Pt

    first = int(block.kind == "grid")
    table = document.add_table(rows=1 + max(1, len(block.rows)), cols=first + len(block.heads))
    table.style, table.autofit = "Table Grid", False
    wide = 70 if first else 0
    widths = [wide] * first + [(174 - wide) / len(block.heads)] * len(block.heads)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    cells = [["", *block.heads][1 - first :]]
    cells += [[*[row] * first, *[ONE] * len(block.heads)] for row in block.rows or ("",)]
    for line, (row, texts) in enumerate(zip(table.rows, cells, strict=True)):
        _whole(row)
        for at, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
            cell.width = Mm(widths[at])
            paragraph = cell.paragraphs[0]
            _run(paragraph, text, size=9.5 if line else 8)
            paragraph.paragraph_format.space_after = Pt(0)
            paragraph.paragraph_format.keep_with_next = line < len(cells) - 1
            if at >= first:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _whole(row: Any) -> None:
    """A row that no page break parts."""
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _add(
    document: Any,
    text: str,
    *,
    bold: bool = False,
    size: float | None = None,
    colour: str | None = None,
    before: float = 0,
    indent: float = 0,
    keep: bool = False,
) -> None:
    from docx.shared import Mm, Pt

    paragraph = document.add_paragraph()
    layout = paragraph.paragraph_format
    layout.space_before, layout.space_after, layout.keep_with_next = Pt(before), Pt(3), keep
    layout.left_indent = Mm(indent)
    _run(paragraph, text, bold=bold, size=size, colour=colour)


def _run(paragraph: Any, text: str, *, bold: bool = False, size: float | None = None, colour: str | None = None) -> Any:
    from docx.shared import Pt

    run = paragraph.add_run(text)
    run.bold = bold or None
    if size:
        run.font.size = Pt(size)
    if colour:
        run.font.color.rgb = _colour(colour)
    return run


def _packed(document: Any) -> bytes:
    """The file with its parts in a fixed order and at a fixed time."""
    raw = io.BytesIO()
    relations = document.part.package.rels
    for key in [key for key, one in relations.items() if one.reltype.endswith("/thumbnail")]:
        del relations[key]  # a picture of the library's own template
    document.save(raw)
    out = io.BytesIO()
    with zipfile.ZipFile(raw) as parts, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        names = sorted(parts.namelist(), key=lambda name: (name != "[Content_Types].xml", name))
        for name in names:
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            packed.writestr(entry, parts.read(name))
    return out.getvalue()
