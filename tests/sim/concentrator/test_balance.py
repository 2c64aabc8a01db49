"""Line loss: balances by hand, thresholds, and planted theft behind a real totaliser (R6.2-01)."""

import pytest

from sim.concentrator.line_loss import LineLoss, LossVerdict
from sim.concentrator.terms import BalanceTerms, TermsError

DAY_S, DEVIATION_MIN = 86_400, 300
DAY_0_S = 5 * 3600  # local midnight


def loss_of(**terms):
    judge, told = LineLoss(BalanceTerms(**terms), DEVIATION_MIN), []
    judge.on_verdict = told.append
    return judge, told


def registers(day, wh, begin_wh=1000):
    """A register at both ends of a day."""
    begin_s = DAY_0_S + day * DAY_S
    return {begin_s: begin_wh, begin_s + DAY_S: begin_wh + wh}


def judge_day(judge, day, total_wh, *meters_wh):
    meters = {f"m{place}": registers(day, wh) for place, wh in enumerate(meters_wh)}
    return judge.judge(DAY_0_S + day * DAY_S, registers(day, total_wh), meters)


def test_a_day_is_local():
    judge, _ = loss_of()
    assert judge.day_of(DAY_0_S + 1) == DAY_0_S
    assert judge.day_of(DAY_0_S + DAY_S) == DAY_0_S  # an interval belongs to the day in which it ends
    assert judge.day_of(DAY_0_S + DAY_S + 1) == DAY_0_S + DAY_S


@pytest.mark.parametrize(
    ("meters_wh", "verdict", "percent"),
    [
        ((5_000, 5_000), LossVerdict.NORMAL, 0.0),
        ((4_750, 4_750), LossVerdict.NORMAL, 5.0),
        ((4_700, 4_700), LossVerdict.WARNING, 6.0),
        ((5_100, 5_100), LossVerdict.NORMAL, -2.0),
        ((5_200, 5_200), LossVerdict.NEGATIVE, -4.0),
    ],
)
def test_the_shares_of_one_day(meters_wh, verdict, percent):
    judge, told = loss_of()
    day = judge_day(judge, 0, 10_000, *meters_wh)
    assert (day.verdict, day.loss_percent) == (verdict, pytest.approx(percent))
    assert told == ([] if verdict is LossVerdict.NORMAL else [day])


def test_an_alarm_needs_three_days_of_seven():
    judge, told = loss_of()
    verdicts = [
        judge_day(judge, day, 10_000, wh).verdict for day, wh in enumerate([8_500, 9_900, 8_500, 8_500])
    ]
    assert verdicts == [LossVerdict.WARNING, LossVerdict.NORMAL, LossVerdict.WARNING, LossVerdict.ALARM]
    assert len(told) == 3
    later = [judge_day(judge, 7 + day, 10_000, 8_500).verdict for day in range(2)]
    assert later == [LossVerdict.ALARM, LossVerdict.ALARM]
    assert judge_day(judge, 30, 10_000, 8_500).verdict is LossVerdict.WARNING


def test_technical_losses_are_taken_off():
    judge, _ = loss_of(technical_percent=4.0)
    day = judge_day(judge, 0, 10_000, 9_300)
    assert (day.technical_wh, day.verdict) == (400, LossVerdict.NORMAL)


def test_a_day_with_too_few_values_is_not_judged():
    judge, told = loss_of()
    begin_s = DAY_0_S
    meters = {"m0": registers(0, 1), "m1": {begin_s: 5}}
    assert judge.judge(begin_s, registers(0, 10_000), meters).verdict is LossVerdict.UNJUDGED
    assert judge.judge(begin_s, {}, {"m0": registers(0, 1)}).verdict is LossVerdict.UNJUDGED
    assert judge.judge(begin_s, registers(0, 0), {"m0": registers(0, 0)}).loss_percent == 0
    assert told == []


def test_an_interval_is_balanced_over_the_meters_that_are_there():
    judge, _ = loss_of()
    total, meters = {0: 100, 900: 190}, [{0: 10, 900: 50}, {0: 0, 900: 40}, {900: 7}]
    assert judge.interval(900, total, meters) == (90, 80, 2)
    assert judge.interval(1800, total, meters) is None


@pytest.mark.parametrize(
    "terms", [{"alarm_percent": 1.0}, {"negative_percent": 1.0}, {"alarm_days": 8}, {"period_s": 0}]
)
def test_thresholds_that_cannot_be_are_refused(terms):
    with pytest.raises(TermsError):
        BalanceTerms(**terms)


# ---------------------------------------------------------------- with a totaliser on the bus


def watched(make_street, theft_a):
    """A street with a totaliser that sees what two homes draw, and what somebody takes past a meter."""
    street = make_street(2, totaliser=True)
    token_wh = 100.0
    head_end = street.head_end()
    for number, house in enumerate(street.houses):
        token = street.mint(house, token_wh)
        body = {"order": f"o{number}", "kind": "token", "serial": house.serial, "token": token}
        head_end.ask("order.place", body, wait_s=30.0)
        house.supply.set_load(4.0, 0.0)
    street.total.set_load(8.0 + theft_a, 0.0)
    return street


def test_an_honest_street_is_normal(make_street):
    street = watched(make_street, 0.0)
    street.run(2.5 * DAY_S)
    verdicts = [day.verdict for day in street.concentrator.loss.days]
    assert verdicts == [
        LossVerdict.UNJUDGED,
        LossVerdict.UNJUDGED,
        LossVerdict.NORMAL,
    ]  # the world began at midnight
    day = street.concentrator.loss.days[-1]
    assert day.totaliser_wh == pytest.approx(23_040, rel=0.01)
    assert abs(day.loss_percent) < 1


@pytest.mark.requirement("R6.2-10")
def test_planted_theft_becomes_a_warning_and_then_an_alarm(make_street):
    street = watched(make_street, 2.0)
    street.run(5.5 * DAY_S)
    days = list(street.concentrator.loss.days)
    assert [day.verdict for day in days[2:]] == [
        LossVerdict.WARNING,
        LossVerdict.WARNING,
        LossVerdict.ALARM,
        LossVerdict.ALARM,
    ]
    assert days[-1].loss_percent == pytest.approx(20.0, abs=0.5)
    names = [event.name for event in street.concentrator.events if event.name.startswith("loss")]
    assert names == ["loss-warning", "loss-warning", "loss-alarm", "loss-alarm"]
    body = street.head_end().ask("balance.read")
    assert [day["verdict"] for day in body["days"]][-1] == "alarm"


def test_a_totaliser_that_does_not_answer_stops_nothing(make_street):
    street = make_street(1, totaliser=True)
    street.total.set_energised(False)
    street.run(2 * DAY_S)
    street.total.set_energised(True)
    street.run(1.5 * DAY_S)
    assert len(street.concentrator.loss.days) >= 1


def test_no_more_buses_than_there_are(make_street):
    with pytest.raises(TermsError, match="2 RS-485 buses"):
        make_street(0, totaliser=True, buses=2)
