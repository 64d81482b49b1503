"""SurveyMonkey: CSV and Excel with a row of questions and one of options above the answers, or one row with both.

A column is named by its question, and by 'question - option' where the question has several, as SurveyMonkey writes it
where it puts both into one row. Of texts over 60 characters the question stands without what follows it, and of a
question that is still longer its first and last words, as in 'Please rate how much you ... of Bosnia and Herzegovina.';
where two columns would be called alike, the whole texts stand.

A question with one column an option becomes one column with the options as answers, in their order, where nobody
ticked two; else it stays as it is: an option is ticked where its column holds anything, and not ticked where another
option of the question is. What people wrote beside the options is a column of its own. A blank cell is 'skipped',
for the file writes a question that was not asked and one that was left out alike; so is '-'. 'N/A' is 'declined'.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from pipeline.errors import listing
from pipeline.ingest._cells import folded
from pipeline.ingest._headings import headings
from pipeline.ingest._opened import Opened
from pipeline.ingest._surveymonkey import ANSWER, MISSING, Column, Found, short, understood
from pipeline.ingest._table import fail, make, numbered
from pipeline.ingest._text import held
from pipeline.responses import About, Coded, Kind, Role, Table

FIXED: dict[str, tuple[Role, Kind | None]] = {
    "respondentid": ("id", None),
    "collectorid": ("metadata", None),
    "startdate": ("started", "date"),
    "datecreated": ("started", "date"),
    "enddate": ("ended", "date"),
    "datemodified": ("ended", "date"),
    "ipaddress": ("ip", None),
    "emailaddress": ("email", None),
    "firstname": ("name", None),
    "lastname": ("name", None),
    "customdata": ("metadata", None),
    "customdata1": ("metadata", None),
}
"""Role and kind of the columns before the questions, by name without spaces and case."""
ID = "respondentid"
BETWEEN = " - "
DIGITS = range(8, 13)
WORDS = 3


def fits(opened: Opened) -> bool:
    """Do the first rows hold questions above options, or a respondent id of SurveyMonkey before questions?"""
    top = opened.top
    return bool(top) and (_two_rows(top) or _one_row(top))


def read(opened: Opened) -> Table:
    """Table of an export. Raises DataError where nothing stands above the answers."""
    rows, top = opened.rows, headings(opened)
    two = _two_rows(top)
    if not two and not any(folded(name) in FIXED for name in top[0]):
        raise fail(
            opened.name,
            "is no export of SurveyMonkey: its first row does not hold Respondent ID, nor its second Response; export "
            "all responses again with the original view, or leave 'format' out of data.",
        )
    columns, lines = rows.below(2 if two else 1)
    pairs = _filled(top[0], top[1]) if two else _flattened(top[0], columns)
    found = _found([Column(question=q, option=o, cells=c) for (q, o), c in zip(pairs, columns, strict=True)])
    cells, about = [entry.cells for entry in found], [entry.about for entry in found]
    return make(opened, "surveymonkey", _names(found), cells, lines, about=about, notes=_notes(found), **rows.found)


def _two_rows(top: Sequence[Sequence[str]]) -> bool:
    """Is the second row one of options: below no name, or 'Response'; and nothing below the id?"""
    below = list(zip(top[0], top[1], strict=False)) if len(top) > 1 else []
    ids = [option for name, option in below if folded(name) == ID]
    answers = [folded(option) in ANSWER[1:] for _, option in below if option]
    told = [folded(option) in ANSWER[1:] or not name for name, option in below if option]
    return any(told) and not any(ids) if ids else any(answers) and all(told)


def _one_row(top: Sequence[Sequence[str]]) -> bool:
    """Do a respondent id, as long as SurveyMonkey's are, and questions stand in the first row?"""
    names = [folded(name) for name in top[0]]
    if ID not in names or len(top) < 2:
        return False
    row = top[1]
    at = names.index(ID)
    number = row[at] if at < len(row) else ""
    asked = sum(len(name.split()) >= WORDS for name in top[0])
    return "collectorid" in names or (number.isdigit() and len(number) in DIGITS and 2 * asked >= len(names) - 1)


