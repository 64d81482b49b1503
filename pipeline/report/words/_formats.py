"""The named formats of a sentence: a raw number or name in, its print out.

A share strictly between 0 and 1 never prints as 0% or 100%, and a p just below .05 never as .050.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from string import Formatter
from typing import TYPE_CHECKING, Any

from pipeline.report.words._money import digits as price_digits
from pipeline.report.words._money import with_currency
from pipeline.report.words._spacing import joined

if TYPE_CHECKING:
    from pipeline.report.words import Words

MINUS = "\u2212"
LIST_LOCALE = {"en": "en_GB", "zh": "zh_Hans"}
NUMBER_LOCALE = {"en": "en", "zh": "zh_Hans"}


def rounded(value: float, digits: int) -> Decimal:
    """The value to so many decimals, half up, never a negative zero."""
    result = Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return abs(result) if result == 0 else result


def number(value: float, digits: int, words: Words) -> str:
    """1,204.50 with the language's own separators and a true minus sign."""
    group, point = _separators(NUMBER_LOCALE[words.language])
    whole, _, decimals = f"{rounded(value, digits):,f}".replace("-", MINUS).partition(".")
    return whole.replace(",", group) + (point + decimals if decimals else "")


@lru_cache(maxsize=8)
def _separators(locale: str) -> tuple[str, str]:
    """Signs between thousands and before decimals; looked up once: Babel's own formatting is slow."""
    from babel.numbers import get_decimal_symbol, get_group_symbol

    return get_group_symbol(locale), get_decimal_symbol(locale)


def percent(value: float, digits: int, words: Words, below: str, above: str) -> str:
    """The share in percent; `below` and `above` say what would round to 0 or to 100 without being it."""
    least = Decimal(1).scaleb(-digits)
    shown = rounded(value * 100, digits)
    if value > 0 and shown == 0:
        return below.format(number(float(least), digits, words) + "%")
    if value < 1 and shown == 100:
        return above.format(number(float(100 - least), digits, words) + "%")
    return number(float(shown), digits, words) + "%"


def prose_percent(value: float, words: Words) -> str:
    return percent(value, 0, words, words("number.below", number="{}"), words("number.above", number="{}"))


def bare(value: float, digits: int) -> str:
    """APA style for figures that cannot exceed 1: no leading zero; more decimals where .00 or 1.00 would be untrue."""
    while digits < 6 and abs(rounded(value, digits)) in (0, 1) and abs(value) not in (0, 1):
        digits += 1
    text = str(abs(rounded(value, digits)))
    sign = MINUS if rounded(value, digits) < 0 else ""
    return sign + (text[1:] if text.startswith("0.") else text)


def p_figure(value: float) -> str:
    """'.070', '< .001' or '> .999'; four decimals where three would hide on which side of .05 it lies."""
    if value < 0.001:
        return "< .001"
    if value > 0.999:
        return "> .999"
    digits = 4 if value != 0.05 and rounded(value, 3) == Decimal("0.050") else 3
    return str(rounded(value, digits))[1:]


def p_equation(value: float, _: Words) -> str:
    figure = p_figure(value)
    return f"p {figure}" if figure[0] in "<>" else f"p = {figure}"


def signed(value: float, digits: int, words: Words) -> str:
    text = number(value, digits, words)
    return "+" + text if rounded(value, digits) > 0 else text


def count(value: int, words: Words) -> str:
    """A small number as a word where the language does so: seven, 7."""
    return words(f"count.{value}") if f"count.{value}" in words else number(value, 0, words)


def raised(text: str) -> str:
    """The text for the start of a sentence; a first word with capitals of its own (iPhone) stays."""
    first = text.split(" ", 1)[0]
    return text[:1].upper() + text[1:] if first == first.lower() else text


def listed(texts: Sequence[str], words: Words) -> str:
    """'A, B and C', 'A、B和C'."""
    from babel.lists import format_list

    pattern = format_list([f"{{{at}}}" for at in range(len(texts))], locale=LIST_LOCALE[words.language])
    pieces: list[tuple[str, bool]] = []
    for literal, field, _, _ in Formatter().parse(pattern):
        pieces += [(literal, False), (texts[int(field)], True)] if field else [(literal, False)]
    return joined(pieces, words.language)


def name_of(name: str, words: Words) -> str:
    """Label of a construct, of a variable ('variable=') or of a level ('variable=level')."""
    return words.labels[name]


def labels(names: Sequence[str], words: Words) -> str:
    return listed([name_of(name, words) for name in names], words)


def way(order: str, words: Words) -> str:
    """Names of an order 'a>b+c>d' with arrows between; what stands side by side is listed."""
    arrow = "→" if words.language == "zh" else " → "
    return arrow.join(labels(stage.split("+"), words) for stage in order.split(">"))


def reasons(keys: Sequence[str], words: Words) -> str:
    return listed([words(f"reservation.{key}") for key in keys], words)


