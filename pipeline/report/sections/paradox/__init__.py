"""Critics who would buy: how many they are, what sets them apart, complaints beside trust, penalty and reward."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.report.charts import Step, Waterfall
from pipeline.report.sections._common import (
    base_cell,
    cell,
    claim_texts,
    columns,
    figure,
    label,
    sentences,
    state_notes,
    table,
    with_interval,
)
from pipeline.report.view import Row, View, shown
from pipeline.report.words import Words

NAME = "paradox"
PARTS, PROFILE = "critics:buyers-others", "critics:buyers-everyone"
SHARES = {
    "all_critics": ("critic_share", None),
    "critics_of_buyers": ("critic_share", "of:buyers"),
    "all_buyers": ("buyer_share", None),
    "buyers_of_critics": ("buyer_share", "of:critics"),
    "buyers_of_others": ("buyer_share", "of:others"),
}
TOP_TWO_FROM = 4
"""Points from which on the top two of a scale count as buying."""
Part = dict[str, Any]


def applies(view: View) -> bool:
    asked = view.study.get("asked") or {}
    return bool(asked.get(NAME)) and any(row["analysis"] == NAME for row in view.results["estimates"])


def context(view: View, words: Words) -> dict[str, Any]:
    asked = view.study["asked"][NAME]
    product = asked["product"]
    parts = [_shares(view, words, product), _parts(view, words)]
    if asked["complaint"]:
        parts.append(_complaint(view, words, asked))
    asymmetry = _asymmetry(view, words, product)
    return {
        "nav": words("paradox.nav"),
        "title": words("paradox.title"),
        "lede": words("paradox.lede", product=product),
        "parts": [*parts, *asymmetry],
    }


def _part(title: str, paragraphs: Sequence[str], **more: Any) -> Part:
    empty: Part = {"title": title, "figure": None, "tables": [], "more": [], "more_title": ""}
    return empty | {"paragraphs": list(paragraphs)} | more


def _shares(view: View, words: Words, product: str) -> Part:
    """Shares with their intervals and bases, and the difference between critics and others."""
    found = {name: view.estimate(NAME, metric, product, None, of) for name, (metric, of) in SHARES.items()}
    rows = [
        [words(f"paradox.share.{name}"), with_interval(row, "cell", words), base_cell(row, words)]
        for name, row in found.items()
    ]
    gap = view.estimate(NAME, "buyer_share", product, None, "critics-others")
    rows.append([words("paradox.share.difference"), with_interval(gap, "points", words), base_cell(gap, words)])
    note = sentences([_meant(view, words, product), state_notes([*found.values(), gap], words)], words)
    heads = columns(words, "paradox_who", "paradox_share", "base")
    numbers = table(heads, rows, caption=words("paradox.shares.caption"), note=note or None)
    return _part(words("paradox.shares"), claim_texts(view, "critics", words), tables=[numbers])


def _meant(view: View, words: Words, product: str) -> str | None:
    """What a critic is, and what it means to buy."""
    claim = view.claim("critics")
    if claim is None or claim["values"]["below"] is None:
        return None
    scale = view.construct(view.outcome)["scale"]
    bought = scale["high"] - 1 if scale["points"] >= TOP_TWO_FROM else scale["high"]
    return words("paradox.shares.about", product=product, below=claim["values"]["below"], bought=bought)


def _parts(view: View, words: Words) -> Part:
    """The waterfall of the predicted gap, and tables of both comparisons."""
    said = claim_texts(view, "paradox", words)
    tables = [_table(view, words, PARTS, "others"), _table(view, words, PROFILE, "everyone")]
    title = words("paradox.parts")
    total = view.estimate(NAME, "compensation", None, None, PARTS)
    if total is None or not shown(total):
        return _part(title, said, more=tables, more_title=words("paradox.more"))
    names = sorted(_terms(view), key=lambda name: -(view.value(NAME, "compensation", name, None, PARTS) or 0.0))
    steps = [_step(label(name, words), view.estimate(NAME, "compensation", name, None, PARTS), words) for name in names]
    steps.append(_step(words("paradox.parts.total"), total, words, total=True))
    drawn = figure(
        "waterfall",
        Waterfall(steps=tuple(steps), percent=False),
        words,
        uid="paradox-parts",
        title=title,
        subtitle=words("paradox.parts.subtitle"),
        description=words("paradox.parts.description"),
        note=words("paradox.parts.note"),
        numbers=tables[:1],
    )
    return _part(title, said, figure=drawn, more=tables[1:], more_title=words("paradox.more"))


def _terms(view: View) -> list[str]:
    """Drivers and controls that have a part."""
    found = (row["term"] for row in view.rows(NAME, "compensation") if row["contrast"] == PARTS)
    return [name for name in dict.fromkeys(found) if name is not None]


def _named(name: str, words: Words) -> str:
    """A driver, or a control, whose label has '=' at its end."""
    return words.format(name, "Label") if name in words.labels else words.format(name, "Variable")


def _step(name: str, row: Row | None, words: Words, *, total: bool = False) -> Step:
    seen: Mapping[str, Any] = row if row is not None and shown(row) else {}
    text = with_interval(row, "sign2", words)["text"]
    ends = {end: seen.get(f"conf_{end}") for end in ("low", "high")}
    return Step(label=name, value=seen.get("estimate"), text=text, total=total, **ends)


def _table(view: View, words: Words, contrast: str, other: str) -> Part:
    """Means of both groups, their difference, and what it makes with the coefficient."""
    against = "everyone" if other == "everyone" else f"critics:{other}"
    rows, found = [], []
    for name in [*_terms(view), None]:
        part = view.estimate(NAME, "compensation", name, None, contrast)
        means = [view.estimate(NAME, "mean", name, None, group) for group in ("critics:buyers", against)]
        found.append(part)
        rows.append(
            [
                words("paradox.parts.row") if name is None else _named(name, words),
                *(cell(row, "num2", words) for row in means),
                with_interval(part, "sign2", words),
                cell(part, "pv", words, value="p_adjusted"),
            ]
        )
    heads = columns(words, "driver", "paradox_buyers", f"paradox_{other}", "paradox_part", "p_holm")
    gap = view.value(NAME, "mean_difference", None, None, contrast)
    own = words("paradox.parts.table.note", gap=gap) if gap is not None and contrast == PARTS else None
    own = words("paradox.profile.note") if contrast == PROFILE else own
    caption = words("paradox.parts.caption" if contrast == PARTS else "paradox.profile.caption")
    return table(heads, rows, caption=caption, note=sentences([own, state_notes(found, words)], words) or None)


def _complaint(view: View, words: Words, asked: Mapping[str, Any]) -> Part:
    complaint, trust = asked["complaint"], asked["trust"]
    said = claim_texts(view, "complaint", words)
    names = {"complaint": complaint}
    if trust:
        names["trust"] = trust
    lines = [("paradox.complaint.mean", view.estimate(NAME, "b", complaint))] if trust else []
    rows = [[words(key, **names), with_interval(row, "sign2", words), cell(row, "pv", words, value="p_value")]
            for key, row in lines]  # fmt: skip
    for place, key in (("p16", "low"), ("p84", "high")) if trust else ():
        at, row = (
            view.value(NAME, "moderator_value", trust, None, place),
            view.estimate(NAME, "b", complaint, None, place),
        )
        if at is not None:
            text = words(f"paradox.complaint.{key}", trust=trust, at=at)
            rows.append([text, with_interval(row, "sign2", words), cell(row, "pv", words, value="p_value")])
    last = view.estimate(NAME, "b", f"{complaint}*{trust}" if trust else complaint)
    name = words("paradox.complaint.product", **names) if trust else words.format(complaint, "Label")
    rows.append([name, with_interval(last, "sign2", words), cell(last, "pv", words, value="p_value")])
    heads = columns(words, "paradox_who", "paradox_figure", "p")
    caption = words("paradox.complaint.caption" if trust else "paradox.complaint.alone", **names)
    note = sentences([words("paradox.complaint.note") if trust else None, state_notes([last], words)], words)
    return _part(words("paradox.complaint"), said, tables=[table(heads, rows, caption=caption, note=note or None)])


def _asymmetry(view: View, words: Words, product: str) -> list[Part]:
    """Penalty and reward of the product: those of the focus, or of the whole study."""
    metrics = ("penalty", "reward", "asymmetry")
    home = next((name for name in (NAME, "nonlinearity") if view.estimate(name, "asymmetry", product)), None)
    if home is None:
        return []
    found = [view.estimate(home, metric, product) for metric in metrics]
    rows = [
        [
            words(f"paradox.asymmetry.{metric}"),
            with_interval(row, "sign2" if metric == "asymmetry" else "num2", words),
            base_cell(row, words),
        ]
        for metric, row in zip(metrics, found, strict=True)
    ]
    heads = columns(words, "paradox_who", "paradox_figure", "base")
    caption = words("paradox.asymmetry.caption", product=product)
    numbers = table(heads, rows, caption=caption, note=state_notes(found, words))
    said = claim_texts(view, "asymmetry", words, driver=product) if home == "nonlinearity" else []
    penalty, reward = (view.value(home, metric, product) for metric in metrics[:2])
    if penalty is not None and reward is not None and not said:
        said = [words("paradox.asymmetry.said", product=product, penalty=penalty, reward=reward)]
    return [_part(words("paradox.asymmetry", product=product), said, tables=[numbers])]
