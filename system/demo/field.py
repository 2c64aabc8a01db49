"""How the head-end reaches the village: one channel for each concentrator, opened as a supervisor would."""

from system.accounts.models import User
from system.accounts.operations import Role
from system.demo.village import Village
from system.head_end.services.configuration import ChannelData, set_channel
from system.head_end.vocabulary import ChannelKind
from system.registry.models import Site

_SESSIONS = 4


def open_channels(village: Village) -> None:
    """Open the channels; the meters behind them are known to the registry, and confirm themselves."""
    supervisor = User.objects.filter(role=Role.SUPERVISOR).first()
    if supervisor is None:
        return
    for one in village.concentrators:
        terms = ChannelData(
            name=one.name,
            url=one.url,
            kind=ChannelKind.CONCENTRATOR,
            uplink_url=one.uplink_url,
            secret_name=one.secret_name,
            sessions_max=_SESSIONS,
            site=Site.objects.first(),
            poll_s=one.poll_s,
        )
        set_channel(supervisor, terms)
