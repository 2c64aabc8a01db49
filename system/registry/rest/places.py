"""Communities, sites, feeders."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from system.accounts.access import user_of
from system.accounts.permissions import Operation
from system.accounts.rest.auth import guarded
from system.accounts.rest.fields import In, Key, Out, text_of, whole
from system.registry import identifiers
from system.registry.models import ALTITUDE_M_RANGE, Community, Feeder, Site, SiteKind
from system.registry.rest.schemas import CLEAN_TEXT, own_row
from system.registry.services.places import create_community, create_feeder, create_site

router = Router(tags=["Lugares"])
Dane = Annotated[
    str, Field(pattern=f"{identifiers.DANE_PATTERN}|^$", description="código DANE, de 8 a 13 dígitos")
]


class CommunityIn(In):
    """A community."""

    name: Annotated[str, text_of(Community, "name"), CLEAN_TEXT]
    municipality: Annotated[str, text_of(Community, "municipality"), CLEAN_TEXT]
    dane: Dane = ""
    altitude_m: Annotated[int, whole(*ALTITUDE_M_RANGE, description="decide el consumo de subsistencia")]


class SiteIn(In):
    """A site of a community."""

    community_id: Key
    name: Annotated[str, text_of(Site, "name"), CLEAN_TEXT]
    kind: SiteKind


class FeederIn(In):
    """A feeder of a site."""

    site_id: Key
    name: Annotated[str, text_of(Feeder, "name"), CLEAN_TEXT]


class FeederOut(Out):
    """A feeder."""

    id: int
    name: str


class SiteOut(Out):
    """A site with its feeders."""

    id: int
    name: str
    kind: str
    feeders: list[FeederOut]


class CommunityOut(Out):
    """A community with its sites."""

    id: int
    name: str
    municipality: str
    dane: str
    altitude_m: int
    sites: list[SiteOut]


def _site(row: Site) -> SiteOut:
    return SiteOut.of(row, feeders=[FeederOut.of(one) for one in row.feeders.all()])


def _community(row: Community) -> CommunityOut:
    return CommunityOut.of(row, sites=[_site(one) for one in row.sites.all()])


@router.get("/places", **guarded(Operation.SEE_CUSTOMERS, list[CommunityOut]))
def tree(request: HttpRequest) -> list[CommunityOut]:
    """Las comunidades, sus sitios y sus circuitos."""
    rows = Community.objects.of(user_of(request)).prefetch_related("sites__feeders")
    return [_community(row) for row in rows]


@router.post("/communities", **guarded(Operation.EDIT_CUSTOMERS, CommunityOut, status=201))
def new_community(request: HttpRequest, body: CommunityIn) -> CommunityOut:
    """Registrar una comunidad."""
    return _community(create_community(user_of(request), **body.model_dump()))


@router.post("/sites", **guarded(Operation.EDIT_CUSTOMERS, SiteOut, status=201))
def new_site(request: HttpRequest, body: SiteIn) -> SiteOut:
    """Registrar un sitio de una comunidad."""
    community = own_row(request, Community, body.community_id, "community_id")
    return _site(create_site(user_of(request), community=community, name=body.name, kind=body.kind.value))


@router.post("/feeders", **guarded(Operation.EDIT_CUSTOMERS, FeederOut, status=201))
def new_feeder(request: HttpRequest, body: FeederIn) -> FeederOut:
    """Registrar un circuito de un sitio."""
    site = own_row(request, Site, body.site_id, "site_id")
    return FeederOut.of(create_feeder(user_of(request), site=site, name=body.name))
