"""R5.3-03, R5.3-04, A-08: reserve, mint, commit; one token for a paid sale, whatever is repeated or lost."""

import uuid
from datetime import UTC, date, datetime
from typing import Any

import pytest
from vending_world import Village, drn, make_village

from protocols.sts.errors import StsError
from system.accounts.models import AuditRecord
from system.config.clock import FixedBusinessClock
from system.registry.models import MeterKeying
from system.security_module.client import SecurityModuleClient
from system.security_module.errors import AnswerLost, UnableToReachModule
from system.vending import ledger
from system.vending.errors import SalePending, SaleUnderWay, UnableToSell
from system.vending.ledger import account_of
from system.vending.models import (
    AccountKind,
    InstallationMonth,
    InstallationResidue,
    ObligationRow,
    OpenSale,
    Sale,
    SaleOutcome,
    Token,
)
from system.vending.services.sell_energy import SaleRequest, offer, sell_energy
from system.vending.services.vend_transaction import recover_sales


def request(number: int = 1, amount_c: int | None = 1_000_000, units: int | None = None) -> SaleRequest:
    return SaleRequest(uuid.uuid4(), drn(number), amount_c, units)


def sell(village: Village, wanted: SaleRequest) -> Sale:
    return sell_energy(village.cashier, village.shift, wanted)


def balance(kind: AccountKind, provider: Any, owner: Any = None) -> int:
    return account_of(provider.pk, kind, owner).balance.posted_c


@pytest.fixture
def home(village: Village) -> Any:
    return village.customer(1)


@pytest.mark.requirement("R5-01", "R5-04")
def test_a_sale_ends_with_one_token_that_the_module_reads_back(
    village: Village, home: Any, minting: str
) -> None:
    sale = sell(village, request())
    assert [token.role for token in sale.tokens.all()] == ["credit"]
    token = sale.tokens.get()
    assert len(token.digits) == 20
    assert token.tid is not None
    with SecurityModuleClient(minting) as module:
        read = module.verify(sale.meter, token.digits)
    assert read["crc_ok"]
    assert sale.outcome.test_keys
    # 10 000 COP at 346.21 COP/kWh: 28.8 kWh, the rest stays with the customer
    assert sale.units == 288
    assert InstallationMonth.objects.get(installation=home).units == 288
    assert InstallationResidue.objects.get(installation=home).residue_mc == 10**9 - 288 * 3_462_100
    assert ledger.ledger_faults() == []
    assert balance(AccountKind.MERCHANT, village.provider, village.merchant) == 1_000_000


def test_the_same_request_again_gives_the_same_token(village: Village, home: Any, minting: str) -> None:
    wanted = request()
    first, second = sell(village, wanted), sell(village, wanted)
    assert first.pk == second.pk
    assert Token.objects.count() == 1
    with pytest.raises(UnableToSell, match="identificador"):
        sell(village, SaleRequest(wanted.sale_id, wanted.number, 2_000_000))
    with pytest.raises(UnableToSell, match="identificador"):
        sell_energy(village.supervisor, village.shift, wanted)


def test_the_residue_of_one_sale_pays_into_the_next(village: Village, home: Any, minting: str) -> None:
    first = sell(village, request())
    second = sell(village, request())
    assert first.units + second.units == 2 * 10**9 // 3_462_100
    assert second.tokens.get().tid != first.tokens.get().tid
    assert ledger.ledger_faults() == []
    assert balance(AccountKind.RESIDUE, village.provider, home) == -(
        InstallationResidue.objects.get(installation=home).residue_mc // 1000
    )


@pytest.mark.requirement("R5.3-03")
def test_deductions_reach_their_accounts(village: Village, home: Any, minting: str) -> None:
    common = {"provider": village.provider, "installation": home, "starts_on": date(2026, 1, 1)}
    levy = ObligationRow.objects.create(**common, kind="levy", name="aseo", quota_c=80_000, priority=1)
    debt = ObligationRow.objects.create(**common, kind="arrears", name="mora", share_ppm=100_000, priority=2)
    owed = account_of(village.provider.pk, AccountKind.OBLIGATION, debt)
    type(owed.balance).objects.filter(account=owed).update(posted_c=50_000)  # owed before the ledger began
    sale = sell(village, request())
    assert sale.deducted_c == 80_000 + 50_000
    assert balance(AccountKind.LEVY, village.provider, levy) == -80_000
    assert account_of(village.provider.pk, AccountKind.OBLIGATION, debt).balance.posted_c == 0
    # the levy of the month is paid, the debt too: all of the next sale is energy
    assert sell(village, request()).deducted_c == 0


def test_an_amount_of_energy_can_be_asked_for(village: Village, home: Any, minting: str) -> None:
    sale = sell(village, request(amount_c=None, units=100))
    assert sale.units >= 100
    assert sale.amount_c % 5_000 == 0


