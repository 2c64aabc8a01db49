"""What is asked of a meter, as it travels."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from pydantic import Field

from system.accounts.access import check
from system.accounts.rest.fields import In, whole
from system.head_end.orders.kinds import RULES, VALID_MAX
from system.head_end.rest.fields import Obis
from system.head_end.vocabulary import OrderKind

#: Tokens travel with their sale, or through the API of networks.
Kind = Literal["read", "cut", "reconnect", "clock", "mode"]


class AskedIn(In):
    """What a meter shall do."""

    kind: Kind
    obis: Annotated[list[Obis], Field(max_length=50)] = Field(
        [], description="de una lectura; sin ellos, energía y crédito"
    )
    mode: Literal["prepaid", "postpaid"] | None = Field(None, description="del cambio de modo")
    valid_for_s: Annotated[int, whole(60, int(VALID_MAX.total_seconds()))] | None = Field(
        None, description="cuánto se intenta; sin él, lo de su clase"
    )

    def order_kind(self, request: HttpRequest) -> OrderKind:
        """The kind, for who may ask for it.

        Raises:
            PermissionDenied: he may not.
        """
        kind = OrderKind(self.kind)
        check(request, RULES[kind].operation)
        return kind

    def parameters(self) -> Mapping[str, Any]:
        """The parameters of the kind; what does not belong to it, is refused by the verb."""
        said: dict[str, Any] = {"obis": list(self.obis)} if self.obis else {}
        return said if self.mode is None else {**said, "mode": self.mode}

    def valid_for(self) -> timedelta | None:
        """So long it is tried."""
        return None if self.valid_for_s is None else timedelta(seconds=self.valid_for_s)
