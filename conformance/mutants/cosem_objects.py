"""Mutants of COSEM objects: names, registers, scripts, calendars, pushes, images (7.3)."""

import dataclasses

from conformance.mutants._parts import bindings, part
from conformance.mutants._registry import mutant
from i18n import Message
from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.access import ImageTransferStatus
from protocols.dlms.cosem.objects import constant
from protocols.dlms.cosem.selection import Selection
from sim.meter.cosem.binding import Bound
from sim.meter.cosem.requests import LiveParts
from sim.meter.image_transfer import ImageRefusedError, ImageStore
from sim.meter.profile import ObjectTerms


@mutant(
    "bears-other-logical-name",
    "dlms-yb/7.3",
    Message("an object says another logical name"),
    bindings("clock"),
)
def bears_other_logical_name(_live: LiveParts, _row: ObjectTerms, bound: Bound) -> Bound:
    """A meter with an object that answers to one logical name and says another."""
    return dataclasses.replace(bound, getters={**bound.getters, 1: constant(axdr.octet_string(bytes(6)))})


@mutant(
    "says-wrong-scaler",
    "dlms-yb/7.3.2",
    Message("gives ten times the voltage by its scaler"),
    bindings("voltage"),
)
def says_wrong_scaler(_live: LiveParts, row: ObjectTerms, bound: Bound) -> Bound:
    """A meter whose voltage has a scaler that makes it ten times what it is."""
    options = row.options
    scaler_unit = axdr.structure(axdr.integer(options["scaler"] + 1), axdr.enum(options["unit"]))
    return dataclasses.replace(bound, getters={**bound.getters, 3: constant(scaler_unit)})


_AMPERE = 33


@mutant(
    "says-wrong-unit",
    "dlms-yb/7.3.2",
    Message("gives the voltage in amperes"),
    bindings("voltage"),
)
def says_wrong_unit(_live: LiveParts, row: ObjectTerms, bound: Bound) -> Bound:
    """A meter whose voltage is given in amperes."""
    scaler_unit = axdr.structure(axdr.integer(row.options["scaler"]), axdr.enum(_AMPERE))
    return dataclasses.replace(bound, getters={**bound.getters, 3: constant(scaler_unit)})


@mutant(
    "demand-without-period",
    "dlms-yb/7.3.3",
    Message("the demand register has no period"),
    bindings("demand.active-import"),
)
def demand_without_period(_live: LiveParts, _row: ObjectTerms, bound: Bound) -> Bound:
    """A meter whose demand register has no period."""
    return dataclasses.replace(bound, getters={**bound.getters, 8: constant(axdr.double_long_unsigned(0))})


@mutant(
    "mixes-threshold-types",
    "dlms-yb/7.3.7",
    Message("a monitor mixes types of thresholds"),
    bindings("register-monitor"),
)
def mixes_threshold_types(_live: LiveParts, _row: ObjectTerms, bound: Bound) -> Bound:
    """A meter whose register monitor has thresholds of two types."""
    thresholds = axdr.array(axdr.long_unsigned(10_000), axdr.double_long_unsigned(13_000))
    return dataclasses.replace(bound, getters={**bound.getters, 2: constant(thresholds)})


@mutant(
    "repeats-script-identifier",
    "dlms-yb/7.3.5",
    Message("repeats the identifier of a script"),
    bindings("scripts"),
)
def repeats_script_identifier(_live: LiveParts, _row: ObjectTerms, bound: Bound) -> Bound:
    """A meter whose script table has two scripts of one identifier."""

    def read(selection: Selection | None) -> Data:
        found = bound.getters[2](selection)
        scripts = found.value if isinstance(found.value, tuple) else ()
        return Data(found.tag, scripts + scripts[:1])

    return dataclasses.replace(bound, getters={**bound.getters, 2: read})


@mutant(
    "season-without-week",
    "dlms-yb/7.3.10",
    Message("the seasons lack their week"),
    bindings("calendar"),
)
def season_without_week(_live: LiveParts, _row: ObjectTerms, bound: Bound) -> Bound:
    """A meter whose seasons have no week profile."""
    season = axdr.structure(axdr.octet_string(b"1"), axdr.octet_string(bytes(12)))
    return dataclasses.replace(bound, getters={**bound.getters, 3: constant(axdr.array(season))})


@mutant(
    "pushes-in-other-order",
    "dlms-yb/7.3.8",
    Message("pushes in another order than it lists"),
    bindings("push"),
)
def pushes_in_other_order(_live: LiveParts, _row: ObjectTerms, bound: Bound) -> Bound:
    """A meter whose push setup lists its objects in another order than it sends them."""

    def listed(selection: object) -> Data:
        found = bound.getters[2](None)
        return Data(found.tag, found.value[::-1]) if isinstance(found.value, tuple) else found

    return dataclasses.replace(bound, getters={**bound.getters, 2: listed})


@mutant(
    "short-system-title",
    "dlms-yb/7.3.9",
    Message("its system title has seven octets"),
    bindings("security-setup"),
)
def short_system_title(live: LiveParts, _row: ObjectTerms, bound: Bound) -> Bound:
    """A meter whose system title has seven octets."""
    return dataclasses.replace(
        bound,
        getters={**bound.getters, 5: constant(axdr.octet_string(live.parts.security.system_title[:-1]))},
    )


@mutant(
    "takes-image-of-any-size",
    "dlms-yb/EXTRA_IMAGE",
    Message("begins images of any size"),
    part("image"),
)
class TakesImageOfAnySize(ImageStore):
    """A meter that begins the transfer of an image of any size, of none as well."""

    def initiate(self, identifier: bytes, size: int) -> None:
        """Begin at any size."""
        try:
            super().initiate(identifier, size)
        except ImageRefusedError:
            self.status = ImageTransferStatus.INITIATED
