"""The vending section of a target file: what a vending system under test offers, and who approves for it."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

#: What a vending system may declare to lack.
Absent = Literal["currency", "extended", "card"]


class VendingSection(BaseModel):
    """A vending system that holds the key registers of the test plan. Source: STS 531-1."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ea: Annotated[
        tuple[Literal["07", "11"], ...], Field(min_length=1, description="encryption algorithms offered")
    ] = ("07", "11")
    absent: tuple[Absent, ...] = Field(
        (), description="currency: class 0 sub 4-7; extended: STS 202-5; card: the date of expiry of a card"
    )
    secret_file: str = Field(
        "", description="file with the secret of a portal's bench route; else AMIBENCH_BENCH_SECRET holds it"
    )
    operators: dict[str, str] = Field(
        default_factory=dict,
        description="name of an operator -> file of the private key with which the bench signs key changes",
    )


def vendor_table(url: str) -> dict[str, Any]:
    """The statement of a vending system of which only the URL is known, as plain data."""
    return {"device": {"name": url.partition("?")[0]}, "link": {"url": url}, "vending": {}}
