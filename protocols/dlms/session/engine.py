"""The session engine: every call of a session as an operation, with no pipe and no event loop of its own.

The two drivers, `blocking.DlmsSession` and `asynchronous.AsyncDlmsSession`, offer these operations as calls.
"""

from collections.abc import Sequence

from protocols.dlms.axdr import Data
from protocols.dlms.client.events import (
    ActionDone,
    ActionListDone,
    ClientEvent,
    GetListResult,
    GetOctets,
    GetResult,
    SetListResult,
    SetResult,
)
from protocols.dlms.client.requests import AccessDone, AccessItem
from protocols.dlms.codes import ActionResult, DataAccessResult
from protocols.dlms.conformance_block import Conformance
from protocols.dlms.cosem.access import AssociationLn
from protocols.dlms.cosem.declaration import ClassReference
from protocols.dlms.cosem.device import CURRENT_ASSOCIATION
from protocols.dlms.cosem.selection import Selection
from protocols.dlms.obis import Obis
from protocols.dlms.session.core import ObisLike, SessionCore, expect, to_obis
from protocols.dlms.session.errors import AccessRefused, ActionRefused, ExceptionAnswered
from protocols.dlms.session.transport import Operation
from protocols.dlms.xdlms.fields import Result

#: Class, logical name, attribute; a profile may have a selection as the fourth.
Target = tuple[ClassReference, ObisLike, int] | tuple[ClassReference, ObisLike, int, Selection | None]
#: A target and its new value.
Write = tuple[Target, Data]
#: Class, logical name, method, parameter.
MethodCall = tuple[ClassReference, ObisLike, int, Data | None]

LOGICAL_NAME = 1


