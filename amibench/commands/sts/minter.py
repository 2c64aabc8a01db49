"""Minters of the STS commands: the published test keys here, a security module in `module_minter`.

A `Minter` takes the inputs of a vector and gives tokens; another source of keys is another `Minter` and a
line in `minter_for`. `module_minter` is a module of its own because its cryptography takes a while to load.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from amibench.commands.sts.options import refused
from amibench.errors import CommandError
from protocols.sts.errors import StsError, StsValueError
from protocols.sts.testkeys import TEST_KEYS
from protocols.sts.vectors import Minted, MintedKeyChange, VectorStatus, mint_key_change, mint_vector
from protocols.sts.vectors import inputs as read

Inputs = Mapping[str, Any]

_TEXT = {
    "en": {
        "unknown": "class {token_class} subclass {token_subclass} is reserved, or its layout is not public",
        "stamp": "a security module has its own clock and random bits: leave out {names}",
        "not_test": "a file may hold published test keys only: real keys belong in a security module",
        "base_date": "base date {old} leads to {next}, not to {new}: a meter takes the next one",
    },
    "es": {
        "unknown": "la clase {token_class} subclase {token_subclass} es reservada o de formato no público",
        "stamp": "un módulo de seguridad tiene su reloj y sus bits aleatorios: no indique {names}",
        "not_test": "un archivo solo trae claves de prueba publicadas; las reales van en un módulo seguro",
        "base_date": "de la fecha base {old} se pasa a {next}, no a {new}: el medidor toma la siguiente",
    },
}

STAMP_INPUTS = ("issue_time_utc", "tid", "rnd")
"""Inputs that the module decides by itself: it has its own clock and its own random bits."""

_PUBLISHED = frozenset(key.value for key in TEST_KEYS.values())


class Minter(Protocol):
    """Makes tokens from the inputs of a vector."""

    def mint(self, token_class: int, token_subclass: int, inputs: Inputs) -> Minted:
        """Make one token.

        Raises:
            CommandError: the inputs are refused.
        """

    def key_change(self, inputs: Inputs) -> MintedKeyChange:
        """Make every section of a key change.

        Raises:
            CommandError: the inputs are refused.
        """


class PublishedKeysMinter:
    """Makes tokens from the published test keys, and refuses every other key.

    Args:
        lang: es or en, for refusals.
    """

    __slots__ = ("_lang",)

    def __init__(self, lang: str) -> None:
        self._lang = lang

    def mint(self, token_class: int, token_subclass: int, inputs: Inputs) -> Minted:
        """Make one token.

        Raises:
            CommandError: the inputs are refused, or name no published key.
        """
        minted = mint_vector(token_class, token_subclass, inputs)
        if minted.status is VectorStatus.UNKNOWN:
            place = {"token_class": token_class, "token_subclass": token_subclass}
            raise CommandError(_TEXT[self._lang]["unknown"].format(**place))
        if minted.error is not None:
            raise refused(StsValueError(minted.error), self._lang)
        if minted.decoder_key is not None:
            self._check_published(inputs)
        return minted

    def key_change(self, inputs: Inputs) -> MintedKeyChange:
        """Make every section of a key change.

        Raises:
            CommandError: the inputs are refused, name no published key, or skip a base date.
        """
        try:
            change = mint_key_change(inputs)
            self._check_base_dates(inputs)
        except StsError as error:
            raise refused(error, self._lang) from error
        self._check_published(inputs)
        self._check_published({**inputs, **inputs["new"]})
        return change

    def _check_base_dates(self, inputs: Inputs) -> None:
        """RO says that the base date changes, not to which: the meter takes the next one."""
        changed = {**inputs, **inputs["new"]}
        if inputs.get("base_date") is None or changed.get("base_date") is None:
            return
        old, new = read.base_date(inputs), read.base_date(changed)
        if new not in (old, old.following()):
            sentence = _TEXT[self._lang]["base_date"]
            raise CommandError(sentence.format(old=old.value, next=old.following().value, new=new.value))

    def _check_published(self, inputs: Inputs) -> None:
        """The key was already found to be well-formed."""
        key = bytes.fromhex(str(inputs["vending_key"]).strip().lower().removeprefix("0x"))
        if key not in _PUBLISHED:
            raise CommandError(_TEXT[self._lang]["not_test"])


def refuse_stamp(inputs: Inputs, lang: str) -> None:
    """Refuse inputs that a module decides by itself.

    Raises:
        CommandError: naming them.
    """
    given = [name for name in STAMP_INPUTS if inputs.get(name) is not None]
    if given:
        raise CommandError(_TEXT[lang]["stamp"].format(names=", ".join(given)))


def minter_for(lang: str, module: str | None = None, message_id: str | None = None) -> Minter:
    """The minter that the command line asks for: the published test keys, or the security module at a URL."""
    if module is None:
        return PublishedKeysMinter(lang)
    from amibench.commands.sts.module_minter import ModuleMinter  # its cryptography takes a while to load

    return ModuleMinter(module, lang, message_id)
