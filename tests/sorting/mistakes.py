"""Failures that end a plan without a result: mistakes of plans and files, wires, and what pumps refuse; as they raise.

Each is let happen, and what it raises is sorted.
"""

import textwrap
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial

from instruments.hosting.faults import Deaf, Garbage, Silent, Truncated
from instruments.hosting.tcp_host import TcpHost
from instruments.hosting.wire import Wire
from instruments.intrathecal_pump.simulated.programming_limits import ProgrammingLimits
from instruments.mettler_mt_sics.driver import Driver
from instruments.mettler_mt_sics.twin import BalanceMalfunction, Twin
from instruments.plant.laboratory import Laboratory, Parameters
from rig.bench_file.limits import load_limits, load_requirements
from rig.bench_file.reading import load_bench_file
from rig.clock import VirtualClock
from rig.driving import DriverContext
from rig.errors import RigError
from rig.evaluation.registry import kind_of
from rig.evaluation.settle import check_limit
from rig.faults import Fault, fault_of
from rig.record.bodies.judging import Limit, LimitsInForce, RequirementsInForce
from rig.safety.stop import AtRest, cut_delivery
from tests.core.bench_support import bench_text, opened, unreachable_text
from tests.evaluation.records import EPOCH_NS
from tests.patience import patient

RAISED = (RigError, ArithmeticError, AssertionError, AttributeError, ImportError, LookupError, NameError, TypeError)


def sorted_as(raises, folder):
    """Return whose fault it is what is raised; None where nothing is."""
    try:
        raises(folder)
    except RAISED as error:
        return fault_of(error, ("pump",))
    return None


def body(text):
    """Return a plan's body that is run as it stands, on an open bench."""

    def run(folder):
        with opened(folder, bench_text()) as (bench, _), bench.plan():
            exec(textwrap.dedent(text), {"bench": bench, "pump": bench.instruments.pump()})

    return run


def alone(text):
    """Return a plan's own code that is wrong before any bench is touched."""
    return lambda _: exec(textwrap.dedent(text), {})


