"""What is known of the columns of a LimeSurvey export: from its structure file, else from the cells of a question."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.errors import listing
from pipeline.ingest._lss import FIXED, ORDERED, Column
from pipeline.ingest._text import held
from pipeline.responses import About, Coded, Reason, Role

NOT_SHOWN = "{question_not_shown}"
YES_NO = (
    ("Yes", "No"),
    ("Ja", "Nein"),
    ("Oui", "Non"),
    ("Sí", "No"),
    ("Sim", "Não"),
    ("Sì", "No"),
    ("Ja", "Nee"),
    ("Да", "Нет"),
    ("是", "否"),
    ("はい", "いいえ"),
)
ABSENT = frozenset(("N/A", "n/a", "k. A.", "不适用", NOT_SHOWN))
"""How full answers, and VV files, write that a question was not shown."""
MOST_RANKED = 200
"""Options that can be ranked at most; a column that holds more holds something else."""
MOMENTS = ("complete", "started", "ended")
EXTRA = ("other", "comment", "othercomment")


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A heading. own: LimeSurvey's own name of a column beside the answers, '' for a question."""

    name: str
    own: str = ""
    role: Role | None = None
    question: str | None = None
    sub: str | None = None
    wording: str | None = None
    part: str | None = None

    @property
    def is_extra(self) -> bool:
        return self.sub is not None and (self.sub.lower() in EXTRA or self.sub.endswith("comment"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Distinct cells of one column or several, those that mean 'not shown' apart, and whether any is blank."""

    texts: frozenset[str]
    absent: frozenset[str]
    blank: bool

    @classmethod
    def of(cls, columns: Sequence[Coded]) -> Seen:
        texts = frozenset(text for column in columns for text in held(column))
        texts |= {NOT_SHOWN} if any(NOT_SHOWN in column.values for column in columns) else set()
        absent = texts & ABSENT
        return cls(texts=texts - absent, absent=absent, blank=any(bool((column.codes < 0).any()) for column in columns))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticks:
    """The cell that means ticked, and why a cell of the question may be blank."""

    cell: str
    blank: Reason = Reason.SKIPPED


def abouts(
    heads: Sequence[Head], columns: Sequence[Coded], described: Mapping[str, Column]
) -> tuple[list[About], list[str]]:
    """What is known of each column, and notes on what could not be told for certain."""
    found = [About(role=head.role, kind="date" if head.role in MOMENTS else None) for head in heads]
    doubtful = []
    for places in _questions(heads):
        own = [heads[place] for place in places]
        said, doubt = _question(own, [columns[place] for place in places], described)
        for place, entry in zip(places, said, strict=True):
            found[place] = entry
        doubtful += [own[0].question or own[0].name] * doubt
    return found, [_doubt(doubtful)] if doubtful else []


def _questions(heads: Sequence[Head]) -> Iterator[list[int]]:
    """Positions of the columns of each question."""
    found: dict[str, list[int]] = {}
    for place, head in enumerate(heads):
        if not head.own and not head.role:
            found.setdefault(head.question or f"\n{place}", []).append(place)
    yield from found.values()


def _doubt(questions: Sequence[str]) -> str:
    return (
        f"{listing(questions, 5)}: the cells do not tell whether options were ticked or a scale was answered; name the "
        "structure of the survey (.lss) under 'labels', or declare the question under 'variables'."
    )


def _question(
    heads: Sequence[Head], columns: Sequence[Coded], described: Mapping[str, Column]
) -> tuple[list[About], bool]:
    """What is known of the columns of one question, and whether what they hold is in doubt."""
    known = [described.get(head.name) for head in heads]
    main = [place for place, head in enumerate(heads) if not (head.is_extra or _is_text(known[place]))]
    seen = Seen.of([columns[place] for place in main])
    ticks, doubt = (
        _ticks(seen, [known[place] for place in main], len(main) < len(heads)) if heads[0].sub else (None, False)
    )
    ranked = not ticks and _is_ranking([columns[place] for place in main], [heads[place].sub for place in main])
    said = []
    for head, column, about in zip(heads, columns, known, strict=True):
        entry = _described(head, about, Seen.of([column]))
        if ticks and head.sub and not (head.is_extra or _is_text(about)):
            absent = dict.fromkeys(sorted(seen.absent), Reason.NOT_ASKED)
            entry = replace(entry, kind="multiple", ticked=(ticks.cell,), missing=absent, labels={}, blank=ticks.blank)
        said.append(replace(entry, kind="ranking") if ranked and not entry.kind else entry)
    return said, doubt


def _is_text(about: Column | None) -> bool:
    return about is not None and about.kind == "text"


def _ticks(seen: Seen, known: Sequence[Column | None], other: bool) -> tuple[Ticks | None, bool]:
    """How the options of a question with several columns were ticked, if so; and whether that is in doubt.

    Written 'Y' and nothing, 1 and 2 (yes and no, where the export converts), or the words of full answers, which
    leave no cell blank. A column for 'other' beside the rest is a sign of ticks too.
    """
    types = {column.kind for column in known if column}
    if types - {"multiple"}:
        return None, False
    sure = bool(types) or other
    blank = Reason.NOT_ASKED if any(column and column.mandatory for column in known) else Reason.SKIPPED
    if seen.texts <= {"Y"} and (seen.texts or types):
        return Ticks(cell="Y", blank=blank), False
    yes = next((yes for yes, no in YES_NO if seen.texts <= {yes, no}), None)
    if yes and seen.texts and not seen.blank:
        return (Ticks(cell=yes), False) if sure or seen.absent - {NOT_SHOWN} else (None, True)
    for cell, both in ("1", {"1", "2"}), ("Y", {"Y", "2"}), ("1", {"1", "N"}):
        if seen.texts and seen.texts <= both:
            return (Ticks(cell=cell, blank=Reason.NOT_ASKED), False) if sure else (None, True)
    return None, False


def _described(head: Head, about: Column | None, seen: Seen) -> About:
    """What the heading and the structure say of one column."""
    gone = dict.fromkeys(
        sorted(seen.absent if _is_yes_no(about, seen) else seen.absent & {NOT_SHOWN}), Reason.NOT_ASKED
    )
    if about is None:
        extra = head.is_extra
        return About(
            wording=head.wording, part=head.part or (head.sub if extra else None), missing=gone,
            question=head.question if head.sub else None,
            kind="text" if extra else None, role="free_text" if extra else None,
        )  # fmt: skip
    return About(
        wording=about.wording or head.wording,
        part=about.part,
        question=about.question if head.sub else None,
        kind=about.kind,
        labels=_labels(about, seen),
        measure="ordinal" if about.type and about.type in ORDERED else None,
        missing=gone,
        blank=Reason.NOT_ASKED if about.mandatory else Reason.SKIPPED,
        role="free_text" if about.kind == "text" else None,
    )


def _is_yes_no(about: Column | None, seen: Seen) -> bool:
    """Is it one of the questions whose full answers leave no cell blank, 'N/A' standing for it?"""
    if about is not None:
        return about.kind == "multiple" or dict(about.labels) in (FIXED["Y"], FIXED["G"])
    return not seen.blank and any(seen.texts <= set(pair) for pair in (*YES_NO, ("Female", "Male")))


def _labels(about: Column, seen: Seen) -> dict[str, str]:
    """Labels by code, or by themselves where the cells are labels."""
    words = set(about.labels.values())
    if len(seen.texts & words) > len(seen.texts & about.labels.keys()):
        return {word: word for word in about.labels.values()}
    return dict(about.labels)


def _is_ranking(columns: Sequence[Coded], subs: Sequence[str | None]) -> bool:
    """Are the columns the places of a ranking: numbered, filled from the first on, no option twice, no numbers?"""
    if (
        len(columns) < 2
        or max(len(column.values) for column in columns) > MOST_RANKED
        or list(subs) != [str(place) for place in range(1, len(columns) + 1)]
    ):
        return False
    if any(text.replace(".", "").isdecimal() for column in columns for text in held(column)):
        return False
    cells = np.array([column.cells() for column in columns])
    filled = np.array([column.codes >= 0 for column in columns])
    twice = any(len(set(row[kept])) < kept.sum() for row, kept in zip(cells.T, filled.T, strict=True))
    return not twice and bool((filled[:-1] >= filled[1:]).all()) and bool(filled[1].any())
