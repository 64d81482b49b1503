"""Constructs: which questions of a draft may measure one thing, and which of them is to be explained."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from pipeline.draft._columns import Column
from pipeline.draft._scales import Guess, names_of
from pipeline.draft._yaml import name as named
from pipeline.draft._yaml import one_line, quoted

WANTED = re.compile(
    r"intent|loyal|cusl|recommend|nps|rebuy|repurchase|purchase|buy|购买|推荐|复购|回购|意愿|意向|忠诚", re.IGNORECASE
)
NEXT_BEST = re.compile(r"satisf|cusa|满意", re.IGNORECASE)
LONGEST = 160


def constructs_of(items: Sequence[Column], scales: Mapping[str, Guess]) -> dict[str, list[Column]]:
    """Construct name -> its items: one for each stem, or one for each question where all share one stem."""
    by_stem: dict[tuple[str, Guess], list[Column]] = {}
    for column in items:
        by_stem.setdefault((column.stem, scales[column.name]), []).append(column)
    if len(by_stem) < 2:
        by_stem = {(column.name, scales[column.name]): [column] for column in items}
    groups: dict[str, list[Column]] = {}
    for members in by_stem.values():
        name = members[0].stem if len(members) > 1 else members[0].brief
        groups[named(name, groups)] = members
    return groups


def construct_lines(groups: Mapping[str, Sequence[Column]], scales: Mapping[str, Guess]) -> Iterator[str]:
    names = names_of(scales)
    few = len(groups) < 2
    yield (
        "constructs:"
        + (" {}" if not groups else "")
        + ("  # confirm: fewer than two questions on a scale were found; name them" if few else "")
    )
    for name, members in groups.items():
        same = ": do these measure one thing, all worded the same way round?" if len(members) > 1 else ""
        yield f"  {name}:  # confirm{same}"
        yield f"    scale: {names[scales[members[0].name]]}"
        worded = {column.name: one_line(column.about.part or column.about.wording or "") for column in members}
        if any(text and text != column for column, text in worded.items()):
            yield "    items:"
            for column, text in worded.items():
                yield f"      {quoted(column)}: {quoted(_short(text or column))}"
        else:
            yield f"    items: [{', '.join(map(quoted, worded))}]"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def stack_lines(items: Sequence[Column]) -> Iterator[str]:
    """Grids that ask the same of several brands, as a suggestion: only the researcher knows what is a brand."""
    grids: dict[str, dict[str, str]] = {}
    for column in items:
        if column.about.kind == "grid" and column.about.question and column.about.part:
            grids.setdefault(column.about.question, {})[column.about.part] = column.name
    shared: dict[tuple[str, ...], list[str]] = {}
    for question, rows in grids.items():
        shared.setdefault(tuple(rows), []).append(question)
    for levels, questions in shared.items():
        if len(questions) > 1 and len(levels) > 1:
            yield from _stacked(levels, questions, grids)


def _stacked(levels: Sequence[str], questions: Sequence[str], grids: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    yield "# Several questions ask about the same rows. Are these brands that a person rates? Then uncomment:"
    yield "# stack:"
    yield "#   by: brand"
    yield f"#   levels: [{', '.join(map(quoted, levels))}]"
    yield "#   columns:"
    taken: list[str] = []
    for question in questions:
        taken.append(named(question, taken))
        yield f"#     {taken[-1]}: [{', '.join(quoted(grids[question][level]) for level in levels)}]"


def outcome_of(groups: Mapping[str, Sequence[Column]]) -> str:
    """The construct whose name or questions sound most like buying, staying or recommending; else the last."""
    for pattern in (WANTED, NEXT_BEST):
        for name, members in groups.items():
            if pattern.search(name) or any(pattern.search(f"{one.name} {one.about.wording or ''}") for one in members):
                return name
    return [*groups, ""][len(groups) - 1] if groups else ""