def bench_file(old, new):
    """Return the reading of a bench file with one thing mistyped."""

    def read(folder):
        text = bench_text()
        assert old in text
        (folder / "bench.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
        load_bench_file(folder / "bench.toml")

    return read


def limits_file(text, load=load_limits):
    """Return the reading of a file of limits, or of requirements."""

    def read(folder):
        (folder / "said.toml").write_text(text, encoding="utf-8")
        load(folder / "said.toml")

    return read


@dataclass(frozen=True)
class OnTheWire:
    """A balance that is read over a real port, which has a trouble, or has one itself."""

    trouble: object

    def __call__(self, _folder):
        clock = VirtualClock(EPOCH_NS)
        wire, twin = Wire(clock), Twin("balance", Twin.Parameters(), Laboratory(Parameters(), clock, seed=7))
        with ExitStack() as closing:
            host = TcpHost("balance", twin, wire=wire)
            closing.callback(host.close)
            settings = Driver.Settings(port=host.port, timeout_s=patient(0.1))
            driver = Driver("balance", settings, DriverContext(clock, lambda _: None))
            closing.callback(driver.close)
            if isinstance(self.trouble, BalanceMalfunction):
                twin.malfunction = self.trouble
            else:
                wire.fail(self.trouble)
            driver.read_mass()


def refused_by_the_pump(folder):
    """Order a bolus of a pump that gives one: it says no."""
    with opened(folder, bench_text()) as (bench, _), bench.plan():
        for _ in range(2):
            bench.instruments.pump().give_bolus(volume_ul=20.0)


PLAN = {
    "plan: a name that there is not": alone("rate = nothing_like_it"),
    "plan: a module that there is not": alone("import helpers_of_mine_that_are_gone"),
    "plan: a word too many": alone("len([], [])"),
    "plan: divides by nothing": alone("1.0 / (2.0 - 2.0)"),
    "plan: a key that there is not": alone("{'slow': 2.0}['fast']"),
    "plan: a place that there is not": alone("[10.0, 100.0][2]"),
    "plan: asserts what is not so": alone("assert 41.7 == 42.0"),
    "plan: a verb's argument mistyped": body("pump.run_continuous(rate_ul_hour=40.0)"),
    "plan: a rate that no pump has": body("pump.run_continuous(rate_ul_h=1e9)"),
    "plan: a verb that there is not": body("pump.run_slowly(rate_ul_h=2.0)"),
    "plan: an instrument that there is not": body("bench.instruments.meter()"),
    "plan: a dwell backwards": body("bench.dwell(hours=-1.0)"),
    "plan: a limit that there is not": lambda _: LimitsInForce(limits={"basal": Limit("%", -5.0)}).named("bassal"),
    "plan: a requirement that there is not": lambda _: RequirementsInForce().named("ACC-999"),
    "plan: a limit of another unit": lambda _: check_limit(kind_of("mean flow error"), Limit("µL", -1.0, 1.0)),
    "plan: a fact with a limit": lambda _: check_limit(kind_of("no alarm"), Limit("%", -1.0, 1.0)),
    "plan: limits upside down": limits_file('[limits."a"]\nlower = 5\nupper = -5\nunit = "%"\nsource = "s"\n'),
    "plan: a limit's key mistyped": limits_file('[limits."a"]\nuper = 5\nunit = "%"\nsource = "s"\n'),
    "plan: limits that are no TOML": limits_file("[limits"),
    "plan: a requirement without a text": limits_file('[requirements."R"]\nsource = "s"\n', load_requirements),
    "plan: the bench's kind mistyped": bench_file('kind = "mocked"', 'kind = "mocket"'),
    "plan: a driver that there is not": bench_file('driver = "intrathecal_pump"', 'driver = "intratecal_pump"'),
    "plan: a key of the bench mistyped": bench_file("link_watchdog_s", "link_watchdog"),
    "plan: a number in words": bench_file("sample_every_s = 60", 'sample_every_s = "each minute"'),
    "plan: a date that there is not": bench_file("2030-01-01", "2030-02-30"),
}
BENCH = {
    "bench: wire silent": OnTheWire(Silent()),
    "bench: wire deaf": OnTheWire(Deaf()),
    "bench: wire cut short": OnTheWire(Truncated(after_bytes=3)),
    "bench: wire noisy": OnTheWire(Garbage(flipped_bits=20, seed=3)),
    "bench: balance overloaded": OnTheWire(BalanceMalfunction(overloaded=True)),
    "bench: balance shows no number": OnTheWire(BalanceMalfunction(value="NaN")),
    "bench: nothing is plugged in": lambda folder: opened(folder, unreachable_text()).__enter__(),
}


def _runs_on(_folder):
    """Let a pump be found that delivers although it said that it stopped."""
    cut_delivery(_Unpowered(), lambda _: None, AtRest("its motor made 40 edges"))


class _Unpowered:
    daq = supply = interlock = None


class HalvesItsLimits(ProgrammingLimits):
    """Tells less for all together than for one."""

    @property
    def limits(self):
        own = super().limits
        return replace(own, max_total_rate_nl_h=own.max_rate_nl_h // 2)


def contradicts_itself(folder):
    """Open a bench whose pump tells bounds that cannot be."""
    parts = f'twin = {{ parts = {{ limits = "{__name__}:HalvesItsLimits" }} }}'
    text = bench_text().replace('driver = "intrathecal_pump"', f'driver = "intrathecal_pump"\n{parts}')
    with opened(folder, text):
        pass


PUMP = {
    "pump: refuses an order": refused_by_the_pump,
    "pump: bounds that contradict each other": contradicts_itself,
    "pump: delivers although it said that it stopped": _runs_on,
}
SEEDS = tuple(
    (name, fault, partial(sorted_as, raises))
    for fault, made in ((Fault.PUMP, PUMP), (Fault.BENCH, BENCH), (Fault.PLAN, PLAN))
    for name, raises in made.items()
)
