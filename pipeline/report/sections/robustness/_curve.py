"""The specification curve: every defensible way of doing the analysis, and which driver it puts first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.report.charts import Choice, Curve, Spec
from pipeline.report.sections._common import METHODS, cell, columns, figure, label, sentences, table
from pipeline.report.view import View
from pipeline.report.words import Words

AXES = ("metric", "outcome", "controls", "weights", "missing", "screening", "subset")
DECLARED: Mapping[str, tuple[str, ...]] = {
    "metric": ("lmg",),
    "outcome": ("score",),
    "controls": ("declared", "none"),
    "weights": ("used", "none"),
    "missing": ("declared",),
    "screening": ("declared",),
    "subset": ("all",),
}
"""What the report itself chose: the first of these that occurs."""

Axes = dict[str, list[str]]


def figures(view: View, words: Words) -> dict[str, Any] | None:
    """The figure with its tables; None where no specification was computed."""
    if not view.specifications:
        return None
    first, second = view.ranked()[:2]
    claim = view.claim("specification") if view.ranks else None
    share = view.value("specification", "spec_first", first)
    count = len(view.specifications)
    title = "robustness.curve.title" if claim and share is not None else "robustness.curve.plain"
    known = {"driver": first, "share": share, "count": count}
    return figure(
        "curve",
        _curve(view, words, first, second),
        words,
        uid="specifications",
        title=words(title, **known),
        subtitle=words("robustness.curve.subtitle", driver=first, count=count),
        description=words("robustness.curve.description"),
        note=sentences([words("robustness.curve.note", driver=first), words("robustness.curve.grid")], words),
        numbers=[_drivers(view, words), _choices(view, words)],
    )


def _axes(view: View) -> Axes:
    """Kind of choice -> its values, those of the report first; kinds without a choice are left out."""
    found: Axes = {}
    for axis in AXES:
        made = {spec["choices"][axis] for spec in view.specifications}
        order = [*DECLARED[axis], *(METHODS if axis == "metric" else ()), *sorted(made)]
        values = [value for value in dict.fromkeys(order) if value in made]
        if len(values) > 1:
            found[axis] = values
    return found


def _own(view: View) -> dict[str, str]:
    """The choices of the report itself."""
    found = {}
    for axis in AXES:
        values = {spec["choices"][axis] for spec in view.specifications}
        found[axis] = next((value for value in DECLARED[axis] if value in values), "")
    return found


def _curve(view: View, words: Words, first: str, second: str) -> Curve:
    axes, own = _axes(view), _own(view)
    places = {choice: at for at, choice in enumerate((axis, value) for axis in axes for value in axes[axis])}
    specs = tuple(
        Spec(
            value=spec["shares"][first],
            other=spec["shares"][second],
            first=spec["first"] == first,
            headline=spec["choices"] == own,
            choices=tuple(places[one] for one in spec["choices"].items() if one in places),
        )
        for spec in view.specifications
    )
    rows = [(axis, value) for axis in axes for value in axes[axis]]
    share = words.format(view.value("importance", "lmg_share", first), "cell")
    return Curve(
        specs=specs,
        choices=tuple(_choice(view, words, axis, value, first, value == axes[axis][0]) for axis, value in rows),
        series=tuple(_series(view, words, name) for name in (first, second)),
        headline=words("robustness.curve.headline", share=share),
        axis_title=words("robustness.curve.axis"),
        text_title=words("robustness.curve.first", driver=first),
    )


def _series(view: View, words: Words, name: str) -> Choice:
    row = view.estimate("specification", "spec_first", name)
    text = words("robustness.curve.series", share=cell(row, "cell", words)["text"])
    return Choice(label=label(name, words), text=text)


def _choice(view: View, words: Words, axis: str, value: str, first: str, heads: bool) -> Choice:
    row = view.estimate("specification", "spec_first", first, None, f"choice:{axis}={value}")
    return Choice(
        label=value_text(axis, value, words),
        text=cell(row, "cell", words)["text"],
        heading=words(f"robustness.axis.{axis}") if heads else "",
    )


def value_text(axis: str, value: str, words: Words) -> str:
    """A choice in words: a method, a group of respondents, or one of the fixed choices of its kind."""
    if axis == "metric":
        return words(f"methods.name.{value}")
    return words.format(value, "group") if axis == "subset" and value != "all" else words(f"robustness.{axis}.{value}")


def _drivers(view: View, words: Words) -> dict[str, Any]:
    rows = [
        [
            label(name, words),
            *(cell(view.estimate("specification", f"spec_{end}", name), "pct1", words) for end in _ENDS),
        ]
        for name in view.ranked()
    ]
    test = view.estimate("specification", "spec_significant", view.ranked()[0])
    note = None
    if test is not None and test["p_value"] is not None and test["estimate"] is not None:
        values = {"driver": view.ranked()[0], "share": test["estimate"], "p": test["p_value"]}
        note = words("robustness.curve.chance", **values)
    heads = columns(words, "driver", "spec_first", "lowest", "median", "highest")
    return table(heads, rows, caption=words("robustness.curve.drivers"), note=note)


_ENDS = ("first", "lowest", "median", "highest")


def _choices(view: View, words: Words) -> dict[str, Any]:
    """Every choice: how many specifications made it, and in how many of them the leading driver comes first."""
    first = view.ranked()[0]
    rows = []
    for axis, values in _axes(view).items():
        for value in values:
            count = sum(spec["choices"][axis] == value for spec in view.specifications)
            row = view.estimate("specification", "spec_first", first, None, f"choice:{axis}={value}")
            named = [words(f"robustness.axis.{axis}"), value_text(axis, value, words)]
            rows.append([*named, words.format(count, "int"), cell(row, "cell", words)])
    heads = columns(words, "choice", "option*", "specifications", "spec_first")
    return table(heads, rows, caption=words("robustness.curve.choices", driver=first))
