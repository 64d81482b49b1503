"""Two brands side by side: what the gap in the outcome is made of, how both are rated, and how much ratings count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.report.charts import Dumbbell, DumbbellRow, Step, Waterfall
from pipeline.report.sections._common import (
    cell,
    claim_texts,
    columns,
    figure,
    from_to,
    label,
    sentences,
    state_notes,
    table,
    with_interval,
)
from pipeline.report.view import Row, View, shown
from pipeline.report.words import Words

NAME = "rivals"
PARTS = ("endowments", "coefficients", "interaction")
Part = dict[str, Any]


def applies(view: View) -> bool:
    asked = view.study.get("asked") or {}
    return bool(asked.get(NAME)) and _contrast(view) is not None


def _contrast(view: View) -> str | None:
    return next((row["contrast"] for row in view.rows(NAME, "mean_difference") if row["term"] is None), None)


def _groups(view: View) -> tuple[str, str]:
    """'variable=brand' of both, in the order of the study."""
    variable = str(_contrast(view)).partition("=")[0]
    one, other = view.study["asked"][NAME]["brands"]
    return f"{variable}={one}", f"{variable}={other}"


def context(view: View, words: Words) -> dict[str, Any]:
    contrast, (a, b) = str(_contrast(view)), _groups(view)
    both = view.value(NAME, "rated_both", None, None, contrast)
    parts = [_gap(view, words, contrast, a, b)]
    if view.value(NAME, "mean", None, a) is not None:
        parts.append(_ratings(view, words, contrast, a, b))
    return {
        "nav": words("rivals.nav"),
        "title": words("rivals.title"),
        "lede": None if both is None else words("rivals.lede", a=a, b=b, both=both),
        "parts": parts,
    }


def _part(title: str, paragraphs: Sequence[str], **more: Any) -> Part:
    empty: Part = {"title": title, "figure": None, "tables": [], "more": [], "more_title": ""}
    return empty | {"paragraphs": list(paragraphs)} | more


def _gap(view: View, words: Words, contrast: str, a: str, b: str) -> Part:
    """The claims, the waterfall of the gap, and the table of all its parts."""
    said = [text for name in ("rivals", "better_product") for text in claim_texts(view, name, words)]
    said += _which(view, words, a, b)
    numbers = _parts_table(view, words, contrast, a, b)
    gap = view.estimate(NAME, "mean_difference", None, None, contrast)
    sign = -1 if gap is not None and shown(gap) and gap["estimate"] < 0 else 1
    ends = {"leading": (a, b)[::sign][0], "trailing": (a, b)[::sign][1]}
    title = words("rivals.parts", **ends)
    if gap is None or not shown(gap) or view.value(NAME, "endowments", None, None, contrast) is None:
        return _part(title, said, more=[numbers], more_title=words("rivals.more"))
    drawn = figure(
        "waterfall",
        Waterfall(steps=_steps(view, words, contrast, gap, sign), percent=False),
        words,
        uid="rivals-parts",
        title=title,
        subtitle=words("rivals.parts.subtitle"),
        description=words("rivals.parts.description"),
        note=words("rivals.parts.note", b=b),
        numbers=[numbers],
    )
    return _part(title, said, figure=drawn)


def _which(view: View, words: Words, a: str, b: str) -> list[str]:
    """Ratings that surely widen or narrow the gap, and how far the two overlap."""
    claim = view.claim("rivals")
    values: Mapping[str, Any] = claim["values"] if claim else {}
    found = []
    for key, name in (("rivals.for", "drivers"), ("rivals.against", "against")):
        if values.get(name):
            found.append(words(key, drivers=values[name]))
    shares = [view.value(NAME, "common_support", None, group) for group in (a, b)]
    if None not in shares:
        found.append(words("rivals.support", a=a, b=b, a_share=shares[0], b_share=shares[1]))
    return [sentences(found, words)] if found else []


def _terms(view: View, contrast: str) -> list[str]:
    found = (row["term"] for row in view.rows(NAME, "endowments") if row["contrast"] == contrast)
    return [name for name in dict.fromkeys(found) if name is not None]


def _named(name: str, words: Words) -> str:
    return label(name, words) if name in words.labels else words.format(name, "Variable")


def _steps(view: View, words: Words, contrast: str, gap: Row, sign: int) -> tuple[Step, ...]:
    """Ratings by size, other weights, both together, and the gap, from the brand that is wanted less to the other."""
    rows = {name: view.estimate(NAME, "endowments", name, None, contrast) for name in _terms(view, contrast)}
    ranked = sorted(rows, key=lambda name: -sign * ((rows[name] or {}).get("estimate") or 0.0))
    steps = [_step(_named(name, words), rows[name], sign, words) for name in ranked]
    for metric, key in (("coefficients", "weights"), ("interaction", "interaction")):
        steps.append(_step(words(f"rivals.step.{key}"), view.estimate(NAME, metric, None, None, contrast), sign, words))
    return (*steps, _step(words("rivals.step.gap"), gap, sign, words, total=True))


def _step(name: str, row: Row | None, sign: int, words: Words, *, total: bool = False) -> Step:
    turned = _turned(row, sign)
    text = with_interval(turned, "sign2", words)["text"]
    seen: Mapping[str, Any] = turned if turned is not None and shown(turned) else {}
    ends = {end: seen.get(f"conf_{end}") for end in ("low", "high")}
    return Step(label=name, value=seen.get("estimate"), text=text, total=total, **ends)


def _turned(row: Row | None, sign: int) -> Row | None:
    """The row as the second brand less the first, where the sign says so."""
    if row is None or sign > 0 or not shown(row):
        return row
    low, high = row["conf_low"], row["conf_high"]
    ends = {"conf_low": None if high is None else -high, "conf_high": None if low is None else -low}
    return {**row, "estimate": -row["estimate"], **ends}


def _parts_table(view: View, words: Words, contrast: str, a: str, b: str) -> Part:
    rows, found = [], []
    for name in [*_terms(view, contrast), "intercept", None]:
        cells = [view.estimate(NAME, part, name, None, contrast) for part in PARTS]
        found += cells
        fixed = {None: words("rivals.total"), "intercept": words("rivals.intercept")}
        rows.append(
            [
                fixed[name] if name is None or name in fixed else _named(name, words),
                *(with_interval(row, "sign2", words) for row in cells),
                cell(cells[0], "pv", words, value="p_adjusted"),
            ]
        )
    heads = columns(words, "driver", "rivals_ratings", "rivals_weights", "rivals_interaction", "p_holm")
    note = sentences([words("rivals.note", b=b), state_notes(found, words)], words)
    return table(heads, rows, caption=words("rivals.caption", a=a, b=b), note=note)


def _ratings(view: View, words: Words, contrast: str, a: str, b: str) -> Part:
    """Mean ratings of both brands, and the differences with their coefficients."""
    names = [row["term"] for row in view.rows(NAME, "mean_difference") if row["term"] is not None]
    gap = view.value(NAME, "mean_difference", None, None, contrast) or 0.0
    leading, trailing = (a, b) if gap >= 0 else (b, a)
    numbers = _ratings_table(view, words, contrast, names, a, b)
    title = words("rivals.ratings")
    drawn = figure(
        "dumbbell",
        Dumbbell(
            rows=tuple(_rated(view, words, name, trailing, leading) for name in names),
            before_title=words.format(trailing, "group"),
            after_title=words.format(leading, "group"),
            percent=False,
            from_zero=False,
        ),
        words,
        uid="rivals-ratings",
        title=title,
        subtitle=words("rivals.ratings.subtitle", leading=leading, trailing=trailing),
        description=words("rivals.ratings.description"),
        note=words("rivals.ratings.note"),
        numbers=[numbers],
    )
    return _part(title, [], figure=drawn)


def _rated(view: View, words: Words, name: str, trailing: str, leading: str) -> DumbbellRow:
    before, after = (view.estimate(NAME, "mean", name, group) for group in (trailing, leading))
    texts = [words.format(row["estimate"], "num1") if row is not None and shown(row) else "" for row in (before, after)]
    return from_to(name, before, after, " → ".join(texts), words)


def _ratings_table(view: View, words: Words, contrast: str, names: Sequence[str], a: str, b: str) -> Part:
    rows, found = [], []
    for name in names:
        gap = view.estimate(NAME, "mean_difference", name, None, contrast)
        found.append(gap)
        rows.append(
            [
                label(name, words),
                *(cell(view.estimate(NAME, "mean", name, group), "num2", words) for group in (a, b)),
                with_interval(gap, "sign2", words),
                cell(gap, "pv", words, value="p_adjusted"),
                *(with_interval(view.estimate(NAME, "b", name, group), "num2", words) for group in (a, b)),
            ]
        )
    brands = [words.format(group, "group") for group in (a, b)]
    means = [{"label": brand, "numeric": True} for brand in brands]
    slopes = [{"label": f"B, {brand}", "numeric": True} for brand in brands]
    heads = [*columns(words, "driver"), *means, *columns(words, "driver", "difference", "p_holm")[1:], *slopes]
    return table(heads, rows, caption=words("rivals.ratings.caption", a=a, b=b), note=state_notes(found, words))
