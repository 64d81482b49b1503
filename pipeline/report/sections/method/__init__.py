"""Method and replication: a methods text to paste, tables, formulas, disclosure, provenance and references."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.report.sections._common import sentences
from pipeline.report.sections.method import _tables
from pipeline.report.view import View
from pipeline.report.words import Words

DISCLOSED = (
    "sponsor", "conductor", "population", "frame", "type", "method", "mode", "fieldwork", "language", "instrument",
    "incentives", "size", "weighting", "precision",
)  # fmt: skip
"""Items of the AAPOR code, in its order."""


def applies(view: View) -> bool:
    return bool(view.drivers)


def context(view: View, words: Words) -> dict[str, Any]:
    parts = ("text", "formulas", "disclosure", "provenance", "again", "references")
    used = _used(view)
    return {
        "nav": words("method.nav"),
        "title": words("method.title"),
        "titles": {part: words(f"method.{part}") for part in parts},
        "text": [sentences(paragraph, words) for paragraph in _paragraphs(view, words)],
        "table1": _tables.table1(view, words),
        "table2": _tables.table2(view, words),
        "formulas": [
            {"term": words(f"method.formula.{name}"), "text": words(f"method.formula.{name}.text")}
            for name in _formulas(view)
        ],
        "disclosure": list(_disclosure(view, words)),
        "provenance": list(_provenance(view, words)),
        "again": words("method.again.text"),
        "command": words("method.again.command", name=view.study["name"]),
        "references": [words(f"method.reference.{name}") for name in used],
    }


def _designed(view: View) -> bool:
    return bool(view.sample["design"] != "simple")


def _resampling(view: View) -> str:
    return "rao_wu" if view.sample["design"] == "stratified" else "poisson"


def _comparisons(view: View) -> int:
    return sum(row["group"] is None and row["contrast"] is not None for row in view.rows("regression", "b"))


def _paragraphs(view: View, words: Words) -> Iterator[list[str]]:
    """Measures and model; importance and its uncertainty."""
    several, reliability = len(view.drivers) > 1, "bootstrap" if _designed(view) else "feldt"
    n_eff = view.sample["n_eff"]
    yield [
        words("method.scores"),
        words(f"method.reliability.{reliability}"),
        words(f"method.model.{view.sample['design']}", drivers=view.drivers, n_eff=n_eff),
        words("method.fit", **_fit(view)),
    ]
    comparisons = _comparisons(view)
    yield [
        *([words("method.importance")] if several else []),
        words(f"method.bootstrap.{_resampling(view)}"),
        *([words("method.lead"), words("method.map"), words("method.holm")] if several else []),
        *([words("method.segments", comparisons=comparisons)] if comparisons else []),
    ]


def _fit(view: View) -> dict[str, Any]:
    r2, f = view.estimate("regression", "r2") or {}, view.estimate("regression", "f") or {}
    return {
        "r2": r2["estimate"],
        "low": r2["conf_low"],
        "high": r2["conf_high"],
        "adjusted": view.value("regression", "r2_adjusted"),
        "f": f["estimate"],
        "p": f["p_value"],
        "df1": view.value("regression", "df_model"),
        "df2": view.value("regression", "df_residual"),
    }


def _formulas(view: View) -> list[str]:
    """Only those this report used."""
    errors = ["design", "n_eff"] if _designed(view) else ["hc3"]
    importance = ["lmg", "relative_weights"] if len(view.drivers) > 1 else []
    return [*importance, *errors, _resampling(view), "performance", *_measured(view)]


def _measured(view: View) -> list[str]:
    """alpha and omega, where some construct has them."""
    return [
        metric for metric in ("alpha", "omega") if any(row["state"] == "ok" for row in view.rows("reliability", metric))
    ]


def _used(view: View) -> list[str]:
    """Keys of the references that the methods text names, in the order of the alphabet."""
    several = len(view.drivers) > 1
    importance = [
        "budescu",
        "genizi",
        "groemping2006",
        "groemping2007",
        "johnson",
        "lindeman",
        "shapley",
        "martilla",
        "holm",
    ]
    errors = ["binder", "kish", "lumley"] if _designed(view) else ["long", "mackinnon", "feldt"]
    resampling = ["rao"] if _resampling(view) == "rao_wu" else ["hanley"]
    corrected = ["holm"] if _comparisons(view) > 1 else []
    always = ["cronbach", "efron", "harman", "mcdonald", "salmon"]
    return sorted({*(importance if several else []), *errors, *resampling, *corrected, *always})


def _disclosure(view: View, words: Words) -> Iterator[dict[str, Any]]:
    for item in DISCLOSED:
        text = _disclosed(view, words, item)
        yield {
            "term": words(f"method.disclosure.{item}"),
            "text": text or words("ui.not_stated"),
            "muted": text is None,
        }
    sources = {name: view.construct(name)["source"] for name in view.used}
    for source in dict.fromkeys(filter(None, sources.values())):
        names = [name for name, given in sources.items() if given == source]
        text = words("method.disclosure.items.text", source=source, constructs=names)
        yield {"term": words("method.disclosure.items"), "text": text, "muted": False}


def _disclosed(view: View, words: Words, item: str) -> str | None:
    """What the study says about one item; None where it says nothing."""
    sample, days = view.study["sample"], view.study["fieldwork"]
    if item == "type":
        return words(f"sample.{sample['type']}") if sample["type"] else None
    if item == "fieldwork":
        return words("ui.interval", low=days[0], high=days[-1]) if days else None
    if item == "size":
        return words.format(view.sample["n"], "int")
    if item == "precision":
        return words("method.disclosure.precision." + ("probability" if sample["type"] == "probability" else "other"))
    if item == "weighting" and not view.sample["weighted"]:
        return words("method.disclosure.weighting.none")
    return words.pick(sample[item])


def _provenance(view: View, words: Words) -> Iterator[dict[str, Any]]:
    known = view.provenance
    yield _fact(words, "definition", known["definition_sha256"])
    yield _fact(words, "content", known["content_sha256"])
    for data in known["data"]:
        kind = [data["format"], *(data[name] for name in ("encoding", "sheet") if data[name])]
        yield _fact(words, "file", words("method.provenance.file.text", **data | {"format": ", ".join(kind)}))
    yield _fact(words, "seed", words("method.provenance.seed.text"))
    packages = [
        words("method.provenance.package", name=name, version=version) for name, version in known["software"].items()
    ]
    yield _fact(words, "software", words.format(packages, "list"))


def _fact(words: Words, name: str, text: str) -> dict[str, Any]:
    return {"term": words(f"method.provenance.{name}"), "text": text, "muted": False}
