"""Every virtual device under its own statement: what it lacks is declared, what it has conforms."""

import pytest

from conformance.runner import run_suites
from conformance.targets import TargetError, load
from conformance.targets.model import SecuritySection
from conformance.verdicts import Verdict

#: device -> cases that show what is peculiar to it; the whole suites run by hand and in the long checks.
PECULIAR = {
    "minimal": ("7.3.4", "7.3.8", "PAY-03", "EXTRA_CLOCK"),
    "totaliser": ("7.3.4", "PAY-04", "EXTRA_PROFILE"),
    "ppkw-postpaid": ("8.6", "PAY-03", "class-70", "PAY-11"),
    "ppkw-village": ("8.4", "PAY-03", "PAY-04", "PPAY_ACC_2", "PPAY_CRED_1"),
    "ppkw-suite1": ("SYMSEC_1_HLS", "SYMSEC_1_SIGN", "SYMSEC_1_POLICY", "SYMSEC_1_AGREEMENT", "7.3.9"),
    "ppkw-suite2": ("SYMSEC_1_HLS", "SYMSEC_1_SIGN", "SYMSEC_1_POLICY", "SYMSEC_1_AGREEMENT"),
}
BAD = (Verdict.FAILS, Verdict.INCONCLUSIVE)
SUITE_0 = {
    "client_system_title": "414D42FFFFFFFFFF",
    "encryption_key": "00" * 16,
    "authentication_key": "11" * 16,
}


@pytest.mark.parametrize("device", PECULIAR)
def test_what_is_peculiar_conforms(device):
    evidence = run_suites(load(f"sim://{device}", seed=5), seed=5, only=PECULIAR[device])
    assert [(case.id, case.reason) for case in evidence.cases if case.verdict in BAD] == []
    assert any(case.verdict in (Verdict.CONFORMS, Verdict.INFORMATIONAL) for case in evidence.cases)


@pytest.mark.parametrize("framing", ["wrapper", "hdlc"])
def test_pushes_and_images_on_both_links(framing):
    only = ("7.3.8", "EXTRA_IMAGE")
    evidence = run_suites(load(f"sim://ppkw?framing={framing}", seed=5), seed=5, only=only, suites=["dlms"])
    assert {case.verdict for case in evidence.cases} == {Verdict.CONFORMS}


def test_the_alarm_lamp_of_a_unit_on_the_power_line_is_waited_for():
    """The frame that tells of the alarm's end is lost here: the unit hears with the next refresh."""
    evidence = run_suites(load("sim://ppkw-plc", seed=8), seed=8, only=("PAY-12",))
    assert {case.verdict for case in evidence.cases} == {Verdict.CONFORMS}


def test_what_a_minimal_meter_lacks_is_not_implemented_by_declaration():
    evidence = run_suites(load("sim://minimal", seed=5), seed=5, only=("PAY-04",))
    assert {case.verdict for case in evidence.cases} == {Verdict.NOT_IMPLEMENTED}


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"suite": 2}, "32 octets"),
        ({"suite": 1, "signing_key": "11" * 32}, "go together"),
        ({"suite": 1, "sign_requests": True}, "needs signing_key"),
        ({"suite": 1, "signing_key": "11" * 32, "signing_key_file": "x"}, "not both"),
        ({"signing_key": "11" * 32, "server_signing_key": "11" * 64}, "no elliptic curve"),
        ({"suite": 1, "signing_key_file": "nowhere.pem"}, "cannot read"),
    ],
)
def test_signing_keys_that_do_not_fit(changes, complaint):
    with pytest.raises(ValueError, match=complaint):
        SecuritySection(**SUITE_0, **changes)


def test_ecdsa_without_keys_is_refused(tmp_path):
    path = tmp_path / "device.toml"
    path.write_text(
        '[link]\nurl = "tcp://127.0.0.1:4059"\n[associations.management]\nclient_sap = 1\n'
        'mechanism = "hls-ecdsa"\n',
        encoding="utf-8",
    )
    with pytest.raises(TargetError, match="hls-ecdsa needs a security table"):
        load(str(path), seed=1)
