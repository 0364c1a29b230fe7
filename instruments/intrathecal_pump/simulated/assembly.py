"""Puts the built-in firmware together from its parts, each by the name that the bench file gives it."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np

from instruments.intrathecal_pump.simulated.alarms import Alarms
from instruments.intrathecal_pump.simulated.battery import Battery
from instruments.intrathecal_pump.simulated.bolus_engine import BolusEngine
from instruments.intrathecal_pump.simulated.books import Books
from instruments.intrathecal_pump.simulated.dose_limit import DoseLimit
from instruments.intrathecal_pump.simulated.event_log import EventLog
from instruments.intrathecal_pump.simulated.firmware import PumpParameters
from instruments.intrathecal_pump.simulated.flow_monitor import FlowMonitor
from instruments.intrathecal_pump.simulated.forecast import Forecast
from instruments.intrathecal_pump.simulated.infusion_schedule import InfusionSchedule
from instruments.intrathecal_pump.simulated.link_watchdog import LinkWatchdog
from instruments.intrathecal_pump.simulated.mechanism import Mechanism
from instruments.intrathecal_pump.simulated.part import Part
from instruments.intrathecal_pump.simulated.part_names import find_part
from instruments.intrathecal_pump.simulated.patient import PatientControl
from instruments.intrathecal_pump.simulated.priming import Priming
from instruments.intrathecal_pump.simulated.programming_limits import ProgrammingLimits
from instruments.intrathecal_pump.simulated.real_time_clock import PumpClock
from instruments.intrathecal_pump.simulated.rest_timer import RestTimer
from instruments.intrathecal_pump.simulated.self_test import PumpSelfTest
from instruments.intrathecal_pump.simulated.staging import Staging
from instruments.intrathecal_pump.simulated.start_up import PumpStartUp
from instruments.intrathecal_pump.simulated.stroke_planner import StrokePlanner
from instruments.intrathecal_pump.simulated.trial import TrialSession
from rig.clock import ns_from_s


@dataclass(frozen=True, slots=True)
class Parts:
    """What one pump consists of, under the names that a bench file knows them by (`PartNames`)."""

    schedule: InfusionSchedule
    bolus: BolusEngine
    prime: Priming
    patient: PatientControl
    dose_limit: DoseLimit
    trial: TrialSession
    flow_monitor: FlowMonitor
    forecast: Forecast
    limits: ProgrammingLimits
    staging: Staging
    alarms: Alarms
    watchdog: LinkWatchdog
    battery: Battery
    books: Books
    log: EventLog
    clock: PumpClock
    planner: StrokePlanner
    mechanism: Mechanism
    start_up: PumpStartUp
    rest: RestTimer
    self_test: PumpSelfTest

    @property
    def delivering(self) -> bool:
        """Tell whether an infusion, a bolus or a prime is under way."""
        return self.schedule.running or self.bolus.under_way or self.prime.under_way

    def named(self) -> Iterator[tuple[str, Part]]:
        """Yield each part with its name."""
        return ((field.name, getattr(self, field.name)) for field in fields(self))

    def __iter__(self) -> Iterator[Part]:
        return (getattr(self, field.name) for field in fields(self))


def assemble(parameters: PumpParameters, rng: np.random.Generator, now_ns: int) -> Parts:
    """Make each part by its name in `parameters.parts`; raise DiscoveryError for a name that is none."""
    p, names = parameters, parameters.parts
    clock = find_part(names.clock, PumpClock)(
        now_ns, offset_ns=ns_from_s(p.clock_offset_s), drift_ppm=p.clock_drift_ppm
    )
    log = find_part(names.log, EventLog)(clock)
    planner = find_part(names.planner, StrokePlanner)(p.stroke_nl)
    books = find_part(names.books, Books)(
        stroke_nl=p.stroke_nl,
        reservoir_nl=round(p.reservoir_ul * 1000),
        low_nl=round(p.low_reservoir_ul * 1000),
        capacity_nl=round(p.capacity_ul * 1000),
    )
    watchdog = find_part(names.watchdog, LinkWatchdog)(now_ns)
    mechanism = find_part(names.mechanism, Mechanism)(p, rng)
    schedule = find_part(names.schedule, InfusionSchedule)(clock)
    battery = find_part(names.battery, Battery)(p, stroke_nl=p.stroke_nl, schedule=schedule)
    limits = find_part(names.limits, ProgrammingLimits)()
    dose_limit = find_part(names.dose_limit, DoseLimit)(
        max_dose_nl=round(p.max_hourly_dose_ul * 1000), max_rate_nl_h=limits.limits.max_total_rate_nl_h
    )
    trial = find_part(names.trial, TrialSession)()
    flow_monitor = find_part(names.flow_monitor, FlowMonitor)(stroke_nl=p.stroke_nl, fitted=p.outlet_sensor)
    patient = find_part(names.patient, PatientControl)()
    rest = find_part(names.rest, RestTimer)(now_ns)
    self_test = find_part(names.self_test, PumpSelfTest)(schedule, mechanism, battery, limits)
    alarms = find_part(names.alarms, Alarms)(
        books,
        battery,
        watchdog,
        log,
        mechanism=mechanism,
        rest=rest,
        dose_limit=dose_limit,
        trial=trial,
        flow_monitor=flow_monitor,
        self_test=self_test,
    )
    return Parts(
        schedule=schedule,
        bolus=find_part(names.bolus, BolusEngine)(planner),
        prime=find_part(names.prime, Priming)(planner),
        patient=patient,
        dose_limit=dose_limit,
        trial=trial,
        flow_monitor=flow_monitor,
        forecast=find_part(names.forecast, Forecast)(schedule, patient, books, battery, clock),
        limits=limits,
        staging=find_part(names.staging, Staging)(),
        alarms=alarms,
        watchdog=watchdog,
        battery=battery,
        books=books,
        log=log,
        clock=clock,
        planner=planner,
        mechanism=mechanism,
        start_up=find_part(names.start_up, PumpStartUp)(now_ns, boot_ns=ns_from_s(p.boot_s)),
        rest=rest,
        self_test=self_test,
    )
