"""Sentences: both languages say the same, in good print, exactly as strongly as they may, and never by halves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import Formatter

import pytest

from pipeline.estimates import row
from pipeline.report.sections._common import cell, state_notes
from pipeline.report.words import Words, WordsError, catalogue
from pipeline.report.words._catalogue import Message
from pipeline.report.words._formats import FORMATS
from pipeline.report.words._spacing import HAN, is_han

LANGUAGES = ("en", "zh")
LABELS = {
    "trust": {"en": "trust", "zh": "信任"},
    "price": {"en": "price", "zh": "价格"},
    "app": {"en": "iPhone app", "zh": "App 体验"},
    "intent": {"en": "Purchase Intent", "zh": "购买意愿"},
    "city=": {"en": "city", "zh": "城市"},
    "city=north": {"en": "North", "zh": "北部"},
}
FACTS = {"confidence": 0.95, "draws": 2000, "outcome": "intent", "k": 3, "n": 1204}
SAME_IN_BOTH = re.compile(
    r"ui\.(language_|dash|n$|range|with_interval)|column\.(b|se|p|beta|vif|alpha|omega|lmg_percent)$|segments\.n$|sample\.loss$"
    r"|methods\.name\.|robustness\.corrected\.text$|check\.(missing_data|sample)\.result$|method\.(reference|formula)\.|method\.(provenance\.package|again\.command|table1\.name|table2\.ci)$"
)
HAN_CLASS = "[" + "".join(f"{low}-{high}" for low, high in HAN) + "]"
HALF_WIDTH = re.compile(rf"{HAN_CLASS}[,;:!?()]|[,;:!?()]{HAN_CLASS}|{HAN_CLASS}\.")
UNSPACED = re.compile(rf"{HAN_CLASS}[A-Za-z0-9]|[A-Za-z0-9%]{HAN_CLASS}")
SPACED = re.compile(rf"{HAN_CLASS} {HAN_CLASS}")
CAUSAL = re.compile(
    r"\bcaus(e|es|ed|ing)\b|\bleads? to\b|\bresults? in\b|\bwill (increase|raise)\b|\bimpact of\b|\bdrives? up\b"
    r"|导致|会提升|使得|带来|造成",
    re.IGNORECASE,
)

SUPPOSED = ("what_if.", "claim.what_if.")
"""Sentences that say under which supposition they stand may name it."""
SUPPOSING = re.compile(r"\bif ratings\b|\bassum|假定|如果|即使", re.IGNORECASE)


def words(language: str = "en") -> Words:
    return Words(language, {name: texts[language] for name, texts in LABELS.items()}, FACTS)


def messages(language: str) -> Iterator[tuple[str, str]]:
    """Key and sentence, each plural form by itself."""
    for key, message in catalogue(language).items():
        for text in message.texts:
            yield key, text


def bare(text: str) -> str:
    """The sentence with a mark in place of each value."""
    return re.sub(r"\{[^}]*\}", "\0", text)


def fields(message: Message) -> set[str]:
    texts = " ".join(message.texts)
    return {field for _, field, _, _ in Formatter().parse(texts) if field} | {message.counted or ""} - {""}


def test_both_languages_have_the_same_keys() -> None:
    assert set(catalogue("en")) == set(catalogue("zh"))


def test_both_languages_use_the_same_values() -> None:
    """`k`, the number of drivers, may be said by a plural form in one language and by a figure in the other."""
    english, chinese = (catalogue(language) for language in LANGUAGES)
    assert not [key for key in english if fields(english[key]) - {"k"} != fields(chinese[key]) - {"k"}]


def test_nothing_is_left_untranslated() -> None:
    english, chinese = (dict(messages(language)) for language in LANGUAGES)
    checked = [key for key in english if not SAME_IN_BOTH.match(key)]
    assert not [key for key in checked if english[key] == chinese[key]]
    assert not [key for key in checked if chinese[key].isascii() and not key.startswith("count.")]
    assert not [key for key in english if key != "ui.language_zh" and any(map(is_han, english[key]))]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_value_has_a_known_format(language: str) -> None:
    specs = {spec for _, text in messages(language) for _, _, spec, _ in Formatter().parse(text) if spec}
    assert specs <= set(FORMATS)


def test_chinese_is_printed_as_chinese() -> None:
    wrong = [
        (key, text)
        for key, text in messages("zh")
        for rule in (HALF_WIDTH, UNSPACED, SPACED)
        if not key.startswith("method.reference.") and rule.search(bare(text))
    ]
    assert not wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_claims_a_cause(language: str) -> None:
    """Only the box of what the study cannot tell may speak of causes."""
    free = ("claim.limit.", "method.reference.")
    found = [(key, text) for key, text in messages(language) if not key.startswith(free) and CAUSAL.search(text)]
    assert not [(key, text) for key, text in found if not (key.startswith(SUPPOSED) and SUPPOSING.search(text))]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_margin_of_error_is_promised(language: str) -> None:
    """The words stand only where the report says that it has none."""
    found = {key for key, text in messages(language) if "margin of" in text}
    assert found <= {
        "claim.limit.panel.title",
        "claim.limit.convenience.title",
        "method.disclosure.precision.other",
    }


@pytest.mark.parametrize(
    ("value", "spec", "english", "chinese"),
    [
        (0.264, "pct", "26%", "26%"),
        (0.125, "pct", "13%", "13%"),
        (0.996, "pct", "more than 99%", "超过 99%"),
        (0.003, "pct", "less than 1%", "不到 1%"),
        (0, "pct", "0%", "0%"),
        (1, "pct", "100%", "100%"),
        (-0.03, "pct", "−3%", "−3%"),
        (0.996, "cell", ">99%", ">99%"),
        (0.003, "cell", "<1%", "<1%"),
        (0.9996, "pct1", ">99.9%", ">99.9%"),
        (0.0004, "pct1", "<0.1%", "<0.1%"),
        (0.227, "pct1", "22.7%", "22.7%"),
        (1204, "int", "1,204", "1,204"),
        (-0.004, "num2", "0.00", "0.00"),
        (-1234.565, "num2", "−1,234.57", "−1,234.57"),
        (0.15, "sign2", "+0.15", "+0.15"),
        (-0.15, "sign2", "−0.15", "−0.15"),
        (0.0, "sign2", "0.00", "0.00"),
        (0.389, "r", ".39", ".39"),
        (-0.389, "r", "−.39", "−.39"),
        (1.0, "r", "1.00", "1.00"),
        (0.997, "r", ".997", ".997"),
        (0.003, "r", ".003", ".003"),
        (0.0, "r", ".00", ".00"),
        (0.07, "p", "p = .070", "p = .070"),
        (0.0004, "p", "p < .001", "p < .001"),
        (1e-300, "p", "p < .001", "p < .001"),
        (0.0499, "p", "p = .0499", "p = .0499"),
        (0.05, "p", "p = .050", "p = .050"),
        (0.0504, "pv", ".0504", ".0504"),
        (1.0, "p", "p > .999", "p > .999"),
        (0.0512, "pp", "5.1", "5.1"),
        (-0.004, "pp", "−0.4", "−0.4"),
        (0.0512, "points", "+5.1", "+5.1"),
        (7, "count", "seven", "7"),
        (40, "count", "40", "40"),
        (2, "level", "Moderate evidence", "证据中等"),
    ],
)
def test_numbers_print_as_promised(value: float, spec: str, english: str, chinese: str) -> None:
    assert words("en").format(value, spec) == english
    assert words("zh").format(value, spec) == chinese


@pytest.mark.parametrize(
    ("value", "currency", "english", "chinese"),
    [
        (2499.0, "CNY", "CNY 2,499", "2,499 元"),
        (2499.4, "USD", "USD 2,499", "2,499 美元"),
        (19.632, "€", "€19.63", "€19.63"),
        (40.0, "€", "€40", "€40"),
        (-39.5, "€", "−€39.50", "−€39.50"),
        (-39.5, "PLN", "PLN −39.50", "PLN −39.50"),
        (1500.0, "元", "CNY 1,500", "1,500 元"),
        (0.3, "points", "0.30 points", "0.30 points"),
        (-0.001, None, "0.00", "0.00"),
        (2499.0, " ", "2,499", "2,499"),
    ],
)
def test_prices_print_with_the_currency_of_the_study(
    value: float, currency: str | None, english: str, chinese: str
) -> None:
    for language, text in (("en", english), ("zh", chinese)):
        assert Words(language, {}, {"currency": currency}).format(value, "money") == text
        assert Words(language, {}, {}).format(abs(value), "amount") in text


def test_no_share_prints_as_nothing_or_everything_unless_it_is() -> None:
    for thousandths in range(1, 1000):
        for spec in ("pct", "cell", "pct1"):
            assert words().format(thousandths / 1000, spec) not in ("0%", "100%", "0.0%", "100.0%")


def test_lists_follow_the_language() -> None:
    for names, english, chinese in (
        (["trust"], "trust", "信任"),
        (["trust", "price"], "trust and price", "信任和价格"),
        (["trust", "price", "app"], "trust, price and iPhone app", "信任、价格和 App 体验"),
    ):
        assert words("en").format(names, "labels") == english
        assert words("zh").format(names, "labels") == chinese


def test_only_a_plain_first_word_is_raised() -> None:
    assert words().format("trust", "Label") == "Trust"
    assert words().format("app", "Label") == "iPhone app"
    assert words().format("intent", "label") == "Purchase Intent"


def test_one_and_several_have_their_own_sentence() -> None:
    one = words()("claim.lead.close", driver="trust", others=["price"])
    two = words()("claim.lead.close", driver="trust", others=["price", "app"])
    assert one.endswith("but price is too close to call.")
    assert two.endswith("but price and iPhone app are too close to call.")


def test_a_value_meets_chinese_with_the_right_space() -> None:
    text = words("zh")("claim.lead.close", driver="app", others=["price", "app"])
    assert text == "App 体验在购买意愿的驱动因素中排名第一，但与价格和 App 体验差距太小，尚难定论。"
    few = words("zh")("claim.quadrant.fix", driver="trust", prob=0.999)
    assert "在超过 99% 的重抽样中" in few


def test_user_text_stays_plain_text() -> None:
    hostile = Words("zh", LABELS["trust"] | {"trust": "<b>{seed}</b> & 100%"}, FACTS | {"outcome": "trust"})
    assert "<b>{seed}</b> & 100%" in hostile("claim.limit.same_source")


def test_nothing_is_silently_left_out() -> None:
    with pytest.raises(WordsError, match=r"no text for 'claim\.lead\.loud'"):
        words()("claim.lead.loud")
    with pytest.raises(WordsError, match="needs a value for 'others'"):
        words()("claim.lead.close", driver="trust")
    with pytest.raises(WordsError, match="needs a value for 'prob'"):
        words()("claim.quadrant.fix", driver="trust", prob=None)
    with pytest.raises(WordsError, match="cannot be printed as 'Label'"):
        words()("claim.quadrant.fix", driver="nobody", prob=0.5)


@pytest.mark.parametrize(
    ("state", "reason", "note", "text"),
    [
        ("not_defined", "nothing_ordered", "Polychoric correlations are for answers in few steps", "not defined"),
        ("not_defined", "one_item", "One question alone does not tell how reliably it measures.", "not defined"),
        ("singular", "overcorrected", "Where reliabilities are too low", "not possible"),
        ("singular", "singular", "Where drivers cannot be told apart", "drivers inseparable"),
        ("not_defined", "a_new_one", "At least one figure does not exist in this case.", "not defined"),
        ("suppressed", "complementary", "Figures based on fewer than 10 respondents are hidden", "hidden (too few)"),
        ("ok", "unsteady", "In more than a tenth of the resamples", "0.40"),
    ],
)
def test_a_missing_figure_is_explained_by_its_reason(state: str, reason: str, note: str, text: str) -> None:
    known = Words("en", {}, FACTS | {"minimum_base": 10, "low_base": 30})
    found = row("disattenuated", "lmg_share", state=state, reason=reason, estimate=0.4 if state == "ok" else None)
    assert (state_notes([found, None, found], known) or "").startswith(note)
    assert (state_notes([found, None, found], known) or "").count(".") == 1
    assert cell(found, "num2", known)["text"] == text


def test_figures_that_stand_need_no_note() -> None:
    assert state_notes([row("importance", "lmg_share", estimate=0.4)], words()) is None
