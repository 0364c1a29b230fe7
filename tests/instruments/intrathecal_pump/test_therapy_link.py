"""The rules of the link for the second edition's commands, by a client written from the page alone."""

from struct import pack, unpack_from

import pytest

from rig.errors import ChallengeRefusedError

GET_STATUS, STAGE, COMMIT, STAGE_PART, FULL_STATUS, REQUEST, STOP = 0x03, 0x10, 0x12, 0x13, 0x21, 0x22, 0x08
SET_LOW_MARK = 0x25
BAD_SEQUENCE, BAD_LENGTH = 0x04, 0x02
PATIENT = bytes([23]) + pack(">IIIH", 5000, 600_000, 600, 4)
WEEK = bytes([16, 7]) + b"".join(
    bytes([13]) + b"".join(pack(">HI", hour * 60, 30_000 + 1000 * day + hour) for hour in range(13)) for day in range(7)
)


def commit(hand, sequence, programme):
    assert hand.ask(sequence, STAGE, programme) == (0, b"")
    return hand.ask(sequence + 1, COMMIT, pack(">H", hand.crc(programme)))


def infusion(hand, sequence):
    """The state, the rate of the infusion and the alarms."""
    _, fields = hand.ask(sequence, GET_STATUS)
    return fields[0], unpack_from(">I", fields, 3)[0], unpack_from(">H", fields, 1)[0]


def test_a_change_that_breaks_off_at_any_byte_leaves_the_former_therapy(ward, hand):
    commit(hand, 1, b"\x01" + pack(">I", 20_000))
    parts = [WEEK[at : at + 243] for at in range(0, len(WEEK), 243)]
    payloads = [pack(">HH", len(WEEK), 243 * n) + part for n, part in enumerate(parts)]
    stream = b"".join(hand.frame(10 + n, STAGE_PART, payload) for n, payload in enumerate(payloads))
    stream += hand.frame(20, COMMIT, pack(">H", hand.crc(WEEK)))
    status = hand.frame(30, GET_STATUS)
    rates = []
    for cut in range(len(stream)):
        ward.twin.receive(stream[:cut])
        ward.twin.hung_up()
        ward.twin.receive(status)
        rates.append(ward.twin.firmware.parts.schedule.rate_nl_h(ward.clock.now_ns()))
    assert set(rates) == {20_000}
    ward.twin.receive(stream)
    assert infusion(hand, 40)[:2] == (1, 30_008)


@pytest.mark.parametrize("code", [0x13, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28])
def test_what_must_not_happen_twice_needs_a_number(hand, code):
    assert hand.ask(0, code, b"") == (BAD_SEQUENCE, b"")


@pytest.mark.parametrize(
    "code, right", [(0x14, 2), (0x20, 0), (0x21, 0), (0x22, 0), (0x23, 0), (0x24, 4), (0x25, 4), (0x29, 0)]
)
def test_a_payload_of_another_length_is_refused(hand, code, right):
    for n, length in enumerate({0, 1, 3, 5, 8} - {right}):
        assert hand.ask(n + 1, code, bytes(length)) == (BAD_LENGTH, b"")


def test_a_request_whose_reply_was_lost_gives_one_bolus(hand):
    commit(hand, 1, PATIENT)
    assert [hand.ask(7, REQUEST) for _ in range(3)] == [(0, b"\0")] * 3
    _, fields = hand.ask(8, FULL_STATUS)
    assert (unpack_from(">I", fields, 41)[0], unpack_from(">II", fields, 108)) == (1, (1, 0))


def test_the_full_status_begins_with_the_status(hand):
    commit(hand, 1, b"\x01" + pack(">I", 20_000))
    _, first = hand.ask(5, GET_STATUS)
    _, full = hand.ask(6, FULL_STATUS)
    assert (len(first), len(full), full[:49]) == (49, 118, first)


