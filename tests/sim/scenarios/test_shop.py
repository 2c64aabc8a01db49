"""The shop: tokens that the meter takes, one identifier for each, keys while the campaign runs."""

from datetime import UTC, datetime, timedelta

import pytest

from protocols.dlms.cosem.enumerations import TokenDeliveryMethod
from protocols.sts.identity import BaseDate
from protocols.sts.keys import VendingKey
from protocols.sts.token import decode_token
from sim.scenarios.scenario import KeyChangeTerms
from sim.scenarios.shop import Shop
from sim.scenarios.world import World

METER = "m1"
END_OF_2014 = datetime(2045, 11, 24, 20, 16, tzinfo=UTC)
CAMPAIGN = KeyChangeTerms(begins=END_OF_2014 - timedelta(days=5), ends=END_OF_2014 - timedelta(days=1))


class Street:
    """A meter, a shop, and a calendar that the test turns."""

    def __init__(self, now: datetime, campaign: KeyChangeTerms | None = None) -> None:
        self.now = now
        self.world = World("minimal" if campaign is None else "ppkw", epoch=now)
        self.shop = Shop(lambda: self.now, campaign)
        self.shop.enrol(METER, self.world.meter.parts.tokens.register)

    def type(self, digits: str) -> str:
        record = self.world.meter.enter_token(digits, TokenDeliveryMethod.LOCAL)
        return "" if record.outcome.result is None else record.outcome.result.value


@pytest.fixture
def street() -> Street:
    return Street(datetime(2026, 1, 1, 12, tzinfo=UTC))


def tid(street: Street, digits: str) -> int:
    return decode_token(digits, street.shop.records[METER].register.decoder_key).tid or 0


def test_a_token_brings_its_energy_once(street: Street):
    ticket = street.shop.sell(METER, 5_000, 7)
    assert ticket is not None
    assert (len(ticket.tokens), ticket.amount_wh, ticket.key_change) == (1, 5_000, 0)
    assert street.type(ticket.tokens[0]) == "Accept"
    assert street.world.meter.parts.prepayment.credit_wh == 5_000
    assert street.type(ticket.tokens[0]) != "Accept"


def test_tokens_of_one_minute_have_identifiers_of_their_own(street: Street):
    tickets = [street.shop.sell(METER, 1_000, 0) for _ in range(3)]
    tids = [tid(street, ticket.tokens[0]) for ticket in tickets if ticket is not None]
    assert tids == [tids[0], tids[0] + 1, tids[0] + 2]


def test_the_reserved_minute_is_left_alone():
    street = Street(datetime(2026, 1, 2, 0, 1, 30, tzinfo=UTC))
    ticket = street.shop.sell(METER, 1_000, 0)
    assert ticket is not None
    assert tid(street, ticket.tokens[0]) % 1440 == 2


def test_only_published_keys():
    with pytest.raises(ValueError, match="published test keys"):
        Shop(lambda: END_OF_2014, vending_key=VendingKey(bytes(range(20))))


def test_the_campaign_puts_the_keys_before_the_credit():
    street = Street(CAMPAIGN.begins + timedelta(hours=1), CAMPAIGN)
    ticket = street.shop.sell(METER, 2_000, 3)
    assert ticket is not None
    assert ticket.key_change == 4
    answers = [street.type(token) for token in ticket.tokens]
    assert answers[-1] == "Accept"
    register = street.world.meter.parts.tokens.register
    assert (register.base_date, register.krn) == (BaseDate.Y2035, 6)
    assert street.world.meter.parts.prepayment.credit_wh == 2_000
    again = street.shop.sell(METER, 2_000, 3)
    assert again is not None
    assert again.key_change == 0


def test_outside_the_campaign_there_are_no_keys():
    for now in (CAMPAIGN.begins - timedelta(hours=1), CAMPAIGN.ends + timedelta(hours=1)):
        ticket = Street(now, CAMPAIGN).shop.sell(METER, 2_000, 3)
        assert ticket is not None
        assert ticket.key_change == 0


def test_who_kept_the_old_key_is_sent_away_when_its_range_is_over():
    street = Street(END_OF_2014 - timedelta(minutes=1), CAMPAIGN)
    assert street.shop.sell(METER, 2_000, 3) is not None
    street.now = END_OF_2014
    assert street.shop.sell(METER, 2_000, 3) is None
    assert street.shop.records[METER].refused == 1


def test_a_careless_shop_counts_from_zero_and_sells_what_no_meter_takes():
    wraps = KeyChangeTerms(CAMPAIGN.begins, CAMPAIGN.ends, after_the_end="wrap")
    street = Street(END_OF_2014 - timedelta(hours=1), wraps)
    for _ in range(51):  # the identifiers that the meter remembers
        ticket = street.shop.sell(METER, 100, 0)
        assert ticket is not None
        assert street.type(ticket.tokens[0]) == "Accept"
    street.now = END_OF_2014 + timedelta(minutes=30)
    ticket = street.shop.sell(METER, 2_000, 3)
    assert ticket is not None
    assert street.type(ticket.tokens[0]) != "Accept"


def test_who_has_the_new_key_buys_on():
    street = Street(CAMPAIGN.begins, CAMPAIGN)
    first = street.shop.sell(METER, 2_000, 3)
    assert first is not None
    for token in first.tokens:
        street.type(token)
    street.now = END_OF_2014 + timedelta(days=1)
    ticket = street.shop.sell(METER, 2_000, 3)
    assert ticket is not None
    assert street.type(ticket.tokens[0]) == "Accept"


@pytest.mark.parametrize(
    "wrong", [{"begins": CAMPAIGN.ends, "ends": CAMPAIGN.begins}, {"after_the_end": "pray"}]
)
def test_a_campaign_that_cannot_be(wrong: dict):
    terms = {"begins": CAMPAIGN.begins, "ends": CAMPAIGN.ends, **wrong}
    with pytest.raises(ValueError):
        KeyChangeTerms(**terms)
