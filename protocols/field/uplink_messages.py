"""The messages of the uplink, version 1: a table of who may say what, and what is answered.

Readings and events carry sequence numbers that count up by one for ever. The head-end pulls what is behind a
number and acknowledges up to a number; what is not acknowledged is kept as long as there is room, and what
had to go is said. So nothing is lost in silence, and what is given twice is known by its number.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from protocols.field.shapes import Field, Shape

VERSION = 1
#: Rows or events of one answer; so many fit one line.
PULL_MAX = 400


class Role(StrEnum):
    """The two ends."""

    HEAD_END = "head-end"
    CONCENTRATOR = "concentrator"


def message_shape(fields: tuple[Field, ...]) -> Shape:
    """Shape of a body or an answer: null counts as left out."""
    return Shape(fields, null_is_missing=True, sorted_names=True)


@dataclass(frozen=True)
class MessageType:
    """One kind of message.

    Args:
        name: as it travels.
        sender: who may say it.
        does: what it asks for, in one sentence.
        body: its fields.
        answer: fields of the answer.
    """

    name: str
    sender: Role
    does: str
    body: tuple[Field, ...] = ()
    answer: tuple[Field, ...] = ()

    @cached_property
    def body_shape(self) -> Shape:
        """Shape of its body."""
        return message_shape(self.body)

    @cached_property
    def answer_shape(self) -> Shape:
        """Shape of its answer."""
        return message_shape(self.answer)


def _count(name: str, *, required: bool = True) -> Field:
    return Field(name, "integer", required=required, low=0, high=2**53)


def _optional(name: str, type_name: str, of: tuple[Field, ...] = ()) -> Field:
    return Field(name, type_name, required=False, of=of)


METER_STATES = ("registered", "quarantined", "rejected")
REASONS = ("", "duplicate-serial", "duplicate-eui48", "rogue-serial", "no-keys", "wrong-keys")
ORDER_KINDS = ("read", "token", "relay", "clock", "plan")
ORDER_STATES = ("queued", "running", "done", "failed", "expired", "unknown")
SWITCHES = ("open", "close")

_SERIAL = Field("serial", "text")
#: A meter as a list shows it. Times are s since 1970 by the concentrator's clock; `stale` is never left out.
METER = (
    _SERIAL,
    Field("eui48", "hex"),
    Field("ldn", "text"),
    Field("drn", "text"),
    _count("sap"),
    Field("state", "text", choices=METER_STATES),
    Field("reason", "text", choices=REASONS),
    _count("since_utc_s"),
    Field("reachable", "flag"),
    Field("stale", "flag"),
    _optional("last_contact_utc_s", "integer"),
)
#: Rows of one profile of one meter: each is [number, instant s since 1970, value of each column …].
BATCH = (
    _SERIAL,
    Field("profile", "text"),
    Field("columns", "texts"),
    _count("period_s"),
    Field("rows", "rows"),
)
EVENT = (
    _count("number"),
    _count("utc_s"),
    Field("name", "text"),
    _count("group"),
    Field("alarm", "flag"),
    Field("serial", "text"),
    Field("detail", "text"),
)
#: Values of a meter outside profiles: each is [OBIS, value, instant of capture s since 1970].
VALUES = Field("values", "rows", required=False)
ORDER = (
    Field("order", "text"),
    Field("kind", "text", choices=ORDER_KINDS),
    Field("state", "text", choices=ORDER_STATES),
    Field("serial", "text"),
    _optional("result", "text"),
    _count("attempts"),
    VALUES,
)
LOST = (_count("first"), _count("last"), Field("reason", "text"))
STATISTICS = (
    _SERIAL,
    _count("attempts"),
    _count("successes"),
    _optional("success_percent", "number"),
    _optional("latency_mean_s", "number"),
    Field("latency_max_s", "number"),
    _optional("last_contact_utc_s", "integer"),
    _optional("level", "integer"),
    Field("path", "texts"),
    _count("retries"),
    _count("lost"),
)
BALANCE = (
    _count("day_utc_s"),
    Field("totaliser_wh", "integer"),
    Field("meters_wh", "integer"),
    Field("technical_wh", "integer"),
    Field("loss_percent", "number"),
    Field("coverage_percent", "number"),
    Field("verdict", "text"),
)
_PULL = (_count("after"), Field("limit", "integer", low=1, high=PULL_MAX))
_NONCE = Field("nonce", "hex")
_PROOF = Field("proof", "hex")
_UTC = Field("utc", "text")

_TABLE: tuple[MessageType, ...] = (
    MessageType(
        "hello",
        Role.HEAD_END,
        "Opens the conversation; the concentrator proves that it knows the secret.",
        (Field("name", "text"), _NONCE),
        (Field("ldn", "text"), Field("serial", "text"), _NONCE, _PROOF),
    ),
    MessageType("auth", Role.HEAD_END, "Proves that the head-end knows the secret.", (_PROOF,)),
    MessageType(
        "status.read",
        Role.HEAD_END,
        "Reads the concentrator's state.",
        (),
        (_UTC, _count("uptime_s"), Field("uplink", "text"), Field("counts", "object")),
    ),
    MessageType(
        "clock.sync",
        Role.HEAD_END,
        "Tells the time, as a time server does.",
        (_UTC,),
        (Field("deviation_s", "number"),),
    ),
    MessageType(
        "meters.list",
        Role.HEAD_END,
        "Lists the meters, in the order of their addresses, behind one address.",
        (_count("after_sap"), Field("limit", "integer", low=1, high=100)),
        (Field("meters", "objects", of=METER), Field("more", "flag")),
    ),
    MessageType(
        "meters.decide",
        Role.HEAD_END,
        "Confirms a meter in quarantine, or rejects one; by serial or by EUI-48 in hexadecimal.",
        (Field("meter", "text"), Field("trusted", "flag")),
        METER,
    ),
    MessageType(
        "readings.pull",
        Role.HEAD_END,
        "Gives rows behind a number, oldest first, and says which numbers will never come.",
        _PULL,
        (
            Field("batches", "objects", of=BATCH),
            _count("next"),
            Field("more", "flag"),
            Field("lost", "objects", of=LOST),
        ),
    ),
    MessageType(
        "readings.acknowledge",
        Role.HEAD_END,
        "The head-end has every row up to a number, and kept it.",
        (_count("through"),),
        (_count("held"),),
    ),
    MessageType(
        "events.pull",
        Role.HEAD_END,
        "Gives events behind a number, oldest first.",
        _PULL,
        (Field("events", "objects", of=EVENT), _count("next"), Field("more", "flag"), _count("dropped")),
    ),
    MessageType(
        "events.acknowledge",
        Role.HEAD_END,
        "The head-end has every event up to a number.",
        (_count("through"),),
        (_count("held"),),
    ),
    MessageType(
        "order.place",
        Role.HEAD_END,
        "Has something done at a meter, once; the id of the order is its caller's.",
        (
            Field("order", "text"),
            Field("kind", "text", choices=ORDER_KINDS),
            Field("serial", "text"),
            _optional("token", "text"),
            Field("switch", "text", required=False, choices=SWITCHES),
            _optional("obis", "texts"),
            _optional("plan", "object"),
            _optional("expires_utc_s", "integer"),
        ),
        ORDER,
    ),
    MessageType("order.read", Role.HEAD_END, "Tells how an order stands.", (Field("order", "text"),), ORDER),
    MessageType(
        "statistics.read",
        Role.HEAD_END,
        "Tells how well each meter is reached, behind one address.",
        (_count("after_sap"), Field("limit", "integer", low=1, high=100)),
        (Field("meters", "objects", of=STATISTICS), Field("more", "flag"), _count("next")),
    ),
    MessageType(
        "balance.read",
        Role.HEAD_END,
        "Gives the daily balances.",
        (),
        (Field("days", "objects", of=BALANCE),),
    ),
    MessageType(
        "parameters.read", Role.HEAD_END, "Reads every parameter.", (), (Field("parameters", "object"),)
    ),
    MessageType(
        "parameters.write",
        Role.HEAD_END,
        "Sets one parameter.",
        (Field("name", "text"), Field("value", "text")),
        (Field("value", "text"),),
    ),
    MessageType(
        "events.push", Role.CONCENTRATOR, "Tells of alarms at once.", (Field("events", "objects", of=EVENT),)
    ),
    MessageType(
        "last-gasp",
        Role.CONCENTRATOR,
        "The supply failed; the capacitor feeds this one message. No answer is waited for.",
        (_UTC, _count("held_readings"), _count("held_events")),
    ),
    MessageType("order.done", Role.CONCENTRATOR, "An order came to its end.", ORDER),
)

#: Name -> type of message.
MESSAGES: dict[str, MessageType] = {message.name: message for message in _TABLE}
