"""Scales: the one each question was answered on, as far as the file or the answers tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.draft._columns import Column
from pipeline.draft._orders import wording
from pipeline.draft._yaml import quoted
from pipeline.ingest import number

SIZES = ((0, 5), (0, 7), (0, 11), (1, 3), (1, 4), (1, 5), (1, 6), (1, 7), (1, 10))
"""Usual scales: lowest value and number of points."""


@dataclass(frozen=True, slots=True)
class Guess:
    """Lowest value, number of points and their wording, lowest first; () where it is not known."""

    low: int
    points: int
    labels: tuple[str, ...] = ()
    told: bool = False
    """Does the file itself say how many points there are?"""
    codes: tuple[str, ...] = ()
    """Codes of the points, lowest first, where they are too far apart to be points themselves."""


MOST_POINTS = 101


def scales_of(items: Sequence[Column]) -> dict[str, Guess]:
    """The scale of every item, by its column."""
    return {column.name: _scale(column, items) for column in items}


def _scale(column: Column, items: Sequence[Column]) -> Guess:
    """What the code book says; else the usual scale that holds all answers to questions of the same stem."""
    if column.order:
        same = {text for other in items if other.order == column.order for text in other.texts}
        return Guess(1, len(column.order), tuple(wording(column.order, sorted(same))), bool(column.about.labels))
    coded = _coded(column)
    if coded is not None:
        return coded
    same_stem = [value for other in items if other.stem == column.stem for value in other.numbers]
    start = 0 if min(same_stem) == 0 else 1
    most = max(same_stem)
    return next(
        (Guess(low, n) for low, n in SIZES if low == start and most <= low + n - 1), Guess(start, int(most) + 1)
    )


def _coded(column: Column) -> Guess | None:
    """The scale of a code book whose codes are whole numbers in a row."""
    labels = {code: label for code, label in column.codes.items() if code not in column.declined}
    values = [number(code) for code in labels]
    if not values or any(value is None or value != int(value) for value in values):
        return None
    ordered = sorted(int(value) for value in values if value is not None)
    low, points = ordered[0], ordered[-1] - ordered[0] + 1
    answers = [value for value in column.numbers if str(int(value)) not in column.declined]
    if points < 2 or any(not low <= value <= ordered[-1] for value in answers):
        return None
    if points > MOST_POINTS:
        return Guess(1, len(labels), tuple(labels.values()), True, tuple(labels))
    whole = points == len(labels) and ordered == [int(value) for value in values if value is not None]
    return Guess(low, points, tuple(labels.values()) if whole else (), True)


def names_of(scales: Mapping[str, Guess]) -> dict[Guess, str]:
    """A short name for every different scale: points7, points11_from_0, points5_2."""
    found: dict[Guess, str] = {}
    for guess in scales.values():
        if guess not in found:
            start = "" if guess.low == 1 else f"_from_{guess.low}".replace("-", "minus_")
            plain, nth = f"points{guess.points}{start}", 2
            name = plain
            while name in found.values():
                name, nth = f"{plain}_{nth}", nth + 1
            found[guess] = name
    return found


def scale_lines(items: Sequence[Column], scales: Mapping[str, Guess]) -> Iterator[str]:
    """The part of the draft that declares the scales."""
    names = names_of(scales)
    if names:
        yield "scales:"
    for guess, name in names.items():
        members = [column for column in items if scales[column.name] == guess]
        seen = sorted({value for column in members for value in column.numbers})
        held = f"the data hold {seen[0]:g} to {seen[-1]:g}; " if seen and not guess.told else ""
        asked = "as the file says" if guess.told else "what did the questionnaire offer?"
        yield f"  {name}:"
        yield f"    points: {guess.points}  # confirm: {held}{asked}"
        if guess.codes:
            codes = ", ".join(f"{code}: {point}" for point, code in enumerate(guess.codes, start=1))
            yield f"    codes: {{{codes}}}  # confirm: points in the order of the file, lowest first"
        if guess.low != 1:
            yield f"    start: {guess.low}  # confirm"
        if guess.labels:
            labels = ", ".join(map(quoted, guess.labels))
            yield f"    labels: [{labels}]  # confirm: the order, lowest first, and those nobody chose"
