"""Four eyes on the screen: who asks cannot decide, what was decided stays decided."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from vending_world import Village, make_village

from system.accounts import four_eyes
from system.accounts.models import Approval, ApprovalDecision, AuditRecord, User
from system.accounts.permissions import Operation

ARGUMENTS = {"number": "00000000018", "units": 100}


@pytest.fixture
def asked(village: Village) -> Approval:
    return four_eyes.request_approval(
        village.supervisor, Operation.FREE_ISSUE, ARGUMENTS, "Compensación <b>por</b> falla"
    )


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_second_person_sees_what_will_be_done_and_approves(
    village: Village, asked: Approval, office: Client
) -> None:
    page = office.get("/aprobaciones/").content.decode()
    assert "Entrega sin cobro" in page
    assert "&lt;b&gt;por&lt;/b&gt;" in page
    one = office.get(f"/aprobaciones/{asked.pk}/").content.decode()
    assert "00000000018" in one
    office.post(f"/aprobaciones/{asked.pk}/decidir/", {"decision": "grant", "note": "visto"})
    four_eyes.require_granted(asked, Operation.FREE_ISSUE, ARGUMENTS)
    assert "aprobada" in office.get("/aprobaciones/").content.decode()
    assert AuditRecord.objects.filter(action="token.free-issue.approve").count() == 1
    again = office.post(f"/aprobaciones/{asked.pk}/decidir/", {"decision": "reject"}, follow=True)
    assert "ya fue decidida" in again.content.decode()
    assert ApprovalDecision.objects.get().granted


def test_a_refused_request_names_its_operation_in_spanish(village: Village) -> None:
    for user, operation, sentence in (
        (village.supervisor, Operation.SELL, "vender no necesita una segunda persona"),
        (village.cashier, Operation.MASS_DISCONNECT, "su rol no permite pedir: desconexión masiva"),
    ):
        with pytest.raises(four_eyes.UnableToApprove, match=f"^{sentence}$"):
            four_eyes.request_approval(user, operation, ARGUMENTS, "prueba")


@pytest.mark.requirement("R4.1-02")
def test_who_asks_does_not_decide(village: Village, asked: Approval) -> None:
    client = client_of(village.supervisor)
    assert "Pidió usted" in client.get("/aprobaciones/").content.decode()
    assert "debe decidirla otra persona" in client.get(f"/aprobaciones/{asked.pk}/").content.decode()
    answer = client.post(f"/aprobaciones/{asked.pk}/decidir/", {"decision": "grant"}, follow=True)
    assert "quien pide no puede aprobar" in answer.content.decode()
    assert not ApprovalDecision.objects.exists()


def test_a_rejected_request_grants_nothing(asked: Approval, office: Client) -> None:
    office.post(f"/aprobaciones/{asked.pk}/decidir/", {"decision": "reject"})
    with pytest.raises(four_eyes.UnableToApprove, match="no fue aprobada"):
        four_eyes.require_granted(asked, Operation.FREE_ISSUE, ARGUMENTS)


def test_a_decision_is_a_word_of_two(asked: Approval, office: Client) -> None:
    office.post(f"/aprobaciones/{asked.pk}/decidir/", {"decision": "maybe"})
    office.post(f"/aprobaciones/{asked.pk}/decidir/")
    assert not ApprovalDecision.objects.exists()


def test_too_late(village: Village, office: Client, monkeypatch: pytest.MonkeyPatch, asked: Approval) -> None:
    from system.accounts.pages import approvals

    later = asked.expires_at + timedelta(seconds=1)
    monkeypatch.setattr(four_eyes, "security_now", lambda: later)
    monkeypatch.setattr(approvals, "security_now", lambda: later)
    assert "Nada espera" in office.get("/aprobaciones/").content.decode()
    assert "Venció" in office.get(f"/aprobaciones/{asked.pk}/").content.decode()
    answer = office.post(f"/aprobaciones/{asked.pk}/decidir/", {"decision": "grant"}, follow=True)
    assert "venció" in answer.content.decode()


def test_another_providers_requests_are_not_there(office: Client, person: Callable[..., User]) -> None:
    other = make_village("Otra empresa")
    theirs = four_eyes.request_approval(other.supervisor, Operation.FREE_ISSUE, ARGUMENTS, "x")
    assert office.get(f"/aprobaciones/{theirs.pk}/").status_code == 404
    assert office.post(f"/aprobaciones/{theirs.pk}/decidir/", {"decision": "grant"}).status_code == 404
    assert office.get(f"/aprobaciones/{uuid.UUID(int=1)}/").status_code == 404
    with pytest.raises(four_eyes.UnableToApprove, match="no permite aprobarla"):
        four_eyes.decide(person("beto", "administrator"), theirs, granted=True)


def test_what_cannot_be_asked(village: Village) -> None:
    ask = four_eyes.request_approval
    supervisor, cashier = village.supervisor, village.cashier
    for attempt, sentence in (
        (lambda: ask(supervisor, Operation.SELL, {}, "x"), "no necesita"),
        (lambda: ask(cashier, Operation.FREE_ISSUE, {}, "x"), "su rol"),
        (lambda: ask(supervisor, Operation.FREE_ISSUE, {}, "  "), "motivo"),
    ):
        with pytest.raises(four_eyes.UnableToApprove, match=sentence):
            attempt()
    first = ask(supervisor, Operation.FREE_ISSUE, ARGUMENTS, "x", uuid.UUID(int=7))
    assert ask(supervisor, Operation.FREE_ISSUE, ARGUMENTS, "x", uuid.UUID(int=7)) == first
    with pytest.raises(four_eyes.UnableToApprove, match="otra cosa"):
        ask(supervisor, Operation.FREE_ISSUE, {"number": "1"}, "x", uuid.UUID(int=7))
