"""Meters of security suites 1 and 2 end to end, and the HLS secret of the management association."""

import pytest

from protocols.dlms import axdr
from protocols.dlms.acse import MechanismName
from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.obis import Obis
from protocols.dlms.security import ClientSecurity, Hls, KeySet, SecuritySuite, SendCounter, wrap_key
from protocols.dlms.security.certificates import CertificateType
from protocols.dlms.security.ecdsa import EcdsaSigner, KeyPair
from protocols.dlms.session import DlmsSession
from protocols.dlms.session.errors import ActionRefused, AssociationRefused, ExceptionAnswered
from protocols.dlms.wrapper import WrapperClient
from sim.meter.credentials import TEST_KEYS, TEST_KEYS_256, TEST_SIGNING_KEYS

SUITES = {SecuritySuite.SUITE_1: TEST_KEYS, SecuritySuite.SUITE_2: TEST_KEYS_256}
# RFC 6979, A.2.5 and A.2.6
PRIVATE = {
    SecuritySuite.SUITE_1: "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721",
    SecuritySuite.SUITE_2: "6B9D3DAD2E1B8C1C05B19875B6659F4DE23C3B667BF297BA9AA47740787137D8"
    "96D5724E4C70A825F872C9EA60D2EDF5",
}
SETUP, ASSOCIATION, ENERGY = (Obis.from_string(name) for name in ("0.0.43.0.0", "0.0.40.0.0", "1.0.1.8.0"))
NEW_KEY = bytes(range(50, 66))
EVERYTHING = 0xFC


def own_key(suite: SecuritySuite) -> KeyPair:
    return KeyPair.from_private(suite, bytes.fromhex(PRIVATE[suite]))


def session_of(bench, suite, *, own=None, signs=False, counter=1):
    device = KeyPair.from_private(suite, TEST_SIGNING_KEYS[suite].own)
    security = ClientSecurity(
        client_system_title=b"AMBTEST1",
        keys=SUITES[suite],
        counter=SendCounter(counter),
        suite=suite,
        signer=EcdsaSigner(own or own_key(suite), device.public_key),
        signs=signs,
    )
    hls = Hls(MechanismName.HLS_ECDSA, None, bytes(range(32)))
    client = ClientConnection(client_sap=1, authentication=hls, security=security)
    session = DlmsSession(bench.link("wrapper"), WrapperClient(1, 1), client)
    session.connect()
    session.associate()
    return session


@pytest.fixture(params=SUITES, ids=lambda suite: f"suite{int(suite)}")
def suite(request):
    return request.param


@pytest.fixture
def strong(bench_of, suite):
    return bench_of(f"ppkw-suite{int(suite)}")


@pytest.mark.parametrize("signs", [False, True])
def test_it_reads_with_and_without_signatures(strong, suite, signs):
    session = session_of(strong, suite, signs=signs)
    assert session.get(64, SETUP, 3).value == int(suite)
    assert session.get(3, ENERGY, 2).value == 0
    assert len(session.get(15, ASSOCIATION, 2).value) > 50  # in blocks
    session.release()


def test_the_setup_is_of_version_1_with_its_methods(strong, suite):
    session = session_of(strong, suite)
    row = next(
        row.value for row in session.get(15, ASSOCIATION, 2).value if row.value[2].value == SETUP.to_bytes()
    )
    assert row[1].value == 1
    assert len(row[3].value[1].value) == 8
    assert session.get(64, SETUP, 6).value == ()


def test_another_key_opens_nothing(strong, suite):
    stranger = KeyPair.from_scalar(suite, bytes(47) + b"\x09")
    with pytest.raises(AssociationRefused):
        session_of(strong, suite, own=stranger)


def test_the_policy_of_signatures_outlives_the_power(strong, suite):
    session_of(strong, suite, signs=True).action(64, SETUP, 1, axdr.enum(EVERYTHING))
    strong.meter.power_cut()
    strong.run(60)
    strong.meter.power_up()
    plain = session_of_unsigned_after_policy(strong, suite)
    assert plain is ExceptionAnswered
    assert session_of(strong, suite, signs=True, counter=20_000).get(64, SETUP, 2).value == EVERYTHING


def test_a_key_pair_that_the_meter_made_outlives_the_power(strong, suite):
    signing = axdr.enum(CertificateType.DIGITAL_SIGNATURE)
    session = session_of(strong, suite)
    session.action(64, SETUP, 4, signing)
    before = session.action(64, SETUP, 5, signing).value
    made = strong.parts.security.certificates.pair(CertificateType.DIGITAL_SIGNATURE)
    strong.meter.power_cut()
    strong.run(60)
    strong.meter.power_up()
    after = session_of(strong, suite, counter=10_000).action(64, SETUP, 5, signing).value
    kept = strong.parts.security.certificates.pair(CertificateType.DIGITAL_SIGNATURE)
    assert kept is not made
    assert kept.public_key == made.public_key
    assert after == before  # the signature of a request is deterministic


def session_of_unsigned_after_policy(bench, suite):
    """What a client that does not sign meets: the answer to the challenge is refused already."""
    try:
        session_of(bench, suite, counter=10_000).get(3, ENERGY, 2)
    except (ExceptionAnswered, AssociationRefused):
        return ExceptionAnswered
    return None


def test_same_seed_same_octets(bench_of, suite):
    def frames():
        bench, seen = bench_of(f"ppkw-suite{int(suite)}"), []
        session = session_of(bench, suite, signs=True)
        session.engine.client.security.counter.take()
        seen.append(session.get_octets(3, ENERGY, 2))
        return seen, bench.parts.security.send.next_value

    assert frames() == frames()


# ------------------------------------------------------------ change_HLS_secret


def test_the_hls_secret_of_gmac_is_changed_wrapped(bench):
    session = bench.manager()
    session.action(15, ASSOCIATION, 2, axdr.octet_string(wrap_key(TEST_KEYS.kek, NEW_KEY)))
    changed = KeySet(NEW_KEY, TEST_KEYS.gak, TEST_KEYS.gbek, TEST_KEYS.kek)
    assert bench.parts.security.keys == changed
    session.client.rekey(changed)
    assert session.get(64, SETUP, 3).value == 0


@pytest.mark.parametrize("secret", [axdr.octet_string(NEW_KEY), axdr.octet_string(b""), axdr.unsigned(1)])
def test_a_secret_that_does_not_unwrap_changes_nothing(bench, secret):
    session = bench.manager()
    with pytest.raises(ActionRefused):
        session.action(15, ASSOCIATION, 2, secret)
    assert bench.parts.security.keys == TEST_KEYS
    assert session.get(64, SETUP, 3).value == 0
