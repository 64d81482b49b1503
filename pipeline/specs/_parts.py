"""What all keys share: names, labels, codes, and the shorter ways to write them."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

LANGUAGES = ("en", "zh")
Label = str | Annotated[dict[Annotated[str, Field(pattern="^(en|zh)$")], str], Field(min_length=1)]
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
    model_config = ConfigDict(extra="forbid", frozen=True)
