"""What is wrong between the keys of a questionnaire.yaml: names, languages, answers, routing, columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.errors import Problem, listing, nearest
from pipeline.instrument.asked import all_asked, answers, columns
from pipeline.instrument.codes import EXTRA, KEPT, LONGEST, code_of, subcode_of
from pipeline.instrument.reading import Instrument
from pipeline.instrument.specs import Question, Section
from pipeline.study import Place

IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
PART = re.compile(r"[A-Za-z0-9_]*[A-Za-z0-9][A-Za-z0-9_]*")
FIELD = re.compile(r"{([A-Za-z_]+)}")
ANY = re.compile(r"\S.*")
NEEDED = {
    "rating": ("scale",),
    "attention": ("scale", "answer"),
    "grid": ("items",),
    "single": ("options",),
    "multiple": ("options",),
}
"""Keys without which a question of the type cannot be asked."""
ONLY = {
    "scale": ("rating", "grid", "attention"),
    "options": ("single", "multiple", "grid"),
    "items": ("grid",),
    "construct": ("rating", "grid"),
    "reverse": ("rating",),
    "range": ("number", "price"),
    "unit": ("number", "price"),
    "answer": ("attention",),
}
"""Keys that mean something in questions of some types only."""
STEERS = ("single", "multiple", "rating")


def rules(instrument: Instrument) -> Iterator[Problem]:
    """Every problem between keys."""
    yield from _languages(instrument)
    yield from _loops(instrument)
    yield from _questions(instrument)
    yield from _ticks(instrument)
    yield from _constructs(instrument)
    yield from _routing(instrument)
    yield from _names(instrument)


def _languages(instrument: Instrument) -> Iterator[Problem]:
    """Every text by languages has all of them; every text between braces is a loop of its section."""
    yield from _texts(instrument, instrument.raw, ())


def _texts(instrument: Instrument, value: Any, here: Place) -> Iterator[Problem]:
    if isinstance(value, dict) and value and set(value) <= {"en", "zh"} and not any(map(_is_map, value.values())):
        missing = [language for language in instrument.languages if language not in value]
        if missing and not (here and here[0] == "analysis"):
            yield instrument.problem(f"'{here[-1]}' has no text in {listing(missing)}; add it.", *here)
        blank = [language for language, text in value.items() if isinstance(text, str) and not text.strip()]
        if blank:
            yield instrument.problem(f"'{here[-1]}' has an empty text in {listing(blank)}; write it.", *here)
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, entry in entries:
        yield from _texts(
            instrument, entry, (*here, key if isinstance(key, int) and isinstance(value, list) else str(key))
        )


def _is_map(value: Any) -> bool:
    return isinstance(value, dict)


def _loops(instrument: Instrument) -> Iterator[Problem]:
    loops = instrument.definition.loops
    for name, loop in loops.items():
        suffixes = [level.suffix for level in loop.levels.values()]
        for level, spec in loop.levels.items():
            if not re.fullmatch(r"[A-Za-z0-9]{1,5}", spec.suffix) or suffixes.count(spec.suffix) > 1:
                message = f"suffix '{spec.suffix}' must be one to five letters or digits, and of one level only."
                yield instrument.problem(message, "loops", name, "levels", level, "suffix")
        if not any(section.per == name for section in instrument.definition.sections):
            yield instrument.problem(f"no section is asked per '{name}'; give one 'per: {name}'.", "loops", name)
        if loop.asked_if:
            yield from _asked_if(instrument, name, loop.asked_if)
    for at, section in enumerate(instrument.definition.sections):
        if section.per is not None and section.per not in loops:
            message = f"unknown loop '{section.per}'.{nearest(section.per, loops)} Loops are: {listing(list(loops))}."
            yield instrument.problem(message, "sections", at, "per")
        yield from _braces(instrument, at, section)


def _asked_if(instrument: Instrument, name: str, wanted: str) -> Iterator[Problem]:
    """The question of a loop has several ticks, all its levels, and comes before it."""
    here = ("loops", name, "asked_if")
    levels = list(instrument.definition.loops[name].levels)
    first = next((at for at, section in enumerate(instrument.definition.sections) if section.per == name), 0)
    before = [question for section in instrument.definition.sections[:first] for question in section.questions]
    found = next((question for question in before if question.id == wanted), None)
    if found is None or found.type != "multiple":
        known = [question.id for question in before if question.type == "multiple"]
        message = f"'{wanted}' is no earlier question with several ticks; those are: {listing(known) or 'none'}."
        yield instrument.problem(message, *here)
    elif missing := [level for level in levels if level not in found.options]:
        yield instrument.problem(
            f"'{wanted}' has no option {listing(missing)}; its codes are those of the loop.", *here
        )


def _braces(instrument: Instrument, at: int, section: Section) -> Iterator[Problem]:
    """{brand} stands only where a brand is asked about, and names a loop."""
    loops = list(instrument.definition.loops)
    names = [name for name in loops if name != section.per]
    for key, text in _leaves(instrument.raw["sections"][at], ("sections", at)):
        for name in names:
            if f"{{{name}}}" in text:
                message = f"{{{name}}} stands outside a section with 'per: {name}'; write a name, or move the question."
                yield instrument.problem(message, *key)
        for name in FIELD.findall(text) if loops else ():
            if name not in loops:
                message = f"{{{name}}} is no loop and would be printed as it stands; loops are: {listing(loops)}."
                yield instrument.problem(message, *key)


def _leaves(value: Any, here: Place) -> Iterator[tuple[Place, str]]:
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, entry in entries:
        if isinstance(entry, str):
            yield (*here, key), entry
        yield from _leaves(entry, (*here, key))


def placed(instrument: Instrument) -> Iterator[tuple[Place, Question]]:
    """Every question as it is written, with its place."""
    for at, section in enumerate(instrument.definition.sections):
        for position, question in enumerate(section.questions):
            yield ("sections", at, "questions", position), question


def _questions(instrument: Instrument) -> Iterator[Problem]:
    for here, question in placed(instrument):
        said = {info.alias or name for name, info in Question.model_fields.items() if name in question.model_fields_set}
        for key in NEEDED.get(question.type, ()):
            if not getattr(question, key):
                yield instrument.problem(f"question '{question.id}' is a {question.type} and needs '{key}'.", *here)
        for key, types in ONLY.items():
            if key in said and question.type not in types:
                message = f"'{key}' belongs to questions of type {listing(types)}, and '{question.id}' is a "
                yield instrument.problem(f"{message}{question.type}.", *here, key)
        yield from _answers(instrument, here, question)


def _ticks(instrument: Instrument) -> Iterator[Problem]:
    """Several ticks steer a loop, or are asked of one thing: rows of a stack have one answer."""
    for at, section in enumerate(instrument.definition.sections):
        for position, question in enumerate(section.questions):
            if section.per and question.type == "multiple" and question.analysed:
                message = f"'{question.id}' has several ticks, which cannot be analysed in a loop; ask for each option "
                message += "by a single question, or say 'analysed: false'."
                yield instrument.problem(message, "sections", at, "questions", position)


def _answers(instrument: Instrument, here: Place, question: Question) -> Iterator[Problem]:
    """Scale, options, range and right answer."""
    scales = instrument.definition.scales
    if question.scale is not None and question.scale not in scales:
        message = f"unknown scale '{question.scale}'.{nearest(question.scale, scales)} Scales are: "
        yield instrument.problem(f"{message}{listing(list(scales)) or 'none'}.", *here, "scale")
    if question.type == "grid" and bool(question.scale) == bool(question.options):
        yield instrument.problem(f"grid '{question.id}' needs 'scale' or 'options', and not both.", *here)
    if question.type in ("single", "multiple") and len(question.options) == 1:
        yield instrument.problem(f"question '{question.id}' has one option; give it two or more.", *here, "options")
    strange = [code for code in question.options if not (PART if question.type == "multiple" else ANY).fullmatch(code)]
    if strange:
        what = "letters, digits and _ only, for it names a column" if question.type == "multiple" else "not blank"
        yield instrument.problem(
            f"code '{strange[0]}' of '{question.id}' must be {what}.", *here, "options", strange[0]
        )
    if question.range and question.range[0] >= question.range[1]:
        yield instrument.problem("a range is the lowest and then the highest number.", *here, "range")
    known = answers(instrument, question)
    if known and (wrong := [code for code in question.answer if code not in known]):
        yield instrument.problem(
            f"{listing(wrong)} is no answer; possible are {listing(list(known))}.", *here, "answer"
        )
    if question.scale in scales and scales[question.scale].low < 0:
        message = "a scale that begins below 0 cannot be asked in every tool; begin it at 0 or 1."
        yield instrument.problem(message, "scales", question.scale, "start")


def _constructs(instrument: Instrument) -> Iterator[Problem]:
    known = instrument.definition.constructs
    scales: dict[str, set[str | None]] = {name: set() for name in known}
    for here, question in placed(instrument):
        named = {item: spec.measures or question.measures for item, spec in question.items.items()}
        for item, construct in (named or {"": question.measures}).items():
            place = (*here, "items", item, "construct") if item else (*here, "construct")
            if construct is None:
                continue
            if construct not in known:
                message = f"unknown construct '{construct}'.{nearest(construct, known)} Constructs are: "
                yield instrument.problem(f"{message}{listing(list(known))}.", *place)
            elif question.options:
                yield instrument.problem(f"construct '{construct}' needs a scale, not options.", *place)
            else:
                scales[construct].add(question.scale)
    for name, found in scales.items():
        if not found:
            message = f"no question measures '{name}'; name it under 'construct', or take it out."
            yield instrument.problem(message, "constructs", name)
        if len(found) > 1:
            several = listing(sorted(scale or "no scale" for scale in found))
            message = f"'{name}' is asked on several scales ({several}); use one."
            yield instrument.problem(message, "constructs", name)


def _routing(instrument: Instrument) -> Iterator[Problem]:
    """Routing looks back, at questions with codes, and at answers that they have."""
    seen: dict[str, tuple[Question, int | None]] = {}
    for at, section in enumerate(instrument.definition.sections):
        looped = at if section.per else None
        yield from _route(instrument, ("sections", at), section.ask_if, seen, None)
        for position, question in enumerate(section.questions):
            yield from _route(instrument, ("sections", at, "questions", position), question.ask_if, seen, looped)
            seen[question.id] = question, looped


def _route(
    instrument: Instrument,
    here: Place,
    routing: Mapping[str, Sequence[str]],
    seen: Mapping[str, tuple[Question, int | None]],
    looped: int | None,
) -> Iterator[Problem]:
    possible = [
        name for name, (question, inside) in seen.items() if question.type in STEERS and inside in (None, looped)
    ]
    for name, codes in routing.items():
        if name not in possible:
            message = f"'{name}' is no earlier question that can steer this one.{nearest(name, possible)} "
            message += (
                f"Routing looks at single, multiple and rating questions asked before: {listing(possible) or 'none'}."
            )
            yield instrument.problem(message, *here, "ask_if", name)
            continue
        known = answers(instrument, seen[name][0])
        if wrong := [code for code in codes if code not in known]:
            message = f"'{name}' has no answer {listing(wrong)}; possible are {listing(list(known))}."
            yield instrument.problem(message, *here, "ask_if", name)
        if not codes:
            yield instrument.problem(f"name the answers of '{name}' that are needed.", *here, "ask_if", name)


def _names(instrument: Instrument) -> Iterator[Problem]:
    """Names are plain, told apart in the data and in LimeSurvey, and used once."""
    taken: dict[str, str] = dict.fromkeys(instrument.definition.columns, "columns")
    for here, question in placed(instrument):
        names = {question.id: (*here, "id")}
        names |= {item: (*here, "items", item) for item in question.items}
        for name, place in names.items():
            if not IDENTIFIER.fullmatch(name):
                message = f"'{name}' cannot name a column; use letters, digits and _, beginning with a letter."
                yield instrument.problem(message, *place)
        owned = {question.id, *(column.base for column in columns(question))}
        for name in sorted(owned & set(taken)):
            message = f"'{name}' is used twice (also in {taken[name]}); give each question and item its own name."
            yield instrument.problem(message, *names.get(name, (*here, "id")))
        taken |= dict.fromkeys(owned, f"question '{question.id}'")
    yield from _expanded(instrument)
    yield from _codes(instrument)


def _expanded(instrument: Instrument) -> Iterator[Problem]:
    """Columns with the ends of a loop, which may equal other names."""
    taken: dict[str, str] = {}
    for asked in all_asked(instrument):
        for column in asked.columns:
            if taken.setdefault(column.name, column.base) != column.base:
                message = f"column '{column.name}' would be that of '{taken[column.name]}' too; rename one."
                yield instrument.problem(message, *asked.place)


def _codes(instrument: Instrument) -> Iterator[Problem]:
    """LimeSurvey's codes, which have neither _ nor case, are told apart too."""
    taken: dict[str, str] = {}
    for asked in all_asked(instrument):
        code = code_of(asked)
        if len(code) > LONGEST:
            message = f"'{asked.question.id}' is too long for LimeSurvey; use {LONGEST} letters and digits at most."
            yield instrument.problem(message, *asked.place, "id")
        if taken.setdefault(code.lower(), asked.question.id) != asked.question.id:
            message = f"'{asked.question.id}' and '{taken[code.lower()]}' differ by _ or case only; LimeSurvey would "
            yield instrument.problem(f"{message}take them for one. Rename one.", *asked.place, "id")
        if code.lower() in KEPT:
            yield instrument.problem(
                f"LimeSurvey keeps '{code}' for itself; give the question another id.", *asked.place
            )
        parts = [subcode_of(column) for column in asked.columns if column.part]
        for part in sorted({part for part in parts if EXTRA.fullmatch(part)}):
            message = (
                f"LimeSurvey keeps '{part}' for what is written beside an option; give the row or option another name."
            )
            yield instrument.problem(message, *asked.place)
        for part in sorted({part for part in parts if parts.count(part) > 1 or len(part) > LONGEST}):
            message = f"two rows or options of '{asked.question.id}' are '{part}' in LimeSurvey, or too long; rename."
            yield instrument.problem(message, *asked.place)
