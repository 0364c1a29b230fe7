"""Readings that a balance sends by itself (SIR), over a real port, on the wall clock: a scripted one's, the twin's."""

import pytest

from instruments.mettler_mt_sics.dialect import encode_weight
from instruments.mettler_mt_sics.driver import Driver
from instruments.mettler_mt_sics.twin import Twin
from instruments.plant.laboratory import Laboratory, Parameters
from rig.clock import NS_PER_S, Deadline, WallClock
from rig.driving import DriverContext
from rig.errors import GarbledReplyError, NoReplyError, RefusedError
from tests.instruments.mettler_mt_sics.conftest import MEETING, Recorded
from tests.instruments.mettler_mt_sics.test_flipped_bits import OTHER_NUMBERS, TRUE_MG, WHOLE
from tests.patience import patient


class Sending(Recorded):
    """Sends, while SIR is on, the lines that a test puts into `due`."""

    def __init__(self):
        super().__init__({**MEETING, b"SIR": b"", b"SI": WHOLE, b"TI": b"TI S   30.00000 g\r\n"})
        self.due, self.on, self.steady, self.looks = [], False, b"", 0

    def receive(self, data):
        answer = super().receive(data)
        if self.heard[-1:] == [b"SIR"]:
            self.on = True
        elif self.heard[-1:] in ([b"SI"], [b"@"]):
            self.on = False
        return answer

    def unsolicited(self):
        self.looks += 1
        if not self.on:
            return b""
        due, self.due = self.due, []
        return b"".join(due) or self.steady


class Ahead(WallClock):
    """The wall clock, which a test may set ahead: so much time is as good as over."""

    by_ns = 0

    def now_ns(self):
        return super().now_ns() + self.by_ns


@pytest.fixture
def wall(journal):
    return DriverContext(Ahead(), journal.append)


@pytest.fixture
def sending(serve, wall, closing, journal):
    balance = Sending()
    settings = Driver.Settings(port=serve(balance), timeout_s=patient(0.1), streaming=True)
    driver = Driver("balance", settings, wall)
    closing.callback(driver.close)
    driver.start_sampling()
    journal.clear()
    return driver, balance


def masses(driver, balance, lines, count):
    """Send lines and return what blocks bring of them, until it is `count` readings."""
    balance.due = list(lines)
    found = []
    while len(found) < count:
        found += driver.read_block().columns["mass"].tolist()
    return found


def test_each_line_is_a_reading_in_order(sending):
    driver, balance = sending
    lines = [encode_weight("S", "D", 30_000.0 + 0.01 * k, decimals=5) for k in range(40)]
    assert masses(driver, balance, lines, 40) == pytest.approx([30_000.0 + 0.01 * k for k in range(40)])


def test_stamps_rise_and_none_lies_ahead(sending, wall):
    driver, balance = sending
    stamps = []
    for _ in range(3):
        balance.due = [WHOLE] * 20
        stamps += driver.read_block().t_ns.tolist()
    assert stamps == sorted(set(stamps))
    assert stamps[-1] <= wall.clock.now_ns()


def test_the_newest_reading_bears_the_time_at_which_it_was_taken(sending, wall):
    driver, balance = sending
    masses(driver, balance, [WHOLE] * 3, 3)
    before_ns = wall.clock.now_ns()
    balance.due = [WHOLE]
    assert driver.read_block().t_ns[-1] >= before_ns


def test_what_lay_unread_for_long_is_no_reading_of_now(sending, wall):
    driver, balance = sending
    masses(driver, balance, [WHOLE] * 3, 3)
    balance.due = [WHOLE] * 5
    sent = balance.looks + 2  # the look behind the one that takes them finds them in the port
    deadline = Deadline(patient(1.0))
    while balance.looks < sent and not deadline.passed():
        deadline.nap(0.01)
    wall.clock.by_ns = 6 * NS_PER_S
    balance.steady = encode_weight("S", "D", TRUE_MG + 500.0, decimals=5)
    assert set(driver.read_block().columns["mass"].tolist()) == {TRUE_MG + 500.0}


