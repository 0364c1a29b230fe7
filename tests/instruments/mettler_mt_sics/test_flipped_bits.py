"""Answers with one bit or one byte wrong, over a real port: MT-SICS has no checksum, and many are numbers still."""

import math

import pytest

from instruments.mettler_mt_sics.course import Answer, Course
from instruments.mettler_mt_sics.dialect import Weight, decode_reply, encode_weight
from instruments.mettler_mt_sics.driver import Driver
from rig.errors import ConnectionFailedError, GarbledReplyError, InstrumentError, QuantityError
from tests.patience import patient

WHOLE = b"S S   30.00512 g\r\n"
TRUE_MG = 30_005.12
# What neighbouring readings may differ by anyway.
NOISE_MG = 0.2


def flips(line):
    return [line[:i] + bytes([line[i] ^ (1 << bit)]) + line[i + 1 :] for i in range(len(line)) for bit in range(8)]


def is_number(line):
    try:
        return isinstance(decode_reply(line, "SI"), Weight)
    except QuantityError:
        return False


OTHER_NUMBERS = [
    line for line in flips(WHOLE) if is_number(line) and abs(decode_reply(line, "SI").mass_mg - TRUE_MG) > NOISE_MG
]
# The line's end is worth a time-out each, and never a number.
ALL = [line for line in flips(WHOLE) if line.endswith(b"\r\n")]


@pytest.fixture
def scripted(recorded, journal):
    """A balance whose next answers a test sets; the last one stands for ever."""
    driver, played = recorded({b"SI": [WHOLE], b"ZI": b"ZI S\r\n"}, timeout_s=patient(0.1))
    journal.clear()  # how it is set is told at the opening

    def answer(*lines):
        played.answers[b"SI"] = list(lines)

    return driver, answer


def read_mg(driver):
    try:
        return driver.read_mass().mass_mg
    except InstrumentError:
        return None


def test_a_sixth_of_all_flips_is_a_number_of_the_same_form():
    assert len(OTHER_NUMBERS) > 10
    assert sum(map(is_number, ALL)) / len(ALL) > 0.15


def test_no_flip_in_the_first_answer_becomes_a_mass(scripted):
    driver, answer = scripted
    found = set()
    for line in ALL:
        driver.zero()  # another course begins
        answer(line, WHOLE)
        found.add(read_mg(driver))
    assert max(abs(mg - TRUE_MG) for mg in found if mg is not None) <= NOISE_MG


def test_no_flip_among_readings_becomes_a_mass(scripted):
    driver, answer = scripted
    found = set()
    for line in ALL:
        answer(WHOLE)
        driver.read_mass()
        answer(line, WHOLE)
        found |= {read_mg(driver), read_mg(driver)}
    assert max(abs(mg - TRUE_MG) for mg in found if mg is not None) <= NOISE_MG


def test_a_flip_in_the_second_answer_spoils_nothing(scripted):
    driver, answer = scripted
    for line in OTHER_NUMBERS:
        driver.zero()
        answer(WHOLE, line, WHOLE)
        assert driver.read_mass().mass_mg == pytest.approx(TRUE_MG, abs=NOISE_MG)


@pytest.mark.parametrize("line", OTHER_NUMBERS[::5])
def test_what_was_dropped_is_reported_with_its_bytes(scripted, journal, line):
    driver, answer = scripted
    driver.read_mass()
    answer(line, WHOLE)
    driver.read_mass()
    (told,) = journal
    assert (told.verb, told.sent, told.received) == ("drop_reading", b"SI\r\n", line)
    assert told.result.startswith("dropped: read again at once it was 30005.1")


def test_a_byte_that_is_lost_in_the_first_answer_spoils_no_later_one(scripted, journal):
    driver, answer = scripted
    answer(b"S S   30050.6 mg\r\n", b"S S   30005.06 mg\r\n")
    assert [driver.read_mass().mass_mg for _ in range(3)] == [30_005.06] * 3
    assert journal[0].received == b"S S   30050.6 mg\r\n"


def test_any_byte_lost_in_the_first_answer_spoils_nothing(scripted):
    driver, answer = scripted
    for i in range(len(WHOLE) - 2):
        driver.zero()
        answer(WHOLE[:i] + WHOLE[i + 1 :], WHOLE)
        assert {read_mg(driver), read_mg(driver)} <= {None, TRUE_MG}


