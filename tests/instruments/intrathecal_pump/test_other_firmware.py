"""Firmware under test: named in the bench file, and caught by the driver when it does not do what it says."""

import pytest
from pydantic import ValidationError

from instruments.intrathecal_pump.messages import (
    Commit,
    DoneReply,
    GetLimits,
    GetStatus,
    LogPage,
    ReadLog,
    Stage,
    StopDelivery,
)
from instruments.intrathecal_pump.programme import Bolus, Continuous
from instruments.intrathecal_pump.simulated.built_in_firmware import BuiltInFirmware
from instruments.intrathecal_pump.simulated.firmware import BUILT_IN_FIRMWARE, PumpParameters
from rig.errors import RefusedError, SenselessReplyError
from tests.patience import patient


class SaysYesAndDoesNothing(BuiltInFirmware):
    def handle(self, command, now_ns):
        return DoneReply() if isinstance(command, (Commit, StopDelivery)) else super().handle(command, now_ns)


class StagesAnotherRate(BuiltInFirmware):
    def handle(self, command, now_ns):
        if isinstance(command, Stage) and isinstance(command.programme, Continuous):
            command = Stage(Continuous(command.programme.rate_nl_h + 1))
        return super().handle(command, now_ns)


class BolusStopsTheInfusion(BuiltInFirmware):
    def handle(self, command, now_ns):
        bolus = isinstance(command, Commit) and isinstance(self.parts.staging.staged, Bolus)
        reply = super().handle(command, now_ns)
        if bolus:
            self.parts.schedule.stop()
        return reply


class KeepsNoLog(BuiltInFirmware):
    def handle(self, command, now_ns):
        return LogPage(0, 3, ()) if isinstance(command, ReadLog) else super().handle(command, now_ns)


class HasNoLimits(BuiltInFirmware):
    def handle(self, command, now_ns):
        return super().handle(GetStatus() if isinstance(command, GetLimits) else command, now_ns)


class NotFirmware:
    def advance(self):
        """Not enough."""


@pytest.fixture
def driven_by(build_ward):
    return lambda kind: build_ward(firmware=f"{__name__}:{kind.__name__}").open(timeout_s=patient(0.03))


def test_the_built_in_firmware_is_named_like_any_other():
    assert PumpParameters().firmware == PumpParameters(firmware=BUILT_IN_FIRMWARE).firmware


def test_an_infusion_that_the_status_does_not_show_is_an_error(driven_by):
    with pytest.raises(RefusedError, match=r"status does not show an infusion of 41\.7 µL/h") as caught:
        driven_by(SaysYesAndDoesNothing).run_continuous(rate_ul_h=41.7)
    assert caught.value.code == "NOT_SEEN_IN_STATUS"


def test_a_bolus_that_the_status_does_not_show_is_an_error(driven_by):
    with pytest.raises(RefusedError, match="does not show a bolus of 5 µL"):
        driven_by(SaysYesAndDoesNothing).give_bolus(volume_ul=5.0)


def test_a_stop_that_the_status_does_not_show_is_an_error(build_ward):
    ward = build_ward(firmware=f"{__name__}:{SaysYesAndDoesNothing.__name__}")
    driver = ward.open()
    ward.twin.firmware.parts.schedule.begin(Continuous(2_000), ward.clock.now_ns())
    with pytest.raises(RefusedError, match=r"does not show a stopped pump(.|\n)*supply, interlock"):
        driver.stop()


def test_a_programme_that_is_staged_wrongly_is_never_committed(driven_by):
    driver = driven_by(StagesAnotherRate)
    with pytest.raises(SenselessReplyError, match=r"41701.*is staged where.*41700"):
        driver.run_continuous(rate_ul_h=41.7)
    assert driver.status().state == "stopped"


def test_a_bolus_that_disturbs_the_infusion_is_an_error(driven_by):
    driver = driven_by(BolusStopsTheInfusion)
    driver.run_continuous(rate_ul_h=12.5)
    with pytest.raises(RefusedError, match="unchanged infusion"):
        driver.give_bolus(volume_ul=5.0)


def test_a_log_that_does_not_come_is_an_error_and_no_endless_question(driven_by):
    with pytest.raises(SenselessReplyError, match="log entries"):
        driven_by(KeepsNoLog).read_log()


def test_limits_that_are_no_limits_are_not_believed(driven_by):
    with pytest.raises(SenselessReplyError, match="0x02"):
        driven_by(HasNoLimits)


@pytest.mark.parametrize("name", ["no_such_module:Class", "math:Firmware", f"{__name__}:NotFirmware", "built_in", ""])
def test_a_bench_file_that_names_no_firmware_is_told_so(name):
    with pytest.raises(ValidationError, match="firmware"):
        PumpParameters(firmware=name)


def test_a_stroke_finer_than_the_pump_counts_is_refused():
    with pytest.raises(ValidationError, match=r"multiple of 0\.001"):
        PumpParameters(stroke_ul=0.0105)
