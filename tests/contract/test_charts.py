"""What every chart of the shelf obeys."""

from __future__ import annotations

import dataclasses
import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from pipeline.report.charts import CHARTS, NARROW, WIDE, ChartTexts, pair
from tests.chart_samples import LABELS, SAMPLES

TEXTS = ChartTexts(title="A <title>", description="One & only.")
HOSTILE = "<img src=x onerror=alert(1)>\"'&</svg><script>"
EVERY = pytest.mark.parametrize(("name", "kind"), SAMPLES)


def drawn(name: str, kind: str, labels: str = "en") -> list[str]:
    return [str(one) for one in pair(name, SAMPLES[name, kind](LABELS[labels]), uid="u", texts=TEXTS).values()]


def test_every_chart_has_samples() -> None:
    assert {name for name, _ in SAMPLES} == set(CHARTS)


@EVERY
def test_the_same_data_give_the_same_bytes(name: str, kind: str) -> None:
    assert drawn(name, kind) == drawn(name, kind)


@EVERY
def test_drawings_are_well_formed_named_and_have_their_own_ids(name: str, kind: str) -> None:
    ids: list[str] = []
    for picture, width in zip(drawn(name, kind), (WIDE, NARROW), strict=True):
        root = ET.fromstring(picture)
        space = root.tag.removesuffix("svg")
        assert root.get("role") == "img"
        assert (root.get("viewBox") or "").startswith(f"0 0 {width} ")
        title, words = root.find(f"{space}title"), root.find(f"{space}desc")
        assert title is not None
        assert words is not None
        assert title.text == TEXTS.title
        assert root.get("aria-labelledby") == f"{title.get('id')} {words.get('id')}"
        ids += re.findall(r' id="([^"]*)"', picture)
    assert len(ids) == len(set(ids)) == 4


@EVERY
def test_colours_come_from_classes_alone(name: str, kind: str) -> None:
    for picture in drawn(name, kind):
        assert not re.search(r' (?:style|fill|stroke|on\w+)="', picture)
        assert "#" not in picture


@EVERY
def test_the_description_holds_every_label_and_value(name: str, kind: str) -> None:
    data = SAMPLES[name, kind](LABELS["en"])
    for picture in drawn(name, kind):
        words = re.search(r"<desc[^>]*>(.*?)</desc>", picture)
        assert words is not None
        assert words[1].startswith("One &amp; only.")
        assert all(text in words[1] for text in texts_of(data, ("label", "text", "value_text", "n_text", "rank_text")))


def texts_of(value: Any, names: tuple[str, ...]) -> list[str]:
    """Texts of the named fields, all the way down."""
    if isinstance(value, tuple):
        return [text for one in value for text in texts_of(one, names)]
    if not dataclasses.is_dataclass(value):
        return []
    found = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    own = [text for key, text in found.items() if key in names]
    return own + [text for one in found.values() for text in texts_of(one, names)]


@EVERY
def test_hostile_text_is_only_ever_text(name: str, kind: str) -> None:
    data = SAMPLES[name, kind]([HOSTILE + str(number) for number in range(7)])
    hostile = ChartTexts(title=HOSTILE, description=HOSTILE)
    for picture in pair(name, data, uid="u", texts=hostile).values():
        tags = {one.tag.rpartition("}")[2] for one in ET.fromstring(str(picture)).iter()}
        assert tags <= {"svg", "title", "desc", "g", "rect", "line", "circle", "path", "text"}
        assert not any(key.startswith("on") for one in ET.fromstring(str(picture)).iter() for key in one.attrib)


@EVERY
def test_a_number_that_is_none_is_never_drawn(name: str, kind: str) -> None:
    assert not any(re.search(r"nan|inf\b", picture) for picture in drawn(name, kind))


@EVERY
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_is_not_finite_is_refused(name: str, kind: str, value: float) -> None:
    data, spoilt = SAMPLES[name, kind](LABELS["en"]), 0
    for broken in spoil(data, value):
        spoilt += 1
        with pytest.raises(ValueError, match="finite"):
            CHARTS[name](broken, width=WIDE, uid="u", texts=TEXTS)
    assert spoilt or name == "flow"


def spoil(value: Any, number: float) -> list[Any]:
    """The data with one of its numbers at a time, in the first row that has it, made not finite."""
    found = []
    for field in dataclasses.fields(value):
        one = getattr(value, field.name)
        if type(one) is float:
            found.append(dataclasses.replace(value, **{field.name: number}))
        elif isinstance(one, tuple) and one and type(one[-1]) is float:
            found.append(dataclasses.replace(value, **{field.name: (*one[:-1], number)}))
        elif isinstance(one, tuple) and one and dataclasses.is_dataclass(one[0]):
            row, worse = next(((i, some) for i, row in enumerate(one) if (some := spoil(row, number))), (0, []))
            found += [dataclasses.replace(value, **{field.name: (*one[:row], w, *one[row + 1 :])}) for w in worse]
    return found