def test_three_answers_that_do_not_agree_are_no_reading(scripted):
    driver, answer = scripted
    answer(b"S S   30.00512 g\r\n", b"S S    3.0051 g\r\n", b"S S   30.0051 mg\r\n")
    with pytest.raises(GarbledReplyError, match="do not agree"):
        driver.read_mass()


def test_a_byte_that_is_lost_among_readings_costs_none(scripted, journal):
    driver, answer = scripted
    driver.read_mass()
    answer(b"S S   30.0512 g\r\n", WHOLE)
    assert driver.read_mass().mass_mg == TRUE_MG
    assert journal[0].received == b"S S   30.0512 g\r\n"


def test_a_balance_that_sets_its_numbers_wider_from_now_on_is_read_on(scripted):
    driver, answer = scripted
    driver.read_mass()
    answer(b"S S    100.00512 g\r\n")
    assert [driver.read_mass().mass_mg for _ in range(2)] == [100_005.12] * 2


def test_a_balance_that_sets_all_its_numbers_without_blanks_is_read(scripted):
    driver, answer = scripted
    driver.zero()
    for line in (b"S S 9.9998 g\r\n", b"S S 10.0001 g\r\n", b"S S 9.9999 g\r\n"):
        answer(line)
        assert driver.read_mass().mass_mg == pytest.approx(float(line.split()[2]) * 1000)


def test_a_garbled_greeting_is_asked_for_again(recorded):
    driver, _ = recorded({b"@": b'I4 A "B1\xff\r\n'})
    assert driver.identify().serial == "B1"


def test_a_streaming_balance_needs_room_for_what_it_sends():
    settings = Driver.Settings(port="p", streaming=True)
    assert (settings.samples_in(60.0, 1.0), settings.samples_in(60.0, 60.0)) == (1500.0, 1.0)


def test_a_step_that_is_really_there_is_believed(scripted, journal):
    driver, answer = scripted
    driver.read_mass()
    answer(encode_weight("S", "S", 30_045.12, decimals=5))
    assert (driver.read_mass().mass_mg, journal) == (30_045.12, [])


@pytest.mark.parametrize(
    "course_mg",
    [[0.69 * k for k in range(200)], [2.0 * (k * 7 // 10) for k in range(200)], [0.02 * (k % 3) for k in range(200)]],
    ids=["steady flow", "strokes", "noise"],
)
def test_readings_that_go_on_are_mostly_asked_for_once(recorded, clock, course_mg):
    driver, played = recorded({b"SI": WHOLE})
    for grown_mg in course_mg:
        clock.wait_s(60)
        played.answers[b"SI"] = [encode_weight("S", "D", TRUE_MG + grown_mg, decimals=5)]
        assert driver.read_mass().mass_mg == pytest.approx(TRUE_MG + grown_mg, abs=0.005)
    assert played.heard.count(b"SI") < 240


def test_a_serial_number_with_a_flipped_bit_is_not_taken(recorded):
    driver, _ = recorded({b"@": b'I4 A "B3"\r\n', b"I2": [b'I2 A "XQ205 220.0 g"\r\n', b'I2 A "XP205 220.0 g"\r\n']})
    assert (driver.identify().serial, driver.identify().model) == ("B1", "XP205")


def test_a_balance_that_tells_another_number_each_time_is_not_met(recorded):
    with pytest.raises(ConnectionFailedError, match="no two agree"):
        recorded({b"I3": [f'I3 A "{k}"\r\n'.encode() for k in range(9)]})


def test_more_than_the_balance_says_that_it_bears_is_no_mass(recorded):
    driver, _ = recorded({b"SI": b"S S  300.00000 g\r\n"})
    with pytest.raises(GarbledReplyError, match="capacity of 242000 mg"):
        driver.read_mass()


@pytest.mark.parametrize("jump_mg", [1.0, 1e6, -1e6])
def test_what_strays_once_moves_what_is_expected_by_no_more_than_twice_what_is_near(jump_mg):
    """A digit of 0.1 mg: two of them are near, so that a jump counts as 0.4 mg, an eighth of it at a time."""
    start = Course(Answer(0, Weight(1000.0, stable=False, width=10, digit_mg=0.1), b""))
    moved = start.then(Answer(10**9, Weight(1000.0 + jump_mg, stable=False, width=10, digit_mg=0.1), b""))
    assert (moved.rate_mg_s, moved.stray_mg) == pytest.approx((math.copysign(0.05, jump_mg), 0.05))
    assert moved.last.weight.mass_mg == 1000.0 + jump_mg
