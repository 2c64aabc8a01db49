"""What a meter of a world is, for whoever must know it by its names: a head-end, a vending system."""

from typing import Any

from sim.meter import Meter
from sim.scenarios.site import Site
from sim.scenarios.site_meters import PlacedMeter


def describe_meter(site: Site, place: PlacedMeter) -> dict[str, Any]:
    """Name, DRN, serial, logical device name, modem address, and the STS register without its key."""
    meter = place.meter
    return {
        "name": place.identity.name,
        "drn": meter.drn,
        "serial": meter.profile.serial,
        "ldn": meter.profile.logical_device_name,
        "eui48": place.eui48.hex(),
        "keying": register_of(meter),
    }


def register_of(meter: Meter) -> dict[str, str | int]:
    """The register of its decoder key, without the key: what a vending system must know to sell to it."""
    register = meter.parts.tokens.register
    return {
        "sgc": register.sgc,
        "krn": register.krn,
        "ti": register.ti,
        "ken": register.ken,
        "key_type": int(register.key_type),
        "ea": register.decoder_key.ea,
        "dkga": register.dkga,
        "base_date": int(register.base_date.name.removeprefix("Y")),
    }
