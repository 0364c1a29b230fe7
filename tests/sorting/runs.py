"""Failures of runs: infusions in whose record one thing is wrong, each with whose fault that is."""

from functools import partial

import numpy as np

from rig.faults import Fault
from rig.record.bodies.absences import DiskSpaceLow, InstrumentLost, SamplingGap
from rig.record.bodies.judging import Limit
from rig.record.bodies.pump_events import PumpLogUnreadable
from rig.record.bodies.safety import InterlockTripped, SupervisorActed
from rig.record.bodies.timing import SamplingTimed
from tests.evaluation.happenings import ns, put, tell
from tests.sorting.infusion import FROM_H, OVER_S, TO_H, Infusion, asked_ul, sorted_as

H = 3600.0
RUNNING, STOPPED = (0.0, "infusing", ()), (OVER_S, "stopped", ())


def share(percent, begin_h=FROM_H, end_h=TO_H):
    """Return a volume that is by some percent more (or less) than programmed between two hours of the record."""

    def volume_ul(hour):
        inside = asked_ul(np.clip(hour, begin_h, end_h)) - asked_ul(begin_h)
        return asked_ul(hour) + percent / 100.0 * inside

    return volume_ul


def beside(ul_h=0.0, begin_h=0.0, end_h=100.0, step_ul=0.0, step_h=15.0):
    """Return a volume with a flow besides, or a step."""
    return lambda hour: (
        asked_ul(hour)
        + ul_h * (np.clip(hour, begin_h, end_h) - begin_h)
        + step_ul * (np.asarray(hour) >= step_h).astype(float)
    )


def pump_delivers(volume_ul):
    """Return an infusion of another volume that motor and sensor see, and that the pump counts as programmed."""
    return Infusion(arrives=volume_ul, turns=volume_ul)


def told(*events):
    """Return what puts events into the record: (seconds of the window, event)."""
    return lambda record: [put(record, at_s, event) for at_s, event in events]


def lost(stream, from_s, to_s, *, back=True):
    """Return the events of an instrument that was away."""
    gone = InstrumentLost(stream, ns(from_s), "the port died")
    gap = SamplingGap(stream, ns(from_s), ns(to_s), "the port died", 3, 10, back)
    return ((from_s + 60.0, gone), (to_s, gap))


def without(begin_h, end_h):
    """Return which minutes of the balance are kept."""
    return lambda minutes: (minutes / 60.0 <= begin_h) | (minutes / 60.0 >= end_h)


def watched(record):
    """Set the pump's watchdog to less than the time between two of its readings."""
    tell(record, -7200.0, "set_link_watchdog", seconds=30.0)


def late(**figures):
    """Return what tells that a machine was late."""
    return told((OVER_S, SamplingTimed("balance", 60.0, 1500, 1.0, **{"p99_ms": 5.0, "worst_ms": 9.0, **figures})))


def acted(why):
    """Return what tells that the supervisor ended delivery after 10 h."""
    return told((10 * H, SupervisorActed(why, 0.2, ("pump told to stop",))))


def limit(below, above):
    return Limit("%", below, above)


# The volume that leaves a pump which stops by itself after ten hours.
CUT_SHORT = share(-100.0, FROM_H + 10.0)
ENDED = ((0.0, "infusing", ()), (10 * H, "stopped", ()))
ALARM = ("alarm delay", {"alarm": "reservoir_low"}, Limit("s", None, 60.0))

PUMP = {
    **{f"pump: rate {percent:+g} %": pump_delivers(share(percent)) for percent in (-40, -20, -8, 7, 12, 30)},
    "pump: three times the rate for an hour": pump_delivers(share(200.0, 6.0, 7.0)),
    "pump: stands still for three hours": pump_delivers(share(-100.0, 10.0, 13.0)),
    "pump: a fifth of its strokes are empty": Infusion(arrives=share(-20.0)),
    "pump: a tenth is empty from noon on": Infusion(arrives=share(-15.0, 12.0)),
    "pump: a bolus of 100 µL that nobody ordered": pump_delivers(beside(step_ul=100.0)),
    "pump: its valve lets more through": Infusion(arrives=share(15.0)),
    "pump: counts a quarter too much": Infusion(counts=share(25.0)),
    "pump: counts a tenth too little": Infusion(counts=share(-10.0)),
    "pump: counts nothing": Infusion(counts=np.zeros_like),
    "pump: counts backwards": Infusion(counts=beside(step_ul=-40.0)),
    "pump: its reservoir never falls": Infusion(fell=np.zeros_like),
    "pump: its reservoir falls by half": Infusion(fell=share(-50.0)),
    "pump: its clock gains 500 ppm": Infusion(ahead_s=lambda hour: 500e-6 * 3600.0 * hour),
    "pump: its clock loses 300 ppm": Infusion(ahead_s=lambda hour: -300e-6 * 3600.0 * hour),
    "pump: its clock leaps by a minute": Infusion(ahead_s=lambda hour: 60.0 * (hour > 12.0)),
    "pump: its log has gaps": Infusion(
        besides=told((OVER_S + 60.0, PumpLogUnreadable("pump", "log entries [2, 3, 5] came where 3 belongs")))
    ),
    "pump: its log tells of an order that nobody gave": Infusion(
        log=((0.0, "infusion_started"), (3 * H, "infusion_started"), (OVER_S, "stopped"))
    ),
    "pump: its log tells of a reset": Infusion(
        log=((0.0, "infusion_started"), (8 * H, "power_on"), (OVER_S, "stopped"))
    ),
    "pump: an alarm without a cause": Infusion(
        states=(RUNNING, (5 * H, "infusing", ("battery_low",)), (6 * H, "infusing", ()), STOPPED)
    ),
    "pump: says stopped and runs": Infusion(states=((0.0, "stopped", ()),)),
    "pump: says infusing for an hour behind the stop": Infusion(states=(RUNNING, (OVER_S + H, "stopped", ()))),
    "pump: its motor turns behind the stop": Infusion(turns=beside(ul_h=20.0, begin_h=TO_H)),
    "pump: runs on behind the stop": Infusion(
        arrives=beside(ul_h=20.0, begin_h=TO_H), turns=beside(ul_h=20.0, begin_h=TO_H)
    ),
    "pump: counts on behind the stop and delivers": Infusion(
        arrives=beside(ul_h=20.0, begin_h=TO_H), counts=beside(ul_h=20.0, begin_h=TO_H), turns=None
    ),
    "pump: no alarm where one should be": Infusion(claim=ALARM),
    "pump: the alarm stood before its cause": Infusion(
        states=((-1800.0, "stopped", ("reservoir_low",)), (0.0, "infusing", ("reservoir_low",)), STOPPED),
        claim=ALARM,
    ),
}

