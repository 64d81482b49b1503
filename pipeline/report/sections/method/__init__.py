"""Method and replication: a methods text to paste, tables, formulas, disclosure, provenance and references."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.report.sections._common import METHODS
from pipeline.report.sections.method import _tables, _told
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
    return {
        "nav": words("method.nav"),
        "title": words("method.title"),
        "titles": {part: words(f"method.{part}") for part in parts},
        "text": _told.paragraphs(view, words),
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
        "references": [words(f"method.reference.{name}") for name in _told.references(view, words)],
    }


def _formulas(view: View) -> list[str]:
    """Only those this report used."""
    errors = {"simple": ["hc3"], "published": []}.get(view.sample["design"], ["design", "n_eff"])
    importance = (
        [name for name in METHODS if view.holds("importance", f"{name}_share")] if len(view.drivers) > 1 else []
    )
    performance = ["performance"] if view.holds("performance", "performance") else []
    corrected = ["corrected"] if view.holds("disattenuated", "lmg_share") else []
    finite = ["fpc"] if view.study.get("weights", {}).get("fpc") else []
    return [*importance, *corrected, *errors, _told.resampling(view), *finite, *performance, *_measured(view)]


def _measured(view: View) -> list[str]:
    """alpha and omega, where some construct has them."""
    if view.published:
        return []
    return [metric for metric in ("alpha", "omega") if view.holds("reliability", metric)]


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
    said = words.pick(sample[item])
    return said or _weighted(view, words) if item == "weighting" else said


def _weighted(view: View, words: Words) -> str | None:
    """What the study's keys say about weights where its disclosure is silent."""
    weights = view.study.get("weights", {})
    if weights.get("method"):
        return words("method.disclosure.weighting.made", variables=[one["variable"] for one in weights["margins"]])
    return None if view.sample["weighted"] else words("method.disclosure.weighting.none")


def _provenance(view: View, words: Words) -> Iterator[dict[str, Any]]:
    known = view.provenance
    yield _fact(words, "definition", known["definition_sha256"])
    yield _fact(words, "content", known["content_sha256"])
    for data in known["data"]:
        kind = [data["format"], *(data[name] for name in ("encoding", "sheet") if data[name])]
        yield _fact(
            words, "file", words("method.provenance.file.text", **data | {"format": words("ui.comma").join(kind)})
        )
    yield _fact(words, "seed", words("method.provenance.seed.text"))
    packages = [
        words("method.provenance.package", name=name, version=version) for name, version in known["software"].items()
    ]
    yield _fact(words, "software", words.format(packages, "list"))


def _fact(words: Words, name: str, text: str) -> dict[str, Any]:
    return {"term": words(f"method.provenance.{name}"), "text": text, "muted": False}
