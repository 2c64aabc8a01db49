"""The services that the user of a client asks for: each call checks, builds the APDU and begins to wait.

Source: IEC 62056-5-3, 6: GET, SET, ACTION and ACCESS services
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from protocols.dlms.axdr import Data
from protocols.dlms.client import requests as requests
from protocols.dlms.client.events import ClientCall
from protocols.dlms.client.requests import AccessItem, Exchange, Target, access_flags, access_request
from protocols.dlms.conformance_block import Conformance
from protocols.dlms.cosem.declaration import ClassReference
from protocols.dlms.cosem.selection import Selection
from protocols.dlms.obis import Obis

_GET = ClientCall.GET


class ClientCalls(ABC):
    """The calls of an open association; each gives the APDU to send. `ClientConnection` is the whole."""

    def get(
        self, cosem_class: ClassReference, obis: Obis, attribute: int, selection: Selection | None = None
    ) -> bytes:
        """Read an attribute, or the rows of a profile that `selection` names.

        Raises:
            LocalProtocolError: there is no association, an answer is awaited, or a value cannot be encoded.
        """
        return self._get(self._prepare(_GET), cosem_class, obis, attribute, selection)

    def get_octets(
        self, cosem_class: ClassReference, obis: Obis, attribute: int, selection: Selection | None = None
    ) -> bytes:
        """The same request; its answer comes undecoded, as `GetOctets`, and a refusal as `GetResult`.

        Raises:
            LocalProtocolError: as `get`.
        """
        exchange = self._prepare(_GET)
        exchange.as_octets = True
        return self._get(exchange, cosem_class, obis, attribute, selection)

    def _get(
        self,
        exchange: Exchange,
        cosem_class: ClassReference,
        obis: Obis,
        attribute: int,
        selection: Selection | None,
    ) -> bytes:
        apdu = requests.get(exchange, cosem_class, obis, attribute, selection)
        return self._begin(_GET, exchange, apdu)

    def get_list(self, targets: Sequence[Target]) -> bytes:
        """Read several attributes with one request; each may have a selection as its fourth part.

        Raises:
            LocalProtocolError: as `get`.
        """
        exchange = self._prepare(_GET, with_list=True)
        return self._begin(_GET, exchange, requests.get_list(exchange, targets))

    def set(
        self,
        cosem_class: ClassReference,
        obis: Obis,
        attribute: int,
        data: Data,
        selection: Selection | None = None,
        *,
        confirmed: bool = True,
    ) -> bytes:
        """Write an attribute, with blocks when the server could not take it whole.

        Args:
            cosem_class: class of the object.
            obis: its logical name.
            attribute: index of the attribute, 0 for all of them.
            data: the value.
            selection: the part that is written.
            confirmed: False when no answer is wanted; none is awaited then.

        Raises:
            LocalProtocolError: as `get`; or the value is too long and the server takes no blocks.
        """
        exchange = self._prepare(ClientCall.SET, confirmed=confirmed)
        reference = requests.attribute_reference(cosem_class, obis, attribute, selection)
        apdu = requests.set_one(exchange, self._terms, reference, data)
        return self._begin(ClientCall.SET, exchange, apdu)

    def set_list(self, items: Sequence[tuple[Target, Data]], *, confirmed: bool = True) -> bytes:
        """Write several attributes with one request: pairs of a target and its value.

        Raises:
            LocalProtocolError: as `set`.
        """
        exchange = self._prepare(ClientCall.SET, confirmed=confirmed, with_list=True)
        pairs = [(requests.attribute_reference(*target), value) for target, value in items]
        return self._begin(ClientCall.SET, exchange, requests.set_list(exchange, self._terms, pairs))

    def action(
        self,
        cosem_class: ClassReference,
        obis: Obis,
        method: int,
        data: Data | None = None,
        *,
        confirmed: bool = True,
    ) -> bytes:
        """Invoke a method, with blocks when the server could not take the parameter whole.

        Raises:
            LocalProtocolError: as `set`.
        """
        exchange = self._prepare(ClientCall.ACTION, confirmed=confirmed)
        target = requests.method_descriptor(cosem_class, obis, method)
        return self._begin(ClientCall.ACTION, exchange, requests.action(exchange, self._terms, target, data))

    def action_list(
        self, items: Sequence[tuple[ClassReference, Obis, int, Data | None]], *, confirmed: bool = True
    ) -> bytes:
        """Invoke several methods with one request: class, logical name, method and parameter of each.

        Raises:
            LocalProtocolError: as `set`.
        """
        exchange = self._prepare(ClientCall.ACTION, confirmed=confirmed, with_list=True)
        pairs = [(requests.method_descriptor(*item[:3]), item[3]) for item in items]
        return self._begin(ClientCall.ACTION, exchange, requests.action_list(exchange, self._terms, pairs))

    def access(
        self,
        items: Sequence[AccessItem],
        *,
        confirmed: bool = True,
        break_on_error: bool = False,
        self_descriptive: bool = False,
    ) -> bytes:
        """Read, write and invoke with one request.

        Args:
            items: what is done, in order.
            confirmed: False when no answer is wanted; none is awaited then.
            break_on_error: nothing is done after the first item that fails.
            self_descriptive: the answer repeats the items.

        Raises:
            LocalProtocolError: as `get`; or it is too long and the server takes no general blocks.
        """
        flags = access_flags(
            confirmed=confirmed, break_on_error=break_on_error, self_descriptive=self_descriptive
        )
        exchange = self._prepare_long(ClientCall.ACCESS, flags)
        apdu = requests.encode(access_request(exchange.invoke, items))
        self._terms.whole(len(apdu), Conformance(0))
        return self._begin(ClientCall.ACCESS, exchange, apdu)

    # ------------------------------------------------------------ what the calls rest on

    @property
    @abstractmethod
    def _terms(self) -> requests.Terms:
        """Terms that the association sets for a request."""

    @abstractmethod
    def _prepare(self, call: ClientCall, *, confirmed: bool = True, with_list: bool = False) -> Exchange:
        """A fresh exchange, when the call is allowed now."""

    @abstractmethod
    def _prepare_long(self, call: ClientCall, flags: int) -> Exchange:
        """The same with a long invoke-id."""

    @abstractmethod
    def _begin(self, call: ClientCall, exchange: Exchange, apdu: bytes) -> bytes:
        """Wait for the answer; what travels instead of `apdu`."""