BENCH = {
    "bench: balance lost for an hour": Infusion(besides=told(*lost("balance", 5 * H, 6 * H)), keep=without(9.0, 10.0)),
    "bench: balance lost and not back": Infusion(
        besides=told(*lost("balance", 20 * H, 29 * H, back=False)), keep=lambda minutes: minutes / 60.0 <= 24.0
    ),
    "bench: balance's readings lost": Infusion(lost=25),
    "bench: a hole in the readings": Infusion(keep=without(12.0, 13.0)),
    "bench: calibration overdue": Infusion(start={"overdue": ["balance: calibration C-1 was due on 2025-12-31"]}),
    "bench: machine stood still": Infusion(besides=late(worst_ms=70_000.0)),
    "bench: machine had too much to do": Infusion(besides=late(p99_ms=40_000.0, worst_ms=50_000.0)),
    "bench: turns lost": Infusion(besides=late(skipped=90)),
    "bench: supervisor acted": Infusion(
        arrives=CUT_SHORT, turns=CUT_SHORT, counts=CUT_SHORT, states=ENDED, besides=acted("the run has died")
    ),
    "bench: the line's pressure tripped": Infusion(
        arrives=CUT_SHORT,
        turns=CUT_SHORT,
        counts=CUT_SHORT,
        states=ENDED,
        besides=told(
            (10 * H, InterlockTripped("most_pressure_kpa", 90.0, 60.0, ("daq",), ns(10 * H - 60), ns(10 * H)))
        ),
    ),
    "bench: the disk is full": Infusion(
        arrives=CUT_SHORT, turns=CUT_SHORT, counts=CUT_SHORT, besides=told((10 * H, DiskSpaceLow(90.0, 500.0)))
    ),
    "bench: the pump did not hear the rig": Infusion(
        arrives=CUT_SHORT,
        turns=CUT_SHORT,
        counts=CUT_SHORT,
        states=((0.0, "infusing", ()), (10 * H, "stopped", ("link_lost",))),
        log=((0.0, "infusion_started"), (10 * H, "link_lost")),
        besides=watched,
    ),
    **{
        f"bench: {ul_h:g} µL/h flow in at rest": Infusion(arrives=beside(ul_h=ul_h), passes=asked_ul)
        for ul_h in (1.0, 3.0, 8.0)
    },
    **{
        f"bench: {size:+g} µL on the pan at once": Infusion(arrives=beside(step_ul=size), passes=asked_ul)
        for size in (-60.0, -25.0, 40.0, 80.0)
    },
    **{
        f"bench: a joint behind the sensor loses {percent:g} %": Infusion(arrives=share(-percent), passes=asked_ul)
        for percent in (25, 40)
    },
    "bench: the joint gives way at noon": Infusion(arrives=share(-60.0, 12.0), passes=asked_ul),
    **{f"bench: flow sensor {percent:+g} %": Infusion(passes=share(percent)) for percent in (-40, -20, 20, 35)},
    "bench: flow sensor stands still": Infusion(passes=np.zeros_like),
    "bench: flow sensor's zero is off": Infusion(passes=beside(ul_h=60.0)),
}

PLAN = {
    "plan: no weighing at zero flow": Infusion(zero_flow=()),
    "plan: none behind the window": Infusion(zero_flow=((0, 4),)),
    "plan: a transition without a change of rate": Infusion(claim=("transition volume", {}, Limit("µL", -1.0, 1.0))),
    "plan: parts longer than the window": Infusion(
        claim=("flow in windows", {"minutes": 3000.0}, Limit("%", -10.0, 10.0))
    ),
    "plan: an occlusion's pressure without an occlusion": Infusion(
        claim=("occlusion pressure", {"alarm": "occlusion", "within_kpa": 1.0}, Limit("kPa", None, 200.0))
    ),
    "plan: a bench file without a word on the air": Infusion(start={"ambient": None}),
    "plan: a bench file without [weighing]": Infusion(start={"weighing": None}),
}

NEAR = (-5.0, -2.0, -1.0, -0.5, 0.5, 1.0, 2.0, 3.0, 4.0, 5.0)
UNDECIDED = {
    f"undecided: {percent:+g} %, where that is the limit": Infusion(
        arrives=share(percent),
        passes=share(percent),
        turns=share(percent),
        counts=share(percent),
        limit=limit(percent - 3.0, percent) if percent > 0 else limit(percent, percent + 3.0),
    )
    for percent in NEAR
}

SEEDS = tuple(
    (name, fault, partial(sorted_as, infusion))
    for fault, made in ((Fault.PUMP, PUMP), (Fault.BENCH, BENCH), (Fault.PLAN, PLAN), (Fault.UNDECIDED, UNDECIDED))
    for name, infusion in made.items()
)