def metrics(names: Sequence[str], words: Words) -> str:
    """Names of importance metrics, as a sentence says them."""
    return listed([words(f"metric.{name}") for name in names], words)


def models(names: Sequence[str], words: Words) -> str:
    """Names of outcome models, as a sentence says them."""
    return listed([words(f"model.{name}") for name in names], words)


def choice(name: str, words: Words) -> str:
    """A choice 'axis=value' of a specification; of an axis 'subset' the value is 'all' or 'variable=level'."""
    axis, _, value = name.partition("=")
    if axis == "metric":
        return words("choice.metric", metric=words(f"metric.{value}"))
    if axis == "subset" and value != "all":
        return words("choice.subset.level", level=value)
    if axis == "screening" and f"reason.{value}.short" in words:
        return words("choice.screening.rule", rule=value)
    return words(f"choice.{name.replace('=', '.', 1)}")


def amount(value: float, words: Words) -> str:
    """A price without its currency: 2,499 or 19.63."""
    return number(value, price_digits(value), words)


def plain(value: float, words: Words) -> str:
    """A number with the decimals that it was given, four at most: 1,204.5, 12."""
    exponent = Decimal(str(value)).normalize().as_tuple().exponent
    return number(value, min(4, max(0, -int(exponent))), words)


def money(value: float, words: Words) -> str:
    """A price with the currency of the study, where it declares one."""
    return with_currency(amount(value, words), words.facts.get("currency"), words.language)


def why(reason: str, words: Words) -> str:
    """The whole sentence that says why a figure is missing: that of the reason, else of the state it stands for."""
    states = {"small_base": "suppressed"}
    key = f"why.{reason}"
    return words(key if key in words else f"state.{states.get(reason, reason)}.note")


def class_of(name: str, words: Words, first: bool = False) -> str:
    """A class by its declared name ('class_name:0', quoted), or by its number ('class=2'); first: of a sentence."""
    if name.startswith("class_name:"):
        label = name_of(name, words)
        return words("classes.quoted", name=raised(label) if first else label)
    kind, _, number_ = name.partition("=")
    return words(f"classes.numbered.{kind}", at=int(number_))


def sized(classes: Sequence[Mapping[str, Any]], words: Words) -> str:
    """Classes with their shares: 'A (50%), B (30%) and class 3 (20%)'."""
    return listed(
        [words("classes.sized", name=class_of(one["class"], words), size=one["size"]) for one in classes], words
    )


def typical(answers: Sequence[Mapping[str, Any]], words: Words) -> str:
    """Answers 'variable=level' with the share that gives them."""
    texts = (
        words("classes.typical", variable=one["answer"].partition("=")[0], answer=one["answer"], share=one["share"])
        for one in answers
    )
    return listed(list(texts), words)


FORMATS: Mapping[str, Callable[[Any, Words], str]] = {
    "text": lambda value, _: str(value),
    "int": lambda value, words: number(value, 0, words),
    "count": count,
    "num0": lambda value, words: number(value, 0, words),
    "num1": lambda value, words: number(value, 1, words),
    "num2": lambda value, words: number(value, 2, words),
    "sign1": lambda value, words: signed(value, 1, words),
    "sign2": lambda value, words: signed(value, 2, words),
    "points": lambda value, words: signed(value * 100, 1, words),
    "pp": lambda value, words: number(value * 100, 1, words),
    "pct": prose_percent,
    "cell": lambda value, words: percent(value, 0, words, "<{}", ">{}"),
    "pct1": lambda value, words: percent(value, 1, words, "<{}", ">{}"),
    "r": lambda value, _: bare(value, 2),
    "r3": lambda value, _: bare(value, 3),
    "p": p_equation,
    "pv": lambda value, _: p_figure(value),
    "label": name_of,
    "Label": lambda name, words: raised(name_of(name, words)),
    "labels": labels,
    "Labels": lambda names, words: raised(labels(names, words)),
    "variable": lambda name, words: name_of(f"{name}=", words),
    "Variable": lambda name, words: raised(name_of(f"{name}=", words)),
    "variables": lambda names, words: listed([name_of(f"{name}=", words) for name in names], words),
    "group": name_of,
    "list": listed,
    "level": lambda value, words: words(f"level.{value}"),
    "reason": lambda key, words: words(f"reason.{key}"),
    "rule": lambda key, words: words(f"reason.{key}.short"),
    "Rule": lambda key, words: raised(words(f"reason.{key}.short")),
    "reasons": reasons,
    "why": why,
    "way": way,
    "Way": lambda order, words: raised(way(order, words)),
    "metrics": metrics,
    "models": models,
    "choice": choice,
    "class": class_of,
    "Class": lambda name, words: raised(class_of(name, words, first=True)),
    "classes": lambda names, words: listed([class_of(name, words) for name in names], words),
    "class_reason": lambda key, words: words(f"classes.why.{key}"),
    "sized": sized,
    "typical": typical,
    "amount": amount,
    "money": money,
    "plain": plain,
}
