"""What all keys share: names, labels, codes, and the shorter ways to write them."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

LANGUAGES = ("en", "zh")


def in_some_language(value: Any) -> Any:
    if value == {}:
        raise ValueError("a label is a text, or a text for each language ({en: …, zh: …}); this one is empty")
    return value


Label = Annotated[str | dict[Annotated[str, Field(pattern="^(en|zh)$")], str], AfterValidator(in_some_language)]
"""One text for every language, or a map language -> text."""

NAME = re.compile(r"^[^\W\d][\w-]*$")


def one_or_many(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def text_of(value: Any) -> Any:
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def text_keys(value: Any) -> Any:
    return {text_of(key): entry for key, entry in value.items()} if isinstance(value, dict) else value


Names = Annotated[tuple[str, ...], BeforeValidator(one_or_many)]
Code = Annotated[str, BeforeValidator(text_of)]


def one_or_many_codes(value: Any) -> Any:
    return [value] if isinstance(value, (str, int, float)) and not isinstance(value, bool) else value


Codes = Annotated[tuple[Code, ...], BeforeValidator(one_or_many_codes)]


class Spec(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
