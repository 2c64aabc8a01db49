"""Messages: an English template with its values, turned into a sentence where it is read."""

from collections.abc import Mapping
from typing import Any

from i18n.catalogue import SOURCE_LANGUAGE, translation


class Message:
    """One sentence, in English until a reader's language is known.

    Args:
        text: the English template and key of the catalogues; ``{name}`` takes a value in, with a format where
            one is given, as `str.format` has it. Without values the text stands as it is, braces included.
        values: what the template names; a value may be a message itself, or several of them in a tuple.

    >>> Message("the meter refuses {result}", result="CRCError").spoken("en")
    'the meter refuses CRCError'
    """

    __slots__ = ("text", "values")

    def __init__(self, text: str, /, **values: Any) -> None:
        self.text = text
        self.values: Mapping[str, Any] = values

    def spoken(self, lang: str) -> str:
        """Sentence in `lang`.

        Raises:
            UnknownLanguageError: there is no catalogue for `lang`.
        """
        return self._filled(translation(self.text, lang), lang)

    def in_languages(self, *codes: str) -> dict[str, str]:
        """Sentence in each language of `codes`."""
        return {code: self.spoken(code) for code in codes}

    def _filled(self, template: str, lang: str) -> str:
        if not self.values:
            return template
        return template.format_map({name: _said(value, lang) for name, value in self.values.items()})

    @property
    def en(self) -> str:
        """Sentence in English."""
        return self.spoken(SOURCE_LANGUAGE)

    def __str__(self) -> str:
        return self.en

    def __repr__(self) -> str:
        given = "".join(f", {name}={value!r}" for name, value in self.values.items())
        return f"{type(self).__name__}({self.text!r}{given})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Message):
            return NotImplemented
        return type(self) is type(other) and (self.text, self.values) == (other.text, other.values)

    def __hash__(self) -> int:
        return hash((self.text, tuple(self.values)))

    def __reduce__(self) -> tuple[Any, ...]:
        return _made, (type(self), self.text, dict(self.values))


class Verbatim(Message):
    """Sentence that came with its words in each language: from a file, or from another process.

    Args:
        en: the words in English, which serve every language that is not given.
        spoken: the words by code of language.
    """

    __slots__ = ()

    def spoken(self, lang: str) -> str:
        """Words in `lang`, or those in English."""
        found: str = self.values.get(lang, self.text)
        return found


def _said(value: Any, lang: str) -> Any:
    """Value as a template takes it in: messages in `lang`, several of them by commas."""
    if isinstance(value, Message):
        return value.spoken(lang)
    if isinstance(value, (list, tuple)) and value and all(isinstance(item, Message) for item in value):
        return ", ".join(item.spoken(lang) for item in value)
    return value


def _made(kind: type[Message], text: str, values: dict[str, Any]) -> Message:
    return kind(text, **values)


class Refusal(Exception):  # noqa: N818 - what could not be done is its name (R15)
    """Error that carries a code to act on and a message to read.

    Args:
        message: the sentence.
        code: stable name of the reason, for programs; empty where the class says it.

    Attributes:
        message, code: as given.
    """

    def __init__(self, message: Message | str, code: str = "") -> None:
        self.message = message if isinstance(message, Message) else Message(message)
        self.code = code
        super().__init__(str(self.message))

    def spoken(self, lang: str) -> str:
        """Sentence in `lang`."""
        return self.message.spoken(lang)