@pytest.mark.parametrize("line", OTHER_NUMBERS)
def test_a_flip_that_stands_alone_is_dropped_with_its_bytes(sending, journal, line):
    driver, balance = sending
    found = masses(driver, balance, [WHOLE, WHOLE, WHOLE, line, WHOLE, WHOLE], 5)
    assert found == [TRUE_MG] * 5
    assert [(one.verb, one.received) for one in journal] == [("drop_reading", line)]


@pytest.mark.parametrize("line", OTHER_NUMBERS[::4])
def test_a_flip_in_the_first_line_is_dropped(sending, line):
    driver, balance = sending
    assert masses(driver, balance, [line, WHOLE, WHOLE, WHOLE], 3) == [TRUE_MG] * 3


def test_a_line_that_lost_a_byte_is_dropped(sending, journal):
    driver, balance = sending
    assert masses(driver, balance, [WHOLE, WHOLE, b"S S  30.00512 g\r\n", WHOLE], 3) == [TRUE_MG] * 3
    assert journal[0].received == b"S S  30.00512 g\r\n"


def test_a_step_that_stays_is_a_step(sending, journal):
    driver, balance = sending
    higher = encode_weight("S", "S", TRUE_MG + 40.0, decimals=5)
    assert masses(driver, balance, [WHOLE] * 3 + [higher] * 3, 6) == [TRUE_MG] * 3 + [TRUE_MG + 40.0] * 3
    assert journal == []


def test_garbage_alone_is_a_typed_error(sending):
    driver, balance = sending
    balance.due = [b"\x00\xff\r\n"]
    with pytest.raises(GarbledReplyError):
        driver.read_block()


def test_a_balance_that_is_busy_says_so(sending):
    driver, balance = sending
    balance.due = [b"S I\r\n"]
    with pytest.raises(RefusedError, match="busy"):
        driver.read_block()


def test_one_that_sends_no_more_is_a_typed_error(sending):
    driver, _ = sending
    with pytest.raises(NoReplyError):
        driver.read_block()


def test_a_reading_that_a_plan_asks_for_is_in_the_next_block_too(sending):
    driver, balance = sending
    balance.due = [WHOLE] * 3
    assert driver.read_mass().mass_mg == TRUE_MG
    assert masses(driver, balance, [WHOLE], 4) == [TRUE_MG] * 4


def test_a_tare_ends_the_stream_and_starts_it_again(sending):
    driver, balance = sending
    driver.tare()
    assert masses(driver, balance, [WHOLE] * 2, 2) == [TRUE_MG] * 2
    assert balance.heard[-4:] == [b"SI", b"I4", b"TI", b"SIR"]


def test_a_tare_that_is_refused_leaves_the_stream_on(sending):
    driver, balance = sending
    balance.answers[b"TI"] = [b"TI I\r\n"]
    with pytest.raises(RefusedError):
        driver.tare()
    assert masses(driver, balance, [WHOLE] * 2, 2) == [TRUE_MG] * 2


def test_the_end_of_sampling_ends_the_stream(sending):
    driver, balance = sending
    driver.stop_sampling()
    driver.stop_sampling()
    assert balance.heard[-2:] == [b"SI", b"I4"]
    assert driver.read_mass().mass_mg == TRUE_MG


def test_the_twin_sends_too(serve, wall, closing):
    laboratory = Laboratory(Parameters(), wall.clock, seed=7)
    settings = Driver.Settings(port=serve(Twin("balance", Twin.Parameters(), laboratory)), streaming=True)
    driver = Driver("balance", settings, wall)
    closing.callback(driver.close)
    driver.start_sampling()
    found = [driver.read_block() for _ in range(3)]
    driver.stop_sampling()
    assert sum(len(block.t_ns) for block in found) >= 3
    assert found[-1].columns["mass"][-1] == pytest.approx(30_000.0, abs=0.5)


def test_on_the_virtual_clock_it_is_asked(twin, serve, open_driver, clock):
    driver = open_driver(serve(twin), streaming=True)
    driver.start_sampling()
    assert driver.read_block().t_ns.tolist() == [clock.now_ns()]
