"""问卷星 (wjx.cn): the text export (按选项文本), the code export (按选项序号), or both, which give the code book."""

from __future__ import annotations

from pipeline.ingest._code_book import joined
from pipeline.ingest._opened import Opened
from pipeline.ingest._table import make
from pipeline.ingest._wenjuanxing import alone, export
from pipeline.responses import Table
from pipeline.specs import DataFile


def fits(opened: Opened) -> bool:
    """Does the first row hold the time at which 问卷星 got an answer, or its number and length?"""
    heading = set(opened.top[0]) if opened.top else set()
    return "提交答卷时间" in heading or {"序号", "所用时间"} <= heading


def read(opened: Opened) -> Table:
    """Table of an export, its codes with their texts where 'labels' names the other export of the same answers."""
    found = export(opened)
    if opened.labels is None or not opened.file.labels:
        answers = alone(found)
    else:
        name = opened.file.labels
        answers = joined(found, export(Opened(raw=opened.labels, name=name, file=DataFile(file=name))))
    return make(
        opened,
        "wenjuanxing",
        answers.names,
        answers.cells,
        found.lines,
        about=answers.about,
        notes=answers.all_notes(),
        **found.found,
    )