def _filled(questions: Sequence[str], options: Sequence[str]) -> list[tuple[str, str]]:
    """Question and option of each column; a question reaches over the blanks beside it, but not to a 'Response'."""
    found: list[tuple[str, str]] = []
    for position, question in enumerate(questions):
        option = options[position] if position < len(options) else ""
        above = found[-1][0] if found and folded(option) not in ANSWER else ""
        found.append((question or above, option) if question or above else (option, ""))
    return found


def _flattened(names: Sequence[str], columns: Sequence[Coded]) -> list[tuple[str, str]]:
    """Question and option of each name: the option is what the cells hold, else what neighbours do not share."""
    found = []
    for position, (name, column) in enumerate(zip(names, columns, strict=True)):
        cell = held(column)
        ending = f"{BETWEEN}{' '.join(cell[0].split())}" if len(cell) == 1 else ""
        beside = [*names[max(position - 1, 0) : position], *names[position + 1 : position + 2]]
        cut = name.removesuffix(ending) if ending and name.endswith(ending) else _stem(name, beside)
        found.append((cut, name[len(cut) + len(BETWEEN) :]))
    return found


def _stem(name: str, beside: Sequence[str]) -> str:
    """The longest part of the name before a ' - ' that a neighbour shares; the name where none does."""
    pieces = name.split(BETWEEN)
    stems = [BETWEEN.join(pieces[:count]) for count in range(len(pieces) - 1, 0, -1)]
    shared = (stem for stem in stems for other in beside if other == stem or other.startswith(stem + BETWEEN))
    return next(shared, name)


def _found(columns: Sequence[Column]) -> list[Found]:
    """Columns as the study will see them, question by question."""
    groups: list[list[Column]] = []
    for column in columns:
        begins = folded(column.option) in ANSWER or not groups or groups[-1][0].question != column.question
        if begins:
            groups.append([])
        groups[-1].append(column)
    return [entry for group, key in zip(groups, _keys(groups), strict=True) for entry in _of(group, key)]


def _keys(groups: Sequence[Sequence[Column]]) -> list[str | None]:
    """A short name for each question, the whole text where two would be called alike, and a number where they are."""
    texts = [group[0].question for group in groups]
    counts = Counter(map(short, texts))
    return numbered([short(text) if counts[short(text)] == 1 else text for text in texts])[0]


def _of(group: Sequence[Column], key: str | None) -> list[Found]:
    """The columns of one question, or one that SurveyMonkey adds."""
    role, kind = FIXED.get(folded(group[0].question), (None, None))
    if role:
        return [
            Found(name=(column.question,), cells=column.cells, about=About(role=role, kind=kind)) for column in group
        ]
    return [replace(entry, about=replace(entry.about, question=key)) for entry in understood(group)]


def _names(found: Sequence[Found]) -> list[str]:
    """Short names; the whole texts where two columns would be called alike."""
    brief = [BETWEEN.join(map(short, entry.name)) for entry in found]
    counts = Counter(brief)
    return [BETWEEN.join(entry.name) if counts[name] > 1 else name for entry, name in zip(found, brief, strict=True)]


def _notes(found: Sequence[Found]) -> list[str]:
    """What was put together, and what a sign or a blank was taken for."""
    notes = [
        "A blank cell may mean not asked or left out: the file does not tell them apart, so it counts as left out."
    ]
    merged = [entry.name[0] for entry in found if entry.merged]
    if merged:
        notes.append(f"One column each was made of the options of {_some(merged)}, as nobody ticked two of them.")
    for sign, reason in MISSING.items():
        held_by = [entry.name[-1] for entry in found if sign in entry.about.missing]
        if held_by:
            notes.append(f"'{sign}' is read as no answer ({reason.name.lower()}) in {_some(held_by)}.")
    return notes


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return listing([f'"{short(name)}"' for name in names[:3]]) + more
