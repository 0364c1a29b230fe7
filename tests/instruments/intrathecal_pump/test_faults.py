"""The driver against a link and a pump that go wrong: a typed error or the right answer, never a second execution."""

from dataclasses import replace

import pytest

from instruments.hosting.faults import Altered, Deaf, Doubled, Garbage, Late, Silent, Truncated
from instruments.intrathecal_pump import link
from instruments.intrathecal_pump.frames import DELIMITER, DialectError, decode_frame, encode_frame
from rig.capabilities import PumpState
from rig.clock import stopwatch_ns
from rig.driving.context import LONGEST_PATIENT_WAIT_S
from rig.errors import (
    ConnectionFailedError,
    ConnectionLostError,
    GarbledReplyError,
    InstrumentError,
    NoReplyError,
    SenselessReplyError,
)


def altered(**fields):
    """A whole and valid frame, with other fields than the pump's."""

    def change(reply):
        frame = decode_frame(reply[1:-1])
        return encode_frame(replace(frame, **{name: alter(getattr(frame, name)) for name, alter in fields.items()}))

    return Altered(change)


LOSES = {
    "deaf": Deaf(),
    "silent": Silent(),
    "late": Late(1.0),
    "garbage": Garbage(DELIMITER + b"123456789" + DELIMITER),
    "truncated": Truncated(5),
    "bad crc": Altered(lambda reply: reply[:-2] + bytes((reply[-2] ^ 0x80 or 0x01,)) + DELIMITER),
}
MISLEADS = {
    "wrong sequence": altered(sequence=lambda sequence: sequence ^ 0x55),
    "wrong code": altered(code=lambda code: code ^ 0x20),
    "out of range": altered(payload=lambda payload: payload[:1] + b"\xff" * (len(payload) - 1)),
}
HARMLESS = {
    "noise": Altered(lambda reply: b"\xff\xa5\x5a" + reply),
    "doubled": Doubled(),
}
FAULTS = LOSES | MISLEADS | HARMLESS


def without_sense(*_):
    """Find no sense in a whole reply."""
    raise DialectError("no sense")


def faults(*names):
    return pytest.mark.parametrize("fault", [FAULTS[name] for name in names], ids=names)


@faults(*FAULTS)
def test_a_fault_that_passes_costs_no_answer(ward, impatient, fault):
    ward.wire.fail(replace(fault, answers=2))
    assert impatient.status().state == PumpState.STOPPED


@pytest.mark.parametrize("spared", range(5), ids=["status", "stage", "read back", "commit", "status after"])
@faults("deaf", "silent", "bad crc", "doubled")
def test_a_bolus_is_given_once_whichever_reply_is_spoilt(ward, impatient, fault, spared):
    ward.wire.fail(replace(fault, from_answer=spared + 1, answers=1))
    impatient.give_bolus(volume_ul=5.0)
    ward.clock.wait_s(40)
    assert impatient.status().delivered_ul == 5.0


@faults("deaf", "silent", "truncated")
def test_a_pump_that_stays_silent_is_no_reply(ward, impatient, fault):
    ward.wire.fail(fault)
    with pytest.raises(NoReplyError, match=r"asked 3 times, [\d.]+ s each") as caught:
        impatient.status()
    assert caught.value.sent is not None


@faults("garbage", "bad crc", *MISLEADS)
def test_a_pump_that_stays_garbled_is_garbled_and_shows_its_bytes(ward, impatient, fault):
    ward.wire.fail(fault)
    with pytest.raises(GarbledReplyError) as caught:
        impatient.status()
    assert caught.value.received


@faults("garbage", "bad crc")
def test_what_a_line_may_have_spoilt_is_not_put_down_to_the_pump(ward, impatient, fault):
    ward.wire.fail(fault)
    with pytest.raises(GarbledReplyError) as caught:
        impatient.status()
    assert not isinstance(caught.value, SenselessReplyError)


@faults("garbage", "bad crc", "silent")
@pytest.mark.parametrize("spoilt", [{"from_answer": 2}, {"answers": 2}], ids=["first", "last"])
def test_one_reply_without_sense_is_not_put_down_to_the_pump(ward, impatient, fault, spoilt, monkeypatch):
    ward.wire.fail(replace(fault, **spoilt))
    monkeypatch.setattr(link, "decode_reply", without_sense)
    with pytest.raises((GarbledReplyError, NoReplyError)) as caught:
        impatient.status()
    assert not isinstance(caught.value, SenselessReplyError)


def test_replies_that_come_whole_each_time_and_make_no_sense_are_the_pump_s(ward, impatient):
    ward.wire.fail(FAULTS["out of range"])
    with pytest.raises(SenselessReplyError, match="the pump made it so"):
        impatient.status()


@faults("silent", "garbage", "bad crc", *MISLEADS)
def test_no_reading_comes_from_a_faulty_link(ward, impatient, fault):
    ward.wire.fail(fault)
    with pytest.raises(InstrumentError):
        impatient.read_block()


@faults("silent", "garbage", "out of range")
@pytest.mark.parametrize("spared", [0, 1], ids=["stop", "status"])
def test_a_stop_that_is_not_confirmed_is_not_reported_as_done(ward, impatient, fault, spared):
    impatient.run_continuous(rate_ul_h=1000.0)
    ward.wire.fail(replace(fault, from_answer=spared + 1))
    with pytest.raises(InstrumentError):
        impatient.stop()


def test_a_failed_stop_is_in_the_journal(ward, impatient):
    ward.wire.fail(Silent())
    with pytest.raises(NoReplyError):
        impatient.stop()
    assert (ward.journal[-1].verb, ward.journal[-1].result[:12]) == ("stop", "NoReplyError")


def test_a_stop_carried_out_in_silence_has_stopped_the_pump(ward, impatient):
    impatient.run_continuous(rate_ul_h=1000.0)
    ward.wire.fail(Silent(answers=3))
    with pytest.raises(NoReplyError):
        impatient.stop()
    assert impatient.status().state == PumpState.STOPPED


@faults("garbage", "bad crc", "out of range")
def test_what_answers_garbage_when_opened_is_not_the_pump(ward, fault):
    ward.wire.fail(fault)
    with pytest.raises(ConnectionFailedError, match="no pump on its engineering link"):
        ward.open(timeout_s=0.05)


def test_the_link_is_well_again_after_a_failure(ward, impatient):
    ward.wire.fail(Silent(answers=3))
    with pytest.raises(NoReplyError):
        impatient.run_continuous(rate_ul_h=2.0)
    impatient.run_continuous(rate_ul_h=12.5)
    assert impatient.status().rate_ul_h == 12.5


def test_a_port_that_dies_during_a_command_is_a_lost_connection(ward, impatient):
    impatient.run_continuous(rate_ul_h=2.0)
    ward.unplug()
    with pytest.raises(ConnectionLostError, match="advice"):
        impatient.stop()


def test_patience_with_a_slow_answer_is_none_with_a_garbled_one(ward):
    driver = ward.open(timeout_s=0.05, patience=1000.0)
    ward.wire.fail(FAULTS["garbage"])
    began_ns = stopwatch_ns()
    with pytest.raises(GarbledReplyError):
        driver.status()
    # Three tries of 0.05 s; with the patience of a virtual clock each of them would take LONGEST_PATIENT_WAIT_S.
    assert stopwatch_ns() - began_ns < LONGEST_PATIENT_WAIT_S * 1e9