class SessionEngine(SessionCore):
    """One client session, as operations. Reads are repeated as the terms allow; nothing else ever is."""

    def get(
        self, cosem_class: ClassReference, obis: ObisLike, attribute: int, selection: Selection | None = None
    ) -> Operation[Data]:
        """Read an attribute.

        Raises:
            AccessRefused: the server says why there is no value.
            ExceptionAnswered: the server cannot serve the request.
            NoAnswer: nothing came.
        """

        def ask() -> bytes:
            return self.client.get(cosem_class, to_obis(obis), attribute, selection)

        result = expect((yield from self.read(ask, (GetResult,), f"get {obis}")), GetResult).result
        if isinstance(result, DataAccessResult):
            raise AccessRefused(result)
        return result

    def get_octets(
        self, cosem_class: ClassReference, obis: ObisLike, attribute: int, selection: Selection | None = None
    ) -> Operation[bytes]:
        """Read an attribute and leave it undecoded: the A-XDR octets of its value, for a faster decoder.

        Raises:
            AccessRefused: the server says why there is no value.
            ExceptionAnswered: the server cannot serve the request.
            NoAnswer: nothing came.
        """

        def ask() -> bytes:
            return self.client.get_octets(cosem_class, to_obis(obis), attribute, selection)

        event = yield from self.read(ask, (GetOctets, GetResult), f"get {obis}")
        if isinstance(event, GetResult) and isinstance(event.result, DataAccessResult):
            raise AccessRefused(event.result)
        return expect(event, GetOctets).octets

    def get_list(self, targets: Sequence[Target]) -> Operation[tuple[Result, ...]]:
        """Read several attributes with one request; refusals stand among the results.

        Raises:
            ExceptionAnswered: the server cannot serve the request.
            NoAnswer: nothing came.
        """

        def ask() -> bytes:
            return self.client.get_list([_target(target) for target in targets])

        return expect((yield from self.read(ask, (GetListResult,), "get with list")), GetListResult).results

    def set(
        self,
        cosem_class: ClassReference,
        obis: ObisLike,
        attribute: int,
        data: Data,
        selection: Selection | None = None,
        *,
        confirmed: bool = True,
    ) -> Operation[None]:
        """Write an attribute; never repeated. Unconfirmed, it returns at once and nobody knows.

        Raises:
            AccessRefused: the server says why it was not written.
            ExceptionAnswered: the server cannot serve the request.
            OutcomeUnknown: nothing came: it may have been written or not.
        """
        apdu = self.client.set(cosem_class, to_obis(obis), attribute, data, selection, confirmed=confirmed)
        event = yield from self._written(apdu, SetResult, f"set {obis}", confirmed=confirmed)
        result = DataAccessResult.SUCCESS if event is None else expect(event, SetResult).result
        if result is not DataAccessResult.SUCCESS:
            raise AccessRefused(result)

    def set_list(self, writes: Sequence[Write]) -> Operation[tuple[DataAccessResult, ...]]:
        """Write several attributes with one request; one result for each. Never repeated.

        Raises:
            ExceptionAnswered: the server cannot serve the request.
            OutcomeUnknown: nothing came: they may have been written or not.
        """
        apdu = self.client.set_list([(_target(target), data) for target, data in writes])
        return expect((yield from self.write(apdu, SetListResult, "set with list")), SetListResult).results

    def action(
        self,
        cosem_class: ClassReference,
        obis: ObisLike,
        method: int,
        data: Data | None = None,
        *,
        confirmed: bool = True,
    ) -> Operation[Data | None]:
        """Invoke a method; what it returned, None when nothing. Never repeated.

        Raises:
            ActionRefused: the server says why it was not invoked.
            ExceptionAnswered: the server cannot serve the request.
            OutcomeUnknown: nothing came: it may have been carried out or not.
        """
        apdu = self.client.action(cosem_class, to_obis(obis), method, data, confirmed=confirmed)
        event = yield from self._written(apdu, ActionDone, f"action {obis}", confirmed=confirmed)
        if event is None:
            return None
        done = expect(event, ActionDone)
        if done.result is not ActionResult.SUCCESS:
            raise ActionRefused(done.result)
        return done.data

    def action_list(self, calls: Sequence[MethodCall]) -> Operation[tuple[ActionDone, ...]]:
        """Invoke several methods with one request; one outcome for each. Never repeated.

        Raises:
            ExceptionAnswered: the server cannot serve the request.
            OutcomeUnknown: nothing came: they may have been carried out or not.
        """
        apdu = self.client.action_list(
            [(kind, to_obis(obis), method, data) for kind, obis, method, data in calls]
        )
        done = expect((yield from self.write(apdu, ActionListDone, "action with list")), ActionListDone)
        return done.outcomes

    def access(
        self,
        items: Sequence[AccessItem],
        *,
        break_on_error: bool = False,
        self_descriptive: bool = False,
    ) -> Operation[AccessDone]:
        """Read, write and invoke with one request. Never repeated: it may write.

        Args:
            items: what is done, in order.
            break_on_error: nothing is done after the first item that fails.
            self_descriptive: the answer repeats the items.

        Raises:
            ExceptionAnswered: the server cannot serve the request.
            OutcomeUnknown: nothing came: some of it may have been done.
        """
        apdu = self.client.access(items, break_on_error=break_on_error, self_descriptive=self_descriptive)
        return expect((yield from self.write(apdu, AccessDone, "access")), AccessDone)

    def keep_alive(self, idle_s: float = 0.0) -> Operation[bool]:
        """Make sure that neither side's inactivity time-out ends the session: read something small.

        Args:
            idle_s: do nothing where the server was heard less than this long ago, seconds.

        Returns:
            True when something was asked.

        Raises:
            NoAnswer: nothing came: the session is dead.
        """
        heard_s = self.transport.heard_s
        if heard_s is not None and self.transport.now_s() - heard_s < idle_s:
            return False
        try:
            yield from self.get(AssociationLn, CURRENT_ASSOCIATION, LOGICAL_NAME)
        except (AccessRefused, ExceptionAnswered):
            return True  # a refusal, too, says that somebody is there
        return True

    @property
    def takes_lists(self) -> bool:
        """True where the association allows several references in one request."""
        return bool(self.client.granted & Conformance.MULTIPLE_REFERENCES)

    def _written(
        self, apdu: bytes, wanted: type[ClientEvent], what: str, *, confirmed: bool
    ) -> Operation[ClientEvent | None]:
        if confirmed:
            return (yield from self.write(apdu, wanted, what))
        yield from self.transport.send(apdu)
        return None


def _target(target: Target) -> tuple[ClassReference, Obis, int, Selection | None]:
    selection = target[3] if len(target) == 4 else None
    return target[0], to_obis(target[1]), target[2], selection
