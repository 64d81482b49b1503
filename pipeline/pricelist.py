"""Whether the price questions of a study can be meant: prices, answers, chances."""

from __future__ import annotations

import math
from collections.abc import Iterator

from pipeline.errors import Problem
from pipeline.specs import Definition
from pipeline.study import Study

QUESTIONS = ("too_cheap", "cheap", "expensive", "too_expensive")


def priced(study: Study) -> Iterator[Problem]:
    """Problems of the key `pricing`: no question, one variable for two, a ladder without steps, impossible chances."""
    pricing = study.definition.pricing
    if pricing is None:
        return
    if not (pricing.westendorp or pricing.ladder or pricing.premium):
        message = "pricing asks for no price; give it westendorp, ladder or premium, or take it out."
        yield study.problem(message, "pricing")
    yield from _four(study, study.definition)
    yield from _ladder(study, study.definition)
    premium = pricing.premium
    if premium and premium.own == premium.reference:
        message = f"'{premium.own}' is the same question for the brand and the reference; name two."
        yield study.problem(message, "pricing", "premium", "reference")


def _four(study: Study, definition: Definition) -> Iterator[Problem]:
    four = definition.pricing.westendorp if definition.pricing else None
    if four is None:
        return
    named = [getattr(four, key) for key in QUESTIONS]
    for at, name in enumerate(named):
        if name in named[:at]:
            message = f"'{name}' stands twice among the four prices; each question has a variable of its own."
            yield study.problem(message, "pricing", "westendorp", QUESTIONS[at])
    for answer, chance in (four.intent.chances if four.intent else {}).items():
        if not 0 <= chance <= 1:
            message = f"the chance of '{answer}' is {chance:g}; chances run from 0 to 1."
            yield study.problem(message, "pricing", "westendorp", "intent", "chances")


def _ladder(study: Study, definition: Definition) -> Iterator[Problem]:
    ladder = definition.pricing.ladder if definition.pricing else None
    if ladder is None:
        return
    if ladder.highest and ladder.prices:
        message = "the ladder has both 'prices' and 'highest'; keep the one that was asked."
        yield study.problem(message, "pricing", "ladder", "highest")
    steps = [(price, "prices") for price in ladder.prices] + [(f"{step:g}", "steps") for step in ladder.steps]
    for price, key in steps:
        if not is_price(price):
            message = f"'{price}' is no price; prices are numbers above zero."
            yield study.problem(message, "pricing", "ladder", key)
    usable = [float(price) for price, _ in steps if is_price(price)]
    shown = set(usable)
    if len(shown) < len(usable):
        yield study.problem("a price stands twice on the ladder; name each once.", "pricing", "ladder")
    names = list(ladder.prices.values())
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        message = f"'{name}' stands for two prices; each price has the variable of its own answer."
        yield study.problem(message, "pricing", "ladder", "prices")
    if len(shown) < 2:
        where = "list them under steps" if ladder.highest else "under prices, each with its variable"
        message = f"a ladder needs two prices or more, and this one has {len(shown)}; {where}."
        yield study.problem(message, "pricing", "ladder")


def is_price(text: str) -> bool:
    """Whether a text is a number above zero."""
    try:
        value = float(text)
    except ValueError:
        return False
    return math.isfinite(value) and value > 0
