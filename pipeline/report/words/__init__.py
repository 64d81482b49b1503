"""Words: whole sentences of a language, with the numbers and names put in.

The msgid of a catalogue is a key, its msgstr the sentence: "{driver:Label} carries {share:pct} of …". A message whose
msgid_plural names an argument has one sentence for one and another for several of it. Nothing is ever silent:
an unknown key, an absent value and a null value are errors.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from string import Formatter
from typing import Any

from pipeline.report.words._catalogue import Message as Message
from pipeline.report.words._catalogue import read as read
from pipeline.report.words._formats import FORMATS
from pipeline.report.words._spacing import joined

SECTIONS = Path(__file__).parent.parent / "sections"


class WordsError(LookupError):
    """A sentence that cannot be said: no such key, or a value it needs is not there."""


class Words:
    """words(key, **values) -> the sentence of `key` in `language`.

    `labels` holds the names to print: construct -> text, "variable=" -> text, "variable=level" -> text.
    `facts` are values every sentence may use (the confidence, the number of draws); `messages` another catalogue than
    that of the report.
    """

    def __init__(
        self,
        language: str,
        labels: Mapping[str, str],
        facts: Mapping[str, Any] | None = None,
        messages: Mapping[str, Message] | None = None,
    ) -> None:
        self.language: str = language
        self.labels: Mapping[str, str] = labels
        self.facts: Mapping[str, Any] = dict(facts or {})
        self._messages: Mapping[str, Message] = catalogue(language) if messages is None else messages

    def __call__(self, key: str, **values: Any) -> str:
        known = {**self.facts, **{name: value for name, value in values.items() if value is not None}}
        text = self._pick(key, known)
        pieces: list[tuple[str, bool]] = []
        for literal, field, spec, _ in Formatter().parse(text):
            pieces.append((literal, False))
            if field is not None:
                pieces.append((self._value(key, field, spec or "text", known), True))
        return joined(pieces, self.language)

    def __contains__(self, key: object) -> bool:
        return key in self._messages

    def format(self, value: Any, spec: str) -> str:
        """One value as the named format prints it."""
        return FORMATS[spec](value, self)

    def pick(self, texts: Mapping[str, str] | None) -> str | None:
        """The text of this language in a map language -> text; None stays None."""
        return None if texts is None else texts[self.language]

    def _pick(self, key: str, values: Mapping[str, Any]) -> str:
        message = self._messages.get(key)
        if message is None:
            raise WordsError(f"no text for '{key}' in '{self.language}'")
        return message.texts[0] if message.counted is None else message.texts[self._form(key, message, values)]

    def _form(self, key: str, message: Message, values: Mapping[str, Any]) -> int:
        count = values.get(message.counted or "")
        if count is None:
            raise WordsError(f"'{key}' ({self.language}) needs a value for '{message.counted}'")
        size = count if isinstance(count, (int, float)) else len(count)
        return 0 if size == 1 else len(message.texts) - 1

    def _value(self, key: str, field: str, spec: str, values: Mapping[str, Any]) -> str:
        if values.get(field) is None:
            raise WordsError(f"'{key}' ({self.language}) needs a value for '{field}'")
        try:
            return FORMATS[spec](values[field], self)
        except (KeyError, TypeError, ValueError) as error:
            raise WordsError(f"'{key}' ({self.language}): '{field}' cannot be printed as '{spec}' ({error})") from error


def catalogue(language: str) -> Mapping[str, Message]:
    """Every message of the language: the common ones, then those of each section."""
    return read(Path(__file__).parent / f"{language}.po", *sorted(SECTIONS.glob(f"*/words.{language}.po")))
