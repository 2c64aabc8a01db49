"""Errors of the physics of the wire."""


class PlcChannelError(ValueError):
    """The wire cannot be built or used so."""


class FrameTooLongError(PlcChannelError):
    """A frame would need more symbols than its header can count."""


class UnknownSchemeError(PlcChannelError):
    """There is no such modulation, receiver profile or preamble."""


class ChannelTermsError(PlcChannelError):
    """A feeder, a load or a noise profile makes no sense; one sentence says why."""
