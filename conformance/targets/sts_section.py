"""The STS section of a target file: which published test key the device holds, and under which parameters.

Keys are named, never written: the bench mints with the published test keys only.
"""

from typing import Annotated, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, field_validator

from protocols.sts import testkeys
from protocols.sts.identity import MeterPrimaryAccountNumber
from protocols.sts.keys import VendingKey

#: The published test vending keys that a target may name.
TEST_KEY_NAMES = ("VUDK_160", "VUDK_160_SWAPPED", "VK_64", "VK_64_888888")


class LockOutSection(BaseModel):
    """What the device declares of its lock-out after wrong entries; the standard knows none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    wrong_entries: Annotated[int, Field(ge=1, le=100, description="in a row, until it locks")] = 3
    first_s: Annotated[float, Field(gt=0, le=86_400, description="first lock; each next twice that")] = 10.0
    longest_s: Annotated[float, Field(gt=0, le=86_400, description="where the doubling ends")] = 1280.0


class StsSection(BaseModel):
    """The decoder's key register and identity. Source: IEC 62055-41, 6.1."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pan: Annotated[str, Field(pattern=r"^\d{18}$", description="MeterPAN, 18 digits")]
    vending_key: str = Field(description="name of a published test key")
    sgc: Annotated[str, Field(pattern=r"^\d{6}$")]
    krn: Annotated[int, Field(ge=1, le=9)] = 1
    ti: Annotated[int, Field(ge=0, le=99)] = 1
    key_type: Annotated[int, Field(ge=0, le=3)] = 2
    ken: Annotated[int, Field(ge=0, le=255)] = 255
    base_date: Literal[1993, 2014, 2035] = 2014
    ea: Literal["07", "11"] = "11"
    dkga: Literal["02", "04"] = "04"
    tid_store_size: Annotated[int, Field(ge=1, le=1000)] = 50
    key_change_timeout_s: Annotated[
        float, Field(gt=0, le=86_400, description="after so long a partial key change is forgotten")
    ] = 600.0
    credit_share_percent: Annotated[
        int, Field(ge=1, le=100, description="what of a credit token reaches the token credit")
    ] = 100
    lock_out: LockOutSection | None = None
    result_names: dict[str, str] = Field(
        default_factory=dict, description="text of the device's display -> name of the standard's result"
    )

    @field_validator("vending_key")
    @classmethod
    def _known(cls, name: str) -> str:
        if name not in TEST_KEY_NAMES:
            raise ValueError(
                f"no test key called {name}; the bench mints with {', '.join(TEST_KEY_NAMES)} only"
            )
        return name

    @field_validator("pan")
    @classmethod
    def _check_digits(cls, pan: str) -> str:
        return MeterPrimaryAccountNumber(pan).pan

    def key(self) -> VendingKey:
        """The vending key, from the published test keys."""
        return cast(VendingKey, getattr(testkeys, self.vending_key))
