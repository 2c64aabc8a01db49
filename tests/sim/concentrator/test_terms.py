"""The terms of a concentrator: what a scenario may say, and one sentence for what it may not."""

import pytest

from protocols.field.events import CONCENTRATOR_EVENTS
from sim.concentrator import ConcentratorTerms, TermsError, concentrator_terms
from sim.concentrator.plans import DEFAULT_PLANS
from sim.concentrator.web.texts import EVENTS, TEXTS


def test_nothing_said_is_the_usual_one():
    terms = concentrator_terms({})
    assert terms == ConcentratorTerms()
    assert terms.plans == DEFAULT_PLANS
    assert terms.system_title == b"AMB" + terms.eui48[1:]
    assert terms.storage.rows == 400 * 40 * 96


def test_everything_can_be_said():
    terms = concentrator_terms(
        {
            "serial": "90000002",
            "ldn": "AMBDC00000000002",
            "eui48": "02:dc:00:00:00:02",
            "title": "414d420000000002",
            "whitelist": ["1", "2"],
            "reader_password": "a password",
            "plans": [{"name": "x", "task": "events", "obis": ["0.0.99.98.0"], "at": "03:00"}],
            "wire": {"retries": 3, "claim_s": 10},
            "storage": {"meters": 10, "days": 2, "eviction": "refuse-new"},
            "clock": {"drift_s_per_day": -2.0},
            "uplink": {"order": ["4g", "lan"], "secret": "s"},
            "balance": {"warning_percent": 4.0},
            "power": {"hold_up_s": 0.0},
            "web": {"lang": "en"},
        }
    )
    assert terms.eui48.hex() == "02dc00000002"
    assert terms.whitelist == frozenset({"1", "2"})
    assert terms.uplink.order == ("4g", "lan")
    assert terms.storage.rows == 1920


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"color": 1}, "color is unknown"),
        ({"wire": {"color": 1}}, "wire: color is unknown"),
        ({"wire": 7}, "wire must be a table"),
        ({"wire": {"retries": "2"}}, "wire.retries must be a whole number"),
        ({"wire": {"retries": 11}}, "retries must be 0 to 10"),
        ({"wire": {"claim_s": "x"}}, "wire.claim_s must be a number"),
        ({"wire": {"first_sap": 5}}, "first_sap"),
        ({"serial": 7}, "concentrator.serial must be a text"),
        ({"ldn": "AMBDC000000000001"}, "ldn"),
        ({"eui48": "02dc"}, "eui48"),
        ({"eui48": "xyz"}, "hexadecimal"),
        ({"title": "00"}, "title"),
        ({"plans": {"name": "x"}}, "list of tables"),
        ({"whitelist": "x"}, "list of serials"),
        ({"plans": [DEFAULT_PLANS[0].to_table()] * 2}, "same name"),
        ({"storage": {"eviction": "all"}}, "eviction must be one of"),
        ({"storage": {"meters": 0}}, "1 or more"),
        ({"uplink": {"order": ["wifi"]}}, "order must name"),
        ({"uplink": {"order": ["lan", "lan"]}}, "order must name"),
        ({"clock": {"meter_slew_s": 1.0}}, "grow in this order"),
        ({"web": {"lang": "fr"}}, "lang must be"),
        ({"power": {"hold_up_s": -1.0}}, "hold_up_s"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(table, words):
    with pytest.raises(TermsError, match=words):
        concentrator_terms(table)


def test_secrets_are_not_shown():
    terms = concentrator_terms({"reader_password": "hush-1", "uplink": {"secret": "hush-2"}})
    assert "hush" not in repr(terms)


def test_tables_of_words_are_whole():
    assert all(spanish and english for spanish, english in TEXTS.values())
    assert EVENTS.keys() == CONCENTRATOR_EVENTS.keys()
    assert all(spanish and english for spanish, english in EVENTS.values())