def test_a_stall_shows_as_alarm_to_a_client_of_the_first_edition_without_a_bit_that_it_does_not_know(ward, hand):
    commit(hand, 1, b"\x01" + pack(">I", 1_000_000))
    ward.twin.firmware.parts.mechanism.stick(stuck=True)
    ward.clock.wait_s(10)
    assert infusion(hand, 5) == (3, 0, 0)
    _, full = hand.ask(6, FULL_STATUS)
    assert unpack_from(">HH", full, 49) == (0x0040, 0x0040)


def test_a_critical_alarm_is_told_from_one_that_is_not(ward, hand):
    hand.ask(1, SET_LOW_MARK, pack(">I", 120_000_000))
    commit(hand, 2, b"\x01" + pack(">I", 1_000_000))
    ward.twin.firmware.parts.mechanism.stick(stuck=True)
    ward.clock.wait_s(10)
    _, full = hand.ask(6, FULL_STATUS)
    assert (unpack_from(">H", full, 49), unpack_from(">H", full, 116)) == ((0x0041,), (0x0040,))


def test_a_stall_and_its_end_are_logged_with_their_times(ward, hand):
    commit(hand, 1, b"\x01" + pack(">I", 1_000_000))
    mechanism = ward.twin.firmware.parts.mechanism
    mechanism.stick(stuck=True)
    ward.clock.wait_s(10)
    hand.ask(5, GET_STATUS)
    mechanism.stick(stuck=False)
    ward.clock.wait_s(10)
    hand.ask(6, GET_STATUS)
    began_ms = ward.clock.now_ns() // 1_000_000 - 20_000
    records = ward.twin.firmware.parts.log.page(2).records
    assert [(r.event.name, r.clock_ms - began_ms) for r in records] == [("STALL", 1800), ("STALL_ENDED", 20_000)]


def test_stop_ends_everything_that_the_second_edition_begins(hand):
    for n, programme in enumerate((PATIENT, b"\x12", b"\x13" + pack(">II", 5000, 600), b"\x15" + pack(">I", 100_000))):
        assert commit(hand, 10 * n + 1, programme) == (0, b"")
    hand.ask(50, STOP)
    _, full = hand.ask(51, FULL_STATUS)
    assert (full[0], full[53], unpack_from(">III", full, 56), unpack_from(">I", full, 88)) == (0, 0, (0, 0, 0), (0,))


def test_the_patients_button_asks_without_the_link(ward, hand):
    commit(hand, 1, PATIENT)
    ward.laboratory.challenge("press_button", {})
    ward.laboratory.challenge("press_button", {})
    _, full = hand.ask(5, FULL_STATUS)
    assert (full[0], unpack_from(">II", full, 108)) == (2, (1, 1))


def test_a_magnet_holds_the_motor_until_it_goes(ward, hand):
    commit(hand, 1, b"\x01" + pack(">I", 1_000_000))
    on = ward.laboratory.challenge("magnet", {})
    ward.clock.wait_s(10)
    assert infusion(hand, 5)[0] == 3
    ward.laboratory.challenges.end(on, ward.laboratory.advance())
    hand.ask(6, STOP)
    commit(hand, 7, b"\x01" + pack(">I", 1_000_000))
    ward.clock.wait_s(10)
    assert infusion(hand, 9)[0] == 1


def test_what_is_filled_in_is_there_though_the_pump_must_be_told(build_ward, build_hand):
    ward = build_ward(reservoir_ul=1.0, low_reservoir_ul=0, stroke_variation_percent=0)
    hand = build_hand(ward.port)
    with pytest.raises(ChallengeRefusedError, match="room for 119999 µL"):
        ward.laboratory.challenge("refill", {"volume_ul": 120_000.0})
    ward.laboratory.challenge("refill", {"volume_ul": 9.0})
    hand.ask(1, 0x24, pack(">I", 10_000))
    commit(hand, 2, b"\x01" + pack(">I", 1_000_000))
    ward.clock.wait_s(50)
    assert (infusion(hand, 5)[0], round(ward.delivered_ul(), 6)) == (3, 10.0)
