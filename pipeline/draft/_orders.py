"""Orders: wordings of answers whose order is common knowledge, and which of them a column uses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline.ingest import folded

ORDERS = (
    ("strongly disagree", "disagree", "neither agree nor disagree", "agree", "strongly agree"),
    ("strongly disagree", "disagree", "neutral", "agree", "strongly agree"),
    ("very dissatisfied", "dissatisfied", "neutral", "satisfied", "very satisfied"),
    ("very unlikely", "unlikely", "neutral", "likely", "very likely"),
    ("never", "rarely", "sometimes", "often", "always"),
    ("非常不同意", "不同意", "一般", "同意", "非常同意"),
    ("非常不同意", "不同意", "中立", "同意", "非常同意"),
    ("完全不同意", "不同意", "一般", "同意", "完全同意"),
    ("非常不满意", "不满意", "一般", "满意", "非常满意"),
    ("很不满意", "不满意", "一般", "满意", "很满意"),
    ("非常不可能", "不可能", "一般", "可能", "非常可能"),
    (
        "strongly disagree",
        "disagree",
        "somewhat disagree",
        "neither agree nor disagree",
        "somewhat agree",
        "agree",
        "strongly agree",
    ),
    ("strongly disagree", "disagree", "agree", "strongly agree"),
    ("very dissatisfied", "dissatisfied", "neither satisfied nor dissatisfied", "satisfied", "very satisfied"),
    ("very unlikely", "unlikely", "neither likely nor unlikely", "likely", "very likely"),
    (
        "very dissatisfied",
        "somewhat dissatisfied",
        "neither satisfied nor dissatisfied",
        "somewhat satisfied",
        "very satisfied",
    ),
    ("very unlikely", "somewhat unlikely", "somewhat likely", "very likely"),
    ("very unlikely", "somewhat unlikely", "neither likely nor unlikely", "somewhat likely", "very likely"),
    (
        "very unfavorable",
        "somewhat unfavorable",
        "neither favorable nor unfavorable",
        "somewhat favorable",
        "very favorable",
    ),
    (
        "very unfavorably",
        "somewhat unfavorably",
        "neither favorably nor unfavorably (neutral)",
        "somewhat favorably",
        "very favorably",
    ),
    ("not at all", "not much", "some", "a lot"),
    ("very poor", "poor", "fair", "good", "very good"),
    ("poor", "fair", "good", "very good", "excellent"),
    ("not at all important", "slightly important", "moderately important", "very important", "extremely important"),
    ("非常不同意", "比较不同意", "一般", "比较同意", "非常同意"),
    ("非常不满意", "比较不满意", "一般", "比较满意", "非常满意"),
    ("很不满意", "不满意", "一般", "满意", "非常满意"),
    ("从不", "很少", "有时", "经常", "总是"),
    ("很差", "较差", "一般", "较好", "很好"),
)
"""Lowest first."""
FOLDED = tuple(tuple(map(folded, order)) for order in ORDERS)


def orders(columns: Sequence[Iterable[str]]) -> list[tuple[str, ...]]:
    """The order of each column's texts, or (): of those that hold them all, the one that suits most columns."""
    held = [{folded(text) for text in texts} for texts in columns]
    suits = [[len(texts) > 1 and texts <= set(order) for order in FOLDED] for texts in held]
    votes = [sum(column) for column in zip(*suits, strict=True)]
    best = [max(range(len(ORDERS)), key=lambda at: (column[at], column[at] * votes[at], -at)) for column in suits]
    return [ORDERS[at] if column[at] else () for at, column in zip(best, suits, strict=True)]


def wording(order: Sequence[str], texts: Iterable[str]) -> list[str]:
    """The texts of an order as the data write them, those that nobody chose as the order does."""
    written = {folded(text): text for text in texts}
    return [written.get(folded(text), text.capitalize()) for text in order]
