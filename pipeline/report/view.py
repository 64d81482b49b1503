"""View: results.json as sections read it; it looks up and never computes an estimate."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.report.words import Words

Row = Mapping[str, Any]
SHOWN = ("ok", "low_base")
LANGUAGES = {"en", "zh"}
UNRANKED = ("none", "small")
"""Variants of the lead claim under which no driver is called first and nothing a priority."""
CONTROLS = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
"""Characters that turn the direction of the text after them, to be deleted."""
FIRST_STRONG, POP = "\u2068", "\u2069"


class View:
    """The parts of a results.json with its rows by key. Never changes them."""

    def __init__(self, results: Mapping[str, Any]) -> None:
        self.results = results
        self.study: Mapping[str, Any] = directed(results["study"])
        self.sample: Mapping[str, Any] = results["sample"]
        self.provenance: Mapping[str, Any] = results["provenance"]
        self.screening: Sequence[Mapping[str, Any]] = results["screening"]
        self.checks: Sequence[Mapping[str, Any]] = results["checks"]
        self.assumptions: Sequence[Mapping[str, Any]] = results.get("assumptions") or []
        self.specifications: Sequence[Mapping[str, Any]] = results.get("specifications") or []
        self._rows = {_key(row): row for row in results["estimates"]}
        self._metrics: dict[tuple[str, str], list[Row]] = {}
        for row in results["estimates"]:
            self._metrics.setdefault((row["analysis"], row["metric"]), []).append(row)

    @property
    def drivers(self) -> list[str]:
        """Drivers in the order of the study."""
        return list(self.study["drivers"])

    @property
    def outcome(self) -> str:
        return str(self.study["outcome"])

    @property
    def used(self) -> list[str]:
        """Constructs of the model: the drivers among them, then the outcome."""
        return [*(name for name in self.drivers if name in self.study["constructs"]), self.outcome]

    def ranked(self) -> list[str]:
        """Drivers by lmg_share, largest first; equal shares in the order of the study."""
        return sorted(self.drivers, key=lambda name: -(self.value("importance", "lmg_share", name) or 0.0))

    def estimate(
        self, analysis: str, metric: str, term: str | None = None, group: str | None = None, contrast: str | None = None
    ) -> Row | None:
        """The row with this key, or None."""
        return self._rows.get((analysis, metric, term, group, contrast))

    def value(
        self, analysis: str, metric: str, term: str | None = None, group: str | None = None, contrast: str | None = None
    ) -> float | None:
        """Its estimate; None where there is no such row or it shows no value."""
        row = self.estimate(analysis, metric, term, group, contrast)
        return None if row is None else row["estimate"]

    def rows(self, analysis: str, metric: str) -> Iterator[Row]:
        """Every row of one metric, in the order of the file."""
        return iter(self._metrics.get((analysis, metric), ()))

    def holds(self, analysis: str, metric: str) -> bool:
        """Whether any row of one metric shows a value."""
        return any(shown(row) for row in self.rows(analysis, metric))

    def contrasts(self, analysis: str, metric: str, kind: str = "") -> list[str]:
        """Contrasts of one metric that begin with `kind`, each once, in the order of the file."""
        found = (row["contrast"] for row in self.rows(analysis, metric) if row["contrast"])
        return [name for name in dict.fromkeys(found) if name.startswith(kind)]

    def pairs(self) -> dict[str, tuple[str, str, str]]:
        """contrast 'variable=a-b' -> (variable, 'variable=a', 'variable=b') for all levels that may be compared."""
        found: dict[str, tuple[str, str, str]] = {}
        for segment in self.study["segments"]:
            name, levels = segment["variable"], [level["value"] for level in segment["levels"]]
            found |= {f"{name}={a}-{b}": (name, f"{name}={a}", f"{name}={b}") for a in levels for b in levels if a != b}
        return found

    @property
    def published(self) -> bool:
        """Whether the study rests on a published correlation table, without a single answer."""
        return bool(self.study.get("published"))

    @property
    def ranks(self) -> bool:
        """Whether the lead claim lets drivers be told apart at all."""
        lead = self.claim("lead")
        return lead is None or lead["variant"] not in UNRANKED

    def claims(self, claim_id: str, **match: Any) -> list[Mapping[str, Any]]:
        """Claims of one id whose values hold `match`."""
        found = (claim for claim in self.results["claims"] if claim["id"] == claim_id)
        return [claim for claim in found if all(claim["values"].get(name) == value for name, value in match.items())]

    def claim(self, claim_id: str, **match: Any) -> Mapping[str, Any] | None:
        """The first such claim, or None."""
        return next(iter(self.claims(claim_id, **match)), None)

    def construct(self, name: str) -> Mapping[str, Any]:
        shown: Mapping[str, Any] = self.study["constructs"][name]
        return shown

    def labels(self, language: str) -> dict[str, str]:
        """construct, term or group of drivers -> label, 'variable=' -> label of the variable, 'variable=level' too."""
        study = self.study
        found = {name: shown["label"][language] for name, shown in study["constructs"].items()}
        found |= {name: term["label"][language] for name, term in study.get("terms", {}).items()}
        found |= {
            group["name"]: group["label"][language] for group in study.get("groups", ()) if group["name"] not in found
        }
        found |= {f"{one['variable']}=": one["label"][language] for one in study.get("controls", ())}
        for segment in study["segments"]:
            found[f"{segment['variable']}="] = segment["label"][language]
            found |= {
                f"{segment['variable']}={level['value']}": level["label"][language] for level in segment["levels"]
            }
        for one in study.get("profile", ()):
            found.setdefault(f"{one['variable']}=", one["label"][language])
            for level in one["levels"]:
                found.setdefault(f"{one['variable']}={level['value']}", level["label"][language])
        for name, one in study.get("names", {}).items():
            found.setdefault(name, one["label"][language])
            found.setdefault(f"{name}=", one["label"][language])
            for level in one["levels"]:
                found.setdefault(f"{name}={level['value']}", level["label"][language])
        found |= asked_labels(study.get("asked", {}), language)
        for name, level in asked_levels(study.get("asked", {})):
            found.setdefault(name, level)
        for one in _margins(study):
            found.setdefault(f"{one['variable']}=", one["label"][language])
            for level in one["levels"]:
                if level["label"] is not None:
                    found.setdefault(f"{one['variable']}={level['value']}", level["label"][language])
        return {name: isolated(text) for name, text in found.items()}

    def facts(self) -> dict[str, Any]:
        """Values of the study that every sentence may use."""
        study = self.study
        names = ("confidence", "draws", "seed", "outcome")
        return (
            {name: study[name] for name in names}
            | dict(study["bases"])
            | {"k": len(self.drivers), "n": self.sample["n"], "currency": study.get("currency")}
        )

    def words(self, language: str) -> Words:
        """The words of a language, knowing the names and facts of this study."""
        return Words(language, self.labels(language), self.facts())


def asked_labels(asked: Mapping[str, Any], language: str) -> dict[str, str]:
    """'chain:<name>', 'layer:<name>', 'figure:<name>', 'class_name:<place>' -> label; the name where it has none."""
    found = {}
    value, journey = asked.get("value") or {}, asked.get("journey") or {}
    parts = {"chain": asked.get("mediation") or {}, "layer": value.get("layers") or {}}
    for kind, entries in parts.items():
        for name, entry in entries.items():
            found[f"{kind}:{name}"] = entry["label"][language] if entry["label"] else name
    for figure in journey.get("context") or ():
        found[f"figure:{figure['name']}"] = figure["label"][language] if figure["label"] else figure["name"]
    for at, name in enumerate((asked.get("classes") or {}).get("names") or ()):
        found[f"class_name:{at}"] = name["label"][language]
    return found


def asked_levels(asked: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """('variable=level', level) of the levels that a study names itself, which have no label where nobody is shown."""
    rivals, lock_in, focus = (asked.get(key) or {} for key in ("rivals", "lock_in", "focus"))
    for level in rivals.get("brands") or ():
        if rivals["variable"]:
            yield f"{rivals['variable']}={level}", level
    for level in (lock_in.get("rival"), focus.get("level")):
        if lock_in.get("former") and level is not None:
            yield f"{lock_in['former']}={level}", level


def _margins(study: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Variables whose levels the weights know."""
    weights = study.get("weights", {})
    per = weights.get("per")
    return [*weights.get("margins", ()), *([per] if per else [])]


def shown(row: Row | None) -> bool:
    """Whether the row has a value to print."""
    return row is not None and row["state"] in SHOWN and row["estimate"] is not None


def directed(part: Any, texts: bool = False) -> Any:
    """A copy whose texts, {language: text}, hold no sign of direction; names and values stay as they are."""
    if isinstance(part, Mapping):
        texts = bool(part) and part.keys() <= LANGUAGES
        return {key: directed(value, texts) for key, value in part.items()}
    if isinstance(part, (list, tuple)):
        return [directed(value, texts) for value in part]
    return part.translate(CONTROLS) if texts and isinstance(part, str) else part


def isolated(text: str) -> str:
    """The text, set apart if it is written from right to left, so that numbers beside it keep their order."""
    turned = any(unicodedata.bidirectional(character) in ("R", "AL") for character in text)
    return f"{FIRST_STRONG}{text}{POP}" if turned else text


def _key(row: Row) -> tuple[Any, ...]:
    return row["analysis"], row["metric"], row["term"], row["group"], row["contrast"]
