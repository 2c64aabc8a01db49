"""Groups and their members."""

from typing import Annotated, Any

from django.db.models import Count, Q
from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from system.accounts.access import user_of
from system.accounts.permissions import Operation
from system.accounts.rest.auth import guarded
from system.accounts.rest.fields import In, Instant, Key, Out, Page, PageQuery, page_of, row_or_404, text_of
from system.registry.errors import UnableToRegister
from system.registry.models import Group, GroupAxis, GroupMembership, Installation
from system.registry.services.groups import create_group, join, leave

router = Router(tags=["Grupos"])
_ONE = "/groups/{key:group_id}"
MEMBERS_MAX = 500


class GroupIn(In):
    """A group."""

    axis: GroupAxis
    name: Annotated[str, text_of(Group, "name")]


class MembersIn(In):
    """Installations that join."""

    installation_ids: Annotated[list[Key], Field(min_length=1, max_length=MEMBERS_MAX)]


class GroupOut(Out):
    """A group."""

    id: int
    axis: str
    name: str
    members: int = Field(description="instalaciones que pertenecen ahora")


class MemberOut(Out):
    """Membership of an installation in a group, for a time."""

    id: int
    installation_id: int
    niu: str
    valid_from: Instant
    valid_to: Instant | None


def _rows(request: HttpRequest) -> Any:
    now = Count("memberships", filter=Q(memberships__valid_to__isnull=True))
    return Group.objects.of(user_of(request)).annotate(members=now).order_by("axis", "name")


def _out(row: Any) -> GroupOut:
    return GroupOut.of(row, members=getattr(row, "members", 0))


def _member(row: GroupMembership) -> MemberOut:
    return MemberOut.of(row, niu=row.installation.niu)


@router.get("/groups", **guarded(Operation.SEE_CUSTOMERS, Page[GroupOut]))
def list_groups(request: HttpRequest, page: Query[PageQuery]) -> Any:
    """Los grupos, eje por eje."""
    return page_of(Page[GroupOut], _rows(request), page, _out)


@router.post("/groups", **guarded(Operation.EDIT_CUSTOMERS, GroupOut, status=201))
def new_group(request: HttpRequest, body: GroupIn) -> GroupOut:
    """Registrar un grupo."""
    return _out(create_group(user_of(request), axis=body.axis.value, name=body.name))


@router.get(_ONE, **guarded(Operation.SEE_CUSTOMERS, GroupOut))
def one_group(request: HttpRequest, group_id: int) -> GroupOut:
    """Un grupo."""
    return _out(row_or_404(_rows(request), group_id))


@router.get(f"{_ONE}/members", **guarded(Operation.SEE_CUSTOMERS, Page[MemberOut]))
def list_members(request: HttpRequest, group_id: int, page: Query[PageQuery]) -> Any:
    """Quién pertenece, y quién perteneció."""
    group = row_or_404(Group.objects.of(user_of(request)), group_id)
    rows = GroupMembership.objects.of(user_of(request)).filter(group=group).select_related("installation")
    return page_of(Page[MemberOut], rows.order_by("-valid_from", "-pk"), page, _member)


@router.post(f"{_ONE}/members", **guarded(Operation.EDIT_CUSTOMERS, GroupOut))
def add_members(request: HttpRequest, group_id: int, body: MembersIn) -> GroupOut:
    """Que pertenezcan desde ahora; las que ya pertenecen, siguen igual."""
    group = row_or_404(Group.objects.of(user_of(request)), group_id)
    wanted = set(body.installation_ids)
    found = list(Installation.objects.of(user_of(request)).filter(pk__in=wanted))
    if len(found) != len(wanted):
        missing = min(wanted - {row.pk for row in found})
        raise UnableToRegister(f"No existe la instalación {missing}.", "installation_ids")
    join(user_of(request), group, found)
    return _out(row_or_404(_rows(request), group_id))


@router.delete(f"{_ONE}/members/{{key:member_id}}", **guarded(Operation.EDIT_CUSTOMERS, MemberOut))
def remove_member(request: HttpRequest, group_id: int, member_id: int) -> MemberOut:
    """Que ya no pertenezca desde ahora; queda en la historia."""
    rows = GroupMembership.objects.of(user_of(request)).filter(group_id=group_id)
    found = row_or_404(rows.select_related("group", "installation"), member_id)
    leave(user_of(request), found)
    return _member(found)
