"""Leases of the security module for a pack: a hundred meters each, under message ids of the office's own."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings

from protocols.offline.schema import LEASE_METERS_MAX
from system.security_module.errors import RequestRefused, SecurityModuleError
from system.vending.module import module
from system.vending.offline.errors import OfflineRefused
from system.vending.offline.models import LeasedMeter, Pack, Terminal
from system.vending.offline.packing.customers import Offered


def leased_rows(pack: Pack, offered: Sequence[Offered]) -> list[LeasedMeter]:
    """What is leased with a pack, a row a meter; written before the module is asked."""
    return [
        LeasedMeter(
            pack=pack,
            device=one.supply.device,
            installation=one.supply.installation,
            part=1 + place // LEASE_METERS_MAX,
            drn=one.supply.drn,
            sgc=one.supply.keying.sgc,
            krn=one.supply.keying.krn,
            ti=one.supply.keying.ti,
            until=pack.leased_until,
            conservative=one.customer.conservative,
        )
        for place, one in enumerate(offered)
    ]


def ask_leases(terminal: Terminal, pack: Pack, offered: Sequence[Offered], units_max: int) -> Iterator[bytes]:
    """The leases of a pack, one after the other.

    Raises:
        OfflineRefused: the module says no, or does not answer; nothing was handed out.
    """
    parts = [offered[at : at + LEASE_METERS_MAX] for at in range(0, len(offered), LEASE_METERS_MAX)]
    for part, meters in enumerate(parts, 1):
        args = {
            "message_id": str(uuid.uuid5(pack.pk, f"lease-{part}")),
            "terminal": {"id": str(terminal.pk), "agreement_public": terminal.agreement_public},
            "part": part,
            "parts": len(parts),
            "slot": terminal.slot,
            "allowed_c": pack.allowed_c,
            "units_max": units_max,
            "not_before": _text(pack.valid_from),
            "until": _text(pack.leased_until),
            "meters": [one.supply.meter_fields() for one in meters],
            # where business follows a simulated world, the module of test keys is told its time
            **({"time": _text(pack.made_at)} if settings.MODULE_FOLLOWS_BUSINESS_TIME else {}),
        }
        yield _asked(args)


def _asked(args: dict[str, Any]) -> bytes:
    try:
        lease: str = module().call("lease", args)["lease"]
    except RequestRefused as refused:
        raise OfflineRefused(f"El módulo de seguridad no lo permite: {refused.es}") from refused
    except SecurityModuleError as lost:
        raise OfflineRefused("El módulo de seguridad no responde: intente de nuevo.") from lost
    return lease.encode("ascii")


def _text(instant: datetime) -> str:
    return instant.isoformat()
