"""The substitution and permutation tables of the STA: values read from a data file, to be replaced at will.

Which files ship, and on what terms, is said in ``protocols/sts/cipher/data/NOTICE.md``.
"""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from protocols.sts.errors import StsValueError, UnsupportedAlgorithmError

DEFAULT_FILE = "sta_tables.toml"
SAMPLE_FILE = "sta_tables_sample.toml"


@dataclass(frozen=True, slots=True)
class StaTables:
    """Two substitutions of a nibble and a permutation of 64 bits.

    Args:
        substitution_1: used where the key nibble's top bit is 0.
        substitution_2: used where it is 1.
        permutation: where each bit goes; bit 0 is the least significant.

    Raises:
        StsValueError: a table is not a permutation of its indices.
    """

    substitution_1: tuple[int, ...]
    substitution_2: tuple[int, ...]
    permutation: tuple[int, ...]

    def __post_init__(self) -> None:
        for name, size in (("substitution_1", 16), ("substitution_2", 16), ("permutation", 64)):
            if sorted(getattr(self, name)) != list(range(size)):
                raise StsValueError(f"STA table {name} must hold each number from 0 to {size - 1} once")


def load_sta_tables(text: str) -> StaTables:
    """Read tables from the text of a TOML file with the three names of `StaTables`.

    Raises:
        StsValueError: not TOML, a table is missing, or a table is not a permutation.
    """
    try:
        content = tomllib.loads(text)
        return StaTables(
            *(tuple(content[name]) for name in ("substitution_1", "substitution_2", "permutation"))
        )
    except tomllib.TOMLDecodeError as error:
        raise StsValueError(f"the STA tables are not TOML: {error}") from error
    except KeyError as error:
        raise StsValueError(f"the file of STA tables has no {error.args[0]}") from error
    except TypeError as error:
        raise StsValueError("the STA tables must be lists of whole numbers") from error


@lru_cache(maxsize=2)
def _shipped(name: str) -> StaTables:
    try:
        text = (resources.files("protocols.sts.cipher") / "data" / name).read_text(encoding="utf-8")
    except OSError as error:  # an operator who must not hold the tables has taken the file away
        raise UnsupportedAlgorithmError(
            f"the STA tables are missing, so EA07 cannot be used: put {name} back, or use EA11"
        ) from error
    return load_sta_tables(text)


def default_sta_tables() -> StaTables:
    """Return the tables of the data file that EA07 uses.

    Raises:
        UnsupportedAlgorithmError: the file was taken away.
        StsValueError: the file holds no tables.
    """
    return _shipped(DEFAULT_FILE)


def sample_sta_tables() -> StaTables:
    """Return the sample tables that IEC 62055-41 prints: for its worked example only, no meter uses them."""
    return _shipped(SAMPLE_FILE)