def test_a_trial_price_reserves_nothing(village: Village, home: Any) -> None:
    offered = offer(village.cashier, request())
    assert offered.quote.units == 288
    assert offered.supply.agreement.customer.name == "Persona 1"
    assert not Sale.objects.exists()


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"amount_c": 0}, "entre"),
        ({"amount_c": -1}, "entre"),
        ({"amount_c": 10**15}, "entre"),
        ({"amount_c": 9_999}, "entre"),
        ({"amount_c": None, "units": None}, "no ambos"),
        ({"amount_c": 1_000_000, "units": 3}, "no ambos"),
        ({"amount_c": None, "units": 0}, "kWh"),
        ({"amount_c": None, "units": 10**9}, "kWh"),
        ({"number": 77}, "Ningún medidor"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_kept(
    village: Village, home: Any, wanted: dict[str, Any], words: str
) -> None:
    with pytest.raises(UnableToSell, match=words):
        sell(village, request(**wanted))
    assert not Sale.objects.exists()
    assert AuditRecord.objects.filter(action="sale.sell", outcome="refused").count() == 1


@pytest.mark.requirement("R5.3-02")
def test_a_wrong_check_digit_is_named(village: Village, home: Any) -> None:
    number = drn(1)[:-1] + str((int(drn(1)[-1]) + 1) % 10)
    with pytest.raises(UnableToSell, match="dígito de control"):
        sell(village, SaleRequest(uuid.uuid4(), number, 1_000_000))


def test_the_credit_limit_of_the_shop_holds(village: Village, home: Any, minting: str) -> None:
    account = account_of(village.provider.pk, AccountKind.MERCHANT, village.merchant)
    type(account.balance).objects.filter(account=account).update(limit_c=1_500_000)
    sell(village, request())
    with pytest.raises(UnableToSell, match="cupo"):
        sell(village, request())
    assert Sale.objects.count() == 1
    sell(village, request(amount_c=500_000))
    assert ledger.ledger_faults() == []


def test_another_providers_meter_is_unknown_here(village: Village, home: Any, minting: str) -> None:
    other = make_village("Otra empresa")
    with pytest.raises(UnableToSell, match="Ningún medidor"):
        sell_energy(other.cashier, other.shift, request())


def test_only_the_cashier_of_an_open_shift_sells(village: Village, home: Any) -> None:
    with pytest.raises(UnableToSell, match="turno"):
        sell_energy(village.supervisor, village.shift, request())


@pytest.mark.requirement("R5.3-04")
def test_without_a_module_nothing_is_charged_and_the_sale_can_be_asked_for_again(
    village: Village, home: Any, minting: str, settings: Any
) -> None:
    settings.SECURITY_MODULE_URL = "unix:///nowhere/at/all"
    wanted = request()
    with pytest.raises(SalePending):
        sell(village, wanted)
    assert balance(AccountKind.MERCHANT, village.provider, village.merchant) == 0
    with pytest.raises(SaleUnderWay):
        sell(village, request())
    settings.SECURITY_MODULE_URL = minting
    assert recover_sales() == (0, 1, 0)
    with pytest.raises(UnableToSell, match="anulada"):
        sell(village, wanted)
    assert sell(village, request()).tokens.count() == 1
    assert ledger.ledger_faults() == []


@pytest.mark.requirement("R5.3-04")
def test_an_answer_that_was_lost_is_fetched(
    village: Village, home: Any, minting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = SecurityModuleClient.mint

    def lost(self: SecurityModuleClient, message_id: str, *args: Any, **more: Any) -> Any:
        real(self, message_id, *args, **more)
        raise AnswerLost(message_id)

    monkeypatch.setattr(SecurityModuleClient, "mint", lost)
    wanted = request()
    with pytest.raises(SalePending):
        sell(village, wanted)
    assert recover_sales() == (1, 0, 0)
    assert sell(village, wanted).tokens.count() == 1
    assert ledger.ledger_faults() == []


def test_what_the_module_refuses_is_not_charged(village: Village, home: Any, minting: str) -> None:
    MeterKeying.objects.update(sgc="999999")
    with pytest.raises(UnableToSell, match="módulo de seguridad"):
        sell(village, request())
    assert not SaleOutcome.objects.get().minted
    assert not OpenSale.objects.exists()
    assert not Token.objects.exists()
    assert ledger.ledger_faults() == []


def test_the_steps_begin_again_with_the_month_of_bogota(
    village: Village, home: Any, minting: str, business_time: FixedBusinessClock
) -> None:
    InstallationMonth.objects.create(installation=home, month=date(2026, 11, 1), units=1300)
    business_time.instant = datetime(2026, 12, 1, 4, 59, tzinfo=UTC)  # 30 November, 23:59 in Bogota
    dear = sell(village, request())
    business_time.instant = datetime(2026, 12, 1, 5, 0, tzinfo=UTC)
    cheap = sell(village, request())
    assert dear.units < cheap.units
    assert (dear.month.month, cheap.month.month) == (11, 12)


def test_numbers_are_consecutive_within_a_day(village: Village, home: Any, minting: str) -> None:
    numbers = [sell(village, request()).number for _ in range(3)]
    assert numbers == [f"20261124-{count:06d}" for count in (1, 2, 3)]


def test_errors_of_the_room_have_a_sentence() -> None:
    assert issubclass(UnableToReachModule, Exception)
    assert not issubclass(UnableToSell, StsError)
    assert "no la repita" in str(SalePending(uuid.uuid4()))
