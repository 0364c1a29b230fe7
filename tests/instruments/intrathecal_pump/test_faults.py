"""The driver against a link and a pump that go wrong: a typed error or the right answer, never a second execution."""

import pytest

from instruments.intrathecal_pump.simulated.faults import Fault, Faults
from rig.capabilities import PumpState
from rig.errors import ConnectionFailedError, ConnectionLostError, GarbledReplyError, InstrumentError, NoReplyError

LOSES = [Fault.DEAF, Fault.SILENT, Fault.LATE, Fault.GARBAGE, Fault.TRUNCATED, Fault.BAD_CRC]
MISLEADS = [Fault.WRONG_SEQUENCE, Fault.WRONG_CODE, Fault.OUT_OF_RANGE]
HARMLESS = [Fault.NOISE, Fault.DUPLICATED]


@pytest.mark.parametrize("fault", [*LOSES, *MISLEADS, *HARMLESS])
def test_a_fault_that_passes_costs_no_answer(ward, impatient, fault):
    ward.twin.faults = Faults(fault, replies=2)
    assert impatient.status().state == PumpState.STOPPED


@pytest.mark.parametrize("spared", range(5), ids=["status", "stage", "read back", "commit", "status after"])
@pytest.mark.parametrize("fault", [Fault.DEAF, Fault.SILENT, Fault.BAD_CRC, Fault.DUPLICATED])
def test_a_bolus_is_given_once_whichever_reply_is_spoilt(ward, impatient, fault, spared):
    ward.twin.faults = Faults(fault, replies=1, spared=spared)
    impatient.give_bolus(volume_ul=5.0)
    ward.clock.wait_s(40)
    assert impatient.status().delivered_ul == 5.0


@pytest.mark.parametrize("fault", [Fault.DEAF, Fault.SILENT, Fault.TRUNCATED])
def test_a_pump_that_stays_silent_is_no_reply(ward, impatient, fault):
    ward.twin.faults = Faults(fault)
    with pytest.raises(NoReplyError, match=r"asked 3 times, [\d.]+ s each") as caught:
        impatient.status()
    assert caught.value.sent is not None


@pytest.mark.parametrize("fault", [Fault.GARBAGE, Fault.BAD_CRC, *MISLEADS])
def test_a_pump_that_stays_garbled_is_garbled_and_shows_its_bytes(ward, impatient, fault):
    ward.twin.faults = Faults(fault)
    with pytest.raises(GarbledReplyError) as caught:
        impatient.status()
    assert caught.value.received


@pytest.mark.parametrize("fault", [Fault.SILENT, Fault.GARBAGE, Fault.BAD_CRC, *MISLEADS])
def test_no_reading_comes_from_a_faulty_link(ward, impatient, fault):
    ward.twin.faults = Faults(fault)
    with pytest.raises(InstrumentError):
        impatient.read_block()


@pytest.mark.parametrize("fault", [Fault.SILENT, Fault.GARBAGE, Fault.OUT_OF_RANGE])
@pytest.mark.parametrize("spared", [0, 1], ids=["stop", "status"])
def test_a_stop_that_is_not_confirmed_is_not_reported_as_done(ward, impatient, fault, spared):
    impatient.run_continuous(rate_ul_h=1000.0)
    ward.twin.faults = Faults(fault, spared=spared)
    with pytest.raises(InstrumentError):
        impatient.stop()


def test_a_failed_stop_is_in_the_journal(ward, impatient):
    ward.twin.faults = Faults(Fault.SILENT)
    with pytest.raises(NoReplyError):
        impatient.stop()
    assert (ward.journal[-1].verb, ward.journal[-1].result[:12]) == ("stop", "NoReplyError")


def test_a_stop_carried_out_in_silence_has_stopped_the_pump(ward, impatient):
    impatient.run_continuous(rate_ul_h=1000.0)
    ward.twin.faults = Faults(Fault.SILENT, replies=3)
    with pytest.raises(NoReplyError):
        impatient.stop()
    assert impatient.status().state == PumpState.STOPPED


@pytest.mark.parametrize("fault", [Fault.GARBAGE, Fault.BAD_CRC, Fault.OUT_OF_RANGE])
def test_what_answers_garbage_when_opened_is_not_the_pump(ward, fault):
    ward.twin.faults = Faults(fault)
    with pytest.raises(ConnectionFailedError, match="no pump on its engineering link"):
        ward.open(timeout_s=0.05)


def test_the_link_is_well_again_after_a_failure(ward, impatient):
    ward.twin.faults = Faults(Fault.SILENT, replies=3)
    with pytest.raises(NoReplyError):
        impatient.run_continuous(rate_ul_h=2.0)
    impatient.run_continuous(rate_ul_h=12.5)
    assert impatient.status().rate_ul_h == 12.5


def test_a_port_that_dies_during_a_command_is_a_lost_connection(ward, impatient):
    impatient.run_continuous(rate_ul_h=2.0)
    ward.unplug()
    with pytest.raises(ConnectionLostError, match="advice"):
        impatient.stop()
