"""Prices as each language prints them; the currency is the study's own text: CNY, € or 元."""

from __future__ import annotations

from collections.abc import Mapping

WHOLE = 100
"""From this price on nobody reads the decimals."""
YUAN = ("CNY", "RMB", "人民币", "元", "yuan", "Yuan")
CHINESE: Mapping[str, str] = {
    "USD": "美元", "EUR": "欧元", "JPY": "日元", "GBP": "英镑", "HKD": "港元", "TWD": "新台币", "KRW": "韩元",
    "AUD": "澳元", "CAD": "加元", "SGD": "新加坡元", "CHF": "瑞士法郎",
} | dict.fromkeys(YUAN, "元")  # fmt: skip


def digits(value: float) -> int:
    """Decimals of a price: none where it is large, or whole."""
    return 0 if abs(value) >= WHOLE or value == round(value) else 2


def with_currency(amount: str, currency: str | None, language: str) -> str:
    """'CNY 2,499', '€2,499' or '2,499 yuan'; '2,499 元' in Chinese; the amount alone where no currency is declared."""
    name = (currency or "").strip()
    if not name:
        return amount
    if language == "zh" and name in CHINESE:
        return f"{amount} {CHINESE[name]}"
    sign, figure = (amount[0], amount[1:]) if amount[0] in "\u2212+" else ("", amount)
    if name in ("元", "人民币"):
        return f"CNY {sign}{figure}"
    if len(name) == 1 and not name.isalpha():
        return f"{sign}{name}{figure}"
    if name.isascii() and name.isupper() and len(name) <= 4:
        return f"{name} {sign}{figure}"
    return f"{amount} {name}"
