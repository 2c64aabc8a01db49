"""The optical port: the opening of IEC 62056-21, protocol mode E, before HDLC; for URLs with ``mode=e``."""

from amibench.commands.meter.texts import text
from amibench.errors import CommandError
from links import Link
from protocols.dlms.client import ClientConnection
from protocols.dlms.errors import DlmsError, LocalProtocolError
from protocols.dlms.hdlc import HdlcClient
from protocols.dlms.mode_e import ModeEClient, ModeEError, open_mode_e
from protocols.dlms.mode_e.characters import OPENING_BAUD
from protocols.dlms.mode_e.opening import HasSpeed
from protocols.dlms.session import DlmsSession

#: A meter that hears the request answers it; silence means that it does not listen at 300 baud.
_RETRIES = 1
_STILL_HDLC_TIMEOUT_S = 3.0
_SILENCE = "no-identification"


def open_line(link: Link, probe: HdlcClient, lang: str) -> None:
    """Bring the line to HDLC where its URL says ``mode=e``; nothing on other links.

    A meter goes back to 300 baud only some time after the last client left, often a minute. So one that keeps
    silent at 300 baud is asked in HDLC, at the speed of the URL.

    Args:
        link: the line.
        probe: an HDLC client that nobody else uses, to see whether the meter still speaks HDLC.
        lang: ``es`` or ``en``.

    Raises:
        ModeEError: the device does not open the line for HDLC.
        CommandError: the URL asks for a speed that the opening cannot select.
    """
    if getattr(link, "mode", "") != "e":
        return
    fastest_baud: int = getattr(link, "url_baud", OPENING_BAUD)
    try:
        opening = ModeEClient(max_baud=fastest_baud, retries=_RETRIES)
    except LocalProtocolError as error:
        raise CommandError(text("mode-e-speed", lang, baud=fastest_baud)) from error
    try:
        open_mode_e(link, opening)
    except ModeEError as error:
        if error.reason != _SILENCE or not _still_hdlc(link, probe, fastest_baud):
            raise


def _still_hdlc(link: Link, probe: HdlcClient, baud: int) -> bool:
    if isinstance(link, HasSpeed):
        link.set_speed(baud)
    client = ClientConnection(client_sap=probe.client_sap, server_sap=probe.server_sap)
    session = DlmsSession(link, probe, client, response_timeout_s=_STILL_HDLC_TIMEOUT_S)
    try:
        session.connect()
        session.disconnect()
    except DlmsError:
        return False
    return True
