"""The firmware image: blocks in any order, verification, activation, and power cuts at every write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.dlms import axdr
from protocols.dlms.cosem.access import ImageTransferStatus
from protocols.dlms.session.errors import ActionRefused, NoAnswer
from sim.meter.image_transfer import ImageRefusedError, ImageStore, ImageTerms, firmware_of, make_image
from sim.meter.storage.nvm import CutMoment

IMAGE_OBIS, FIRMWARE_OBIS = "0.0.44.0.0", "1.0.0.2.0"
INITIATE, BLOCK, VERIFY, ACTIVATE = 1, 2, 3, 4
NEW = make_image("0.2.0", bytes(range(256)) * 2)
NOTHING = axdr.integer(0)


def blocks_of(image, size):
    return [image[at : at + size] for at in range(0, len(image), size)]


def store(size=None, identifier=b"0.2.0", block_octets=128):
    size = len(NEW) if size is None else size
    made = ImageStore(ImageTerms(block_octets, 4_096), "0.1.0")
    made.initiate(identifier, size)
    return made


# ------------------------------------------------------------ by itself


@given(st.permutations(range(5)), st.integers(0, 4))
def test_blocks_come_in_any_order_and_twice(order, again):
    made, blocks = store(), blocks_of(NEW, 128)
    assert len(blocks) == made.block_count == 5
    for seen, number in enumerate([*order, again]):
        left = [place for place in range(5) if place not in order[:seen]]
        assert made.first_not_transferred == (left[0] if left else 5)
        made.take_block(number, blocks[number])
    assert made.transferred == "11111"
    assert made.verify()
    made.activate()
    assert (made.firmware, made.status) == ("0.2.0", ImageTransferStatus.ACTIVATION_SUCCESSFUL)


@pytest.mark.parametrize(
    ("number", "octets"), [(5, 128), (0, 127), (0, 129), (0, 0), (4, 128), (2**32 - 1, 128)]
)
def test_wrong_blocks_are_refused_and_change_nothing(number, octets):
    made = store()
    before = made.snapshot()
    with pytest.raises(ImageRefusedError):
        made.take_block(number, bytes(octets))
    assert made.snapshot() == before


@pytest.mark.parametrize("size", [0, 5, 4_097, 2**32 - 1])
def test_wrong_sizes_are_refused(size):
    with pytest.raises(ImageRefusedError):
        store(size=size)


@given(st.binary(max_size=200))
def test_noise_is_no_image(noise):
    assert firmware_of(noise) is None


@given(st.integers(0, len(NEW) - 1), st.integers(1, 255))
def test_one_wrong_octet_fails_the_verification(place, flip):
    wrong = bytearray(NEW)
    wrong[place] ^= flip
    made = store()
    for number, block in enumerate(blocks_of(bytes(wrong), 128)):
        made.take_block(number, block)
    assert not made.verify()
    assert made.status is ImageTransferStatus.VERIFICATION_FAILED
    assert made.to_activate is None
    with pytest.raises(ImageRefusedError):
        made.activate()


def test_an_image_of_another_name_fails_the_verification():
    made = store(identifier=b"9.9.9")
    for number, block in enumerate(blocks_of(NEW, 128)):
        made.take_block(number, block)
    assert not made.verify()


def test_the_order_of_steps_is_kept():
    fresh = ImageStore(ImageTerms(128, 4_096), "0.1.0")
    for step in (fresh.verify, fresh.activate, lambda: fresh.take_block(0, bytes(128))):
        with pytest.raises(ImageRefusedError):
            step()
    made = store()
    with pytest.raises(ImageRefusedError, match="not complete"):
        made.verify()
    made.enabled = False
    with pytest.raises(ImageRefusedError, match="not enabled"):
        made.take_block(0, bytes(128))


def test_blocks_of_an_earlier_transfer_are_not_of_this_one():
    made = store()
    made.take_block(0, NEW[:128])
    cells = made.rings["blocks"].take_unsaved()
    made.initiate(b"0.2.0", len(NEW))
    again = ImageStore(ImageTerms(128, 4_096), "0.1.0")
    again.restore({"header": made.header, "rows": {"blocks": list(cells.values())}})
    assert again.transferred == "00000"


# ------------------------------------------------------------ in the meter


def transfer(session, image=NEW, identifier=b"0.2.0", order=reversed):
    size = session.get(18, IMAGE_OBIS, 2).value
    initiate = axdr.structure(axdr.octet_string(identifier), axdr.double_long_unsigned(len(image)))
    session.action(18, IMAGE_OBIS, INITIATE, initiate)
    for number, block in order(list(enumerate(blocks_of(image, size)))):
        session.action(18, IMAGE_OBIS, BLOCK, block_of(number, block))


def block_of(number, block):
    return axdr.structure(axdr.double_long_unsigned(number), axdr.octet_string(block))


def test_a_new_firmware_comes_in_over_dlms(bench):
    session = bench.manager()
    assert session.get(1, FIRMWARE_OBIS, 2).value == "0.1.0"
    transfer(session)
    assert session.get(18, IMAGE_OBIS, 3).value == "1" * session.get(18, IMAGE_OBIS, 4).value
    session.action(18, IMAGE_OBIS, VERIFY, NOTHING)
    (waiting,) = session.get(18, IMAGE_OBIS, 7).value
    assert [item.value for item in waiting.value] == [len(NEW), b"0.2.0", NEW[-4:]]
    session.action(18, IMAGE_OBIS, ACTIVATE, NOTHING)
    assert session.get(1, FIRMWARE_OBIS, 2).value == "0.2.0"
    assert session.get(18, IMAGE_OBIS, 6).value == ImageTransferStatus.ACTIVATION_SUCCESSFUL
    assert bench.events()[-2:] == ["FIRMWARE_READY", "FIRMWARE_ACTIVATED"]


def test_what_is_wrong_is_refused_and_the_session_lives_on(bench):
    session = bench.manager()
    with pytest.raises(ActionRefused):
        session.action(18, IMAGE_OBIS, BLOCK, block_of(0, bytes(128)))
    transfer(session, NEW[:-1] + b"?")
    with pytest.raises(ActionRefused):
        session.action(18, IMAGE_OBIS, VERIFY, NOTHING)
    assert session.get(18, IMAGE_OBIS, 6).value == ImageTransferStatus.VERIFICATION_FAILED
    with pytest.raises(ActionRefused):
        session.action(18, IMAGE_OBIS, ACTIVATE, NOTHING)
    assert session.get(1, FIRMWARE_OBIS, 2).value == "0.1.0"


def test_an_image_under_way_survives_the_power(bench):
    session = bench.manager()
    transfer(session, order=lambda blocks: blocks[1:])
    bench.meter.power_cut()
    bench.run(3600)
    bench.meter.power_up()
    assert bench.parts.image.first_not_transferred == 0
    assert bench.parts.image.transferred.endswith("1")
    session = bench.manager()
    session.action(18, IMAGE_OBIS, BLOCK, block_of(0, NEW[:128]))
    session.action(18, IMAGE_OBIS, VERIFY, NOTHING)


@pytest.mark.parametrize("moment", CutMoment)
def test_a_cut_at_any_write_of_the_activation_leaves_one_firmware_or_the_other(bench_of, moment):
    seen = set()
    for write in range(1, 30):
        bench = bench_of()
        session = bench.manager()
        transfer(session)
        session.action(18, IMAGE_OBIS, VERIFY, NOTHING)
        bench.call("supply.cut_at_write", write=write, moment=moment.value)
        try:
            session.action(18, IMAGE_OBIS, ACTIVATE, NOTHING)
        except NoAnswer:
            assert not bench.meter.powered
        if bench.meter.powered:
            break
        bench.meter.power_up()
        image = bench.parts.image
        seen.add((image.firmware, image.status))
        if image.firmware == "0.1.0":
            bench.manager().action(18, IMAGE_OBIS, ACTIVATE, NOTHING)
        assert bench.manager().get(1, FIRMWARE_OBIS, 2).value == "0.2.0"
    else:
        pytest.fail("the activation never came to its end")
    assert seen <= {
        ("0.1.0", ImageTransferStatus.VERIFICATION_SUCCESSFUL),
        ("0.2.0", ImageTransferStatus.ACTIVATION_SUCCESSFUL),
    }
