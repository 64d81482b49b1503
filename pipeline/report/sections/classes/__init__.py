"""Latent classes: sizes and stability, what each answers and rates, what drives each, and the choice of number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipeline.report.charts import Bar, Bars, Forest, ForestRow, Panel
from pipeline.report.sections._common import (
    cell,
    claim_texts,
    columns,
    figure,
    interval,
    label,
    limits,
    named_columns,
    state_notes,
    table,
    with_interval,
)
from pipeline.report.view import Row, View, shown
from pipeline.report.words import Words

NAME = "classes"
KINDS = {"class": "classes", "driver_class": "driver_classes"}
"""Group of a class, and the claim on its kind."""
CRITERIA = {
    "log_likelihood": "num1", "aic": "num1", "bic": "num1", "icl": "num1", "entropy": "r", "smallest_class": "pct1",
}  # fmt: skip
"""Criteria of a number of classes and their format, in the order of the table."""


def applies(view: View) -> bool:
    return any(True for _ in view.rows(NAME, "class_count"))


def context(view: View, words: Words) -> dict[str, Any]:
    every = [KINDS[kind] for kind in KINDS if _asked(view, kind)]
    said = [text for name in every for text in claim_texts(view, name, words)]
    return {
        "nav": words("classes.nav"),
        "title": words("classes.title"),
        "lede": said[0] if said else words("classes.model"),
        "model": words("classes.model"),
        "left_out": _left_out(view, words),
        "answers": _answers(view, words) if _asked(view, "class") else None,
        "lines": _lines(view, words, said[1:] if len(every) > 1 else []) if _asked(view, "driver_class") else None,
        "more_title": words("classes.more"),
    }


def _asked(view: View, kind: str) -> bool:
    return view.estimate(NAME, "class_count", None, None, KINDS[kind]) is not None


def _left_out(view: View, words: Words) -> str | None:
    """Answers that tell nobody apart."""
    names = [row["term"] for row in view.rows(NAME, "proportion") if row["contrast"] == NAME]
    return words("classes.left_out", answers=names) if names else None


def _groups(view: View, kind: str) -> list[str]:
    return [row["group"] for row in view.rows(NAME, "class_size") if row["group"].startswith(f"{kind}=")]


def _tokens(view: View, kind: str) -> dict[str, str]:
    """Group -> the name or number that its claim gives it."""
    groups, claim = _groups(view, kind), view.claim(KINDS[kind])
    tokens = claim["values"].get("classes") if claim else None
    return dict(zip(groups, tokens or groups, strict=True))


def _answers(view: View, words: Words) -> dict[str, Any]:
    tokens = _tokens(view, "class")
    asked = view.study["asked"]["classes"]["answers"]
    parts: dict[str, Any] = {
        "made_of": words("classes.answers", answers=asked),
        "criteria": _criteria(view, words, "class"),
        "figure": None,
    }
    if not tokens:
        return parts
    compared = ("class_outcome", "class_driver")
    return parts | {
        "figure": _sizes(view, words, "class", tokens),
        "names": words("classes.names"),
        "profiles": claim_texts(view, "class_profile", words),
        "profile": _profile(view, words, tokens),
        "untested": words("classes.untested"),
        "compared": [text for name in compared for text in claim_texts(view, name, words)],
        "means": _means(view, words, tokens),
        "drivers": _drivers(view, words, "class", tokens),
        "shares": _shares(view, words, tokens),
        "gaps": _gaps(view, words, tokens),
    }


def _lines(view: View, words: Words, said: list[str]) -> dict[str, Any]:
    tokens = _tokens(view, "driver_class")
    parts: dict[str, Any] = {
        "title": words("classes.lines.title"),
        "said": said,
        "model": words("classes.lines.model"),
        "criteria": _criteria(view, words, "driver_class"),
        "figure": None,
    }
    if not tokens:
        return parts
    return parts | {
        "figure": _sizes(view, words, "driver_class", tokens),
        "untested": words("classes.lines.untested"),
        "drivers": _drivers(view, words, "driver_class", tokens),
        "shares": _shares(view, words, tokens),
    }


def _named(words: Words, tokens: dict[str, str]) -> list[dict[str, Any]]:
    return named_columns(words.format(token, "Class") for token in tokens.values())


def _sizes(view: View, words: Words, kind: str, tokens: dict[str, str]) -> dict[str, Any]:
    found = {group: view.estimate(NAME, "class_size", None, group) for group in tokens}
    stable = {group: view.estimate(NAME, "stability_jaccard", None, group) for group in tokens}
    required = (view.claim(KINDS[kind]) or {"values": {}})["values"].get("required", 0.75)
    faded = {group for group, row in stable.items() if not shown(row) or row["estimate"] < required}  # type: ignore[index]
    bars = tuple(
        _bar(words, tokens[group], row, group in faded)
        for group, row in found.items()
        if row is not None and shown(row)
    )
    rows = [
        [words.format(tokens[group], "Class"), cell(row, "pct1", words), interval(row, "pct1", words),
         words.format(row["n"], "int") if row and row["n"] else words("ui.dash"), cell(stable[group], "r", words)]
        for group, row in found.items()
    ]  # fmt: skip
    lines = kind == "driver_class"
    title = words("classes.lines.sizes" if lines else "classes.sizes")
    heads = columns(words, "pattern" if lines else "class", "class_size", "interval", "base", "class_stability")
    return figure(
        "importance",
        Bars(bars=bars),
        words,
        uid="class-lines" if lines else "class-sizes",
        title=title,
        subtitle=words("classes.sizes.subtitle"),
        description=words("classes.sizes.description"),
        note=words("classes.sizes.faded") if faded else None,
        numbers=table(heads, rows, caption=title, note=words("classes.sizes.note")),
    )


def _bar(words: Words, token: str, row: Row, faded: bool) -> Bar:
    bounded = row["conf_low"] is not None
    return Bar(
        label=words.format(token, "Class"),
        value=row["estimate"],
        low=row["conf_low"],
        high=row["conf_high"],
        value_text=words.format(row["estimate"], "cell"),
        range_text=limits(row, "cell", words) if bounded else "",
        muted=faded,
    )


def _profile(view: View, words: Words, tokens: dict[str, str]) -> dict[str, Any]:
    """Answers by classes; the class in which an answer stands out is strong."""
    every = [row for row in view.rows(NAME, "proportion") if row["group"] in tokens]
    keys = list(dict.fromkeys((row["term"], row["contrast"]) for row in every))
    rows, found = [], []
    for term, contrast in keys:
        cells = [view.estimate(NAME, "proportion", term, group, contrast) for group in tokens]
        first = _outstanding(cells)
        texts: list[Any] = [with_interval(row, "cell", words) for row in cells]
        if first is not None:
            texts[first] = texts[first] | {"strong": True}
        answer = f"{term}={contrast.partition(':')[2]}"
        rows.append([words("classes.profile.row", variable=term, answer=answer), *texts])
        found += cells
    heads = [*columns(words, "class_answer"), *_named(words, tokens)]
    note = state_notes(found, words) or words("classes.profile.note")
    return table(heads, rows, caption=words("classes.profile"), note=note)


def _outstanding(cells: Sequence[Row | None]) -> int | None:
    """Place of the figure whose interval lies above all others; None where there is none."""
    known = [(at, row) for at, row in enumerate(cells) if row is not None and row["conf_low"] is not None]
    for at, row in known:
        if all(row["conf_low"] > other["conf_high"] for place, other in known if place != at):
            return at
    return None


def _means(view: View, words: Words, tokens: dict[str, str]) -> dict[str, Any] | None:
    terms = list(dict.fromkeys(row["term"] for row in view.rows(NAME, "mean") if row["group"] in tokens))
    found = {term: [view.estimate(NAME, "mean", term, group) for group in tokens] for term in terms}
    rows = [[label(term, words), *(with_interval(row, "num2", words) for row in each)] for term, each in found.items()]
    notes = state_notes((row for each in found.values() for row in each), words)
    heads = [*columns(words, "class_rating"), *_named(words, tokens)]
    if not rows:
        return None
    return table(heads, rows, caption=words("classes.means"), note=notes or words("classes.means.note"))


def _drivers(view: View, words: Words, kind: str, tokens: dict[str, str]) -> dict[str, Any] | None:
    """Coefficients of every class, one panel each; None where no class has any."""
    terms = [name for name in view.ranked() if view.estimate(NAME, "b", name, next(iter(tokens))) is not None]
    panels = tuple(_panel(view, words, group, tokens[group], terms) for group in tokens)
    if not any(row.value is not None for panel in panels for row in panel.rows):
        return None
    found = {term: [view.estimate(NAME, "b", term, group) for group in tokens] for term in terms}
    rows = [[label(term, words), *(with_interval(row, "num2", words) for row in each)] for term, each in found.items()]
    title = words("classes.lines.drivers" if kind == "driver_class" else "classes.drivers")
    notes = state_notes((row for each in found.values() for row in each), words)
    return figure(
        "forest",
        Forest(panels=panels, axis_title=words("classes.axis")),
        words,
        uid="class-lines-drivers" if kind == "driver_class" else "class-drivers",
        title=title,
        subtitle=words("classes.drivers.subtitle"),
        description=words("classes.drivers.description"),
        note=words("classes.drivers.note"),
        numbers=table([*columns(words, "driver"), *_named(words, tokens)], rows, caption=title, note=notes),
    )


def _panel(view: View, words: Words, group: str, token: str, terms: Sequence[str]) -> Panel:
    rows = [(term, view.estimate(NAME, "b", term, group)) for term in terms]
    n = next((row["n"] for _, row in rows if row is not None), None)
    return Panel(
        title=words.format(token, "Class"),
        subtitle=words("classes.panel.hidden") if n is None else words("classes.panel", n=n),
        muted=n is None or n < view.study["bases"]["claim_base"],
        rows=tuple(_forest_row(words, term, row) for term, row in rows),
    )


def _forest_row(words: Words, term: str, row: Row | None) -> ForestRow:
    seen = row if row is not None and shown(row) else {"estimate": None, "conf_low": None, "conf_high": None}
    text = with_interval(row, "num2", words)["text"]
    return ForestRow(
        label=label(term, words), value=seen["estimate"], low=seen["conf_low"], high=seen["conf_high"], text=text
    )


def _shares(view: View, words: Words, tokens: dict[str, str]) -> dict[str, Any]:
    found = {term: [view.estimate(NAME, "lmg_share", term, group) for group in tokens] for term in view.ranked()}
    rows = [[label(term, words), *(with_interval(row, "pct1", words) for row in each)] for term, each in found.items()]
    notes = state_notes((row for each in found.values() for row in each), words)
    heads = [*columns(words, "driver"), *_named(words, tokens)]
    return table(heads, rows, caption=words("classes.shares"), note=notes)


def _gaps(view: View, words: Words, tokens: dict[str, str]) -> dict[str, Any] | None:
    """Every tested difference of means."""
    groups = list(tokens)
    pairs = {f"{a}-{at + 1}": (a, b) for a in groups for at, b in enumerate(groups) if a != b}
    rows = [
        [
            label(row["term"], words),
            words("classes.pair", a=tokens[pairs[row["contrast"]][0]], b=tokens[pairs[row["contrast"]][1]]),
            with_interval(row, "sign2", words),
            cell(row, "pv", words, value="p_adjusted"),
        ]
        for row in view.rows(NAME, "mean_difference")
        if row["contrast"] in pairs
    ]
    heads = columns(words, "class_rating", "groups*", "difference", "p_holm")
    return table(heads, rows, caption=words("classes.gaps")) if rows else None


def _criteria(view: View, words: Words, kind: str) -> dict[str, Any] | None:
    """One row a number of classes."""
    contrasts = view.contrasts(NAME, "bic", f"{KINDS[kind]}:")
    rows, found = [], []
    for contrast in contrasts:
        cells = [view.estimate(NAME, metric, None, None, contrast) for metric in CRITERIA]
        test, starts = (view.estimate(NAME, metric, None, None, contrast) for metric in ("blrt", "starts_reached"))
        texts = [cell(row, spec, words) for row, spec in zip(cells, CRITERIA.values(), strict=True)]
        ends = [cell(test, "pv", words, value="p_value"), cell(starts, "cell", words)]
        rows.append([contrast.partition(":")[2], *texts, *ends])
        found += cells
    heads = columns(
        words, "class_count", "class_likelihood", "class_aic", "class_bic", "class_icl", "class_entropy",
        "class_smallest", "class_test", "class_starts",
    )  # fmt: skip
    notes = state_notes(found, words)
    text = words("classes.criteria.note") + (f" {notes}" if notes and words.language == "en" else notes or "")
    return table(heads, rows, caption=words("classes.criteria"), note=text) if rows else None
