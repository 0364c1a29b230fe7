"""The pump's side of the link, against frames written by hand: sequence numbers, repeats, refusals, noise."""

import pytest

IDENTIFY, GET_STATUS, SET_CLOCK, SET_WATCHDOG, STOP = 0x01, 0x03, 0x06, 0x07, 0x08
STAGE, READ_STAGED, COMMIT = 0x10, 0x11, 0x12
BAD_LENGTH, BAD_SEQUENCE = 0x02, 0x04
BOLUS_5_UL = bytes.fromhex("02 00001388 000927c0")
BOLUSES = slice(41, 45)


def boluses(hand, sequence):
    _, status = hand.ask(sequence, GET_STATUS)
    return int.from_bytes(status[BOLUSES], "big")


def test_a_programme_is_staged_read_back_and_committed_by_a_stranger(hand):
    hand.ask(1, STAGE, BOLUS_5_UL)
    _, staged = hand.ask(2, READ_STAGED)
    result, _ = hand.ask(3, COMMIT, hand.crc(staged).to_bytes(2, "big"))
    assert (staged, result, boluses(hand, 4)) == (BOLUS_5_UL, 0, 1)


def test_a_repeated_commit_gets_the_same_reply_and_gives_no_second_bolus(hand):
    hand.ask(1, STAGE, BOLUS_5_UL)
    commit = hand.frame(2, COMMIT, hand.crc(BOLUS_5_UL).to_bytes(2, "big"))
    hand.say(commit * 3)
    replies = hand.hear(3)
    assert (len(set(replies)), replies[0][3], boluses(hand, 3)) == (1, 0, 1)


def test_a_repeated_question_gets_the_answer_of_the_first_time(ward, hand):
    first = hand.ask(7, GET_STATUS)
    ward.clock.wait_s(3600)
    assert hand.ask(7, GET_STATUS) == first


def test_the_last_number_on_another_command_is_refused(hand):
    hand.ask(9, GET_STATUS)
    assert hand.ask(9, STOP) == (BAD_SEQUENCE, b"")


def test_a_refused_number_leaves_the_repeat_of_the_frame_before_possible(hand):
    first = hand.ask(9, GET_STATUS)
    hand.ask(9, STOP)
    assert hand.ask(9, GET_STATUS) == first


def test_number_0_is_never_a_repeat(ward, hand):
    first = hand.ask(0, GET_STATUS)
    ward.clock.wait_s(3600)
    assert hand.ask(0, GET_STATUS) != first


@pytest.mark.parametrize(
    "code, payload",
    [(STAGE, BOLUS_5_UL), (COMMIT, b"\0\0"), (SET_WATCHDOG, b"\0\0\x27\x10"), (SET_CLOCK, b"\0\0\x01\x9b\0\0\0\0")],
)
def test_what_must_not_happen_twice_needs_a_number(hand, code, payload):
    assert hand.ask(0, code, payload) == (BAD_SEQUENCE, b"")


def test_one_fixed_frame_stops_the_pump_whatever_was_said_before(ward, hand):
    driver = ward.open()
    driver.run_continuous(rate_ul_h=1000.0)
    hand.say(bytes.fromhex("00 02 01 04 08 7a a4 00"))
    hand.hear(1)
    assert driver.status().state == "stopped"


def test_a_frame_of_another_version_is_told_so_in_version_1(hand):
    hand.say(hand.frame(5, GET_STATUS, version=2))
    assert hand.hear(1) == [bytes([1, 5, GET_STATUS | 0x80, 0x03])]


def test_another_version_does_not_feed_the_watchdog(ward, hand):
    driver = ward.open()
    driver.set_link_watchdog(seconds=60)
    driver.run_continuous(rate_ul_h=2.0)
    ward.clock.wait_s(40)
    hand.say(hand.frame(5, GET_STATUS, version=2))
    hand.hear(1)
    ward.clock.wait_s(40)
    assert driver.status().alarms == ("link_lost",)


def test_a_repeat_feeds_the_watchdog(ward, hand):
    driver = ward.open()
    driver.set_link_watchdog(seconds=60)
    driver.run_continuous(rate_ul_h=2.0)
    hand.ask(200, GET_STATUS)
    ward.clock.wait_s(40)
    hand.ask(200, GET_STATUS)
    ward.clock.wait_s(40)
    assert driver.status().state == "infusing"


@pytest.mark.parametrize("code", range(0x01, 0x13))
def test_a_payload_that_is_too_long_is_refused(hand, code):
    result, fields = hand.ask(1, code, b"\x01" * 20)
    assert (result in (BAD_LENGTH, 0x01), fields) == (True, b"")


@pytest.mark.parametrize(
    "noise",
    [b"", b"\xff" * 5000, bytes(range(1, 256)), b"\0" * 50, b"\0\x05\x01\x02\0", b"NOT A PUMP\r\n", b"\0\x01\0"],
    ids=["nothing", "break", "text", "zeros", "half a frame", "a line", "an empty body"],
)
def test_noise_before_a_frame_is_passed_over(hand, noise):
    hand.say(noise)
    assert hand.ask(1, GET_STATUS)[0] == 0


def test_a_damaged_frame_and_an_echo_are_not_answered(hand):
    good = hand.frame(1, GET_STATUS)
    damaged = good[:-2] + bytes([good[-2] ^ 0x01]) + b"\0"
    echo = hand.frame(1, GET_STATUS | 0x80, b"\0")
    hand.say(damaged + echo + hand.frame(2, IDENTIFY))
    assert hand.hear(1)[0][:3] == bytes([1, 2, IDENTIFY | 0x80])


def test_a_frame_may_come_byte_by_byte(hand):
    for byte in hand.frame(1, GET_STATUS):
        hand.say(bytes([byte]))
    assert hand.hear(1)[0][3] == 0


def test_frames_that_come_together_are_answered_in_order(hand):
    hand.say(b"".join(hand.frame(n, GET_STATUS) for n in range(1, 6)))
    assert [body[1] for body in hand.hear(5)] == [1, 2, 3, 4, 5]
