"""The laboratory that all twins of a bench share: one pump on one line, one beaker, one air, one set of wires.

Twins ask it about moments; it brings itself up to the clock's present first. Time passes only on the clock, so on
the virtual clock the answers depend on the times of the questions and on nothing else.
"""

import threading
import zlib
from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from instruments.plant.back_pressure import BackPressure
from instruments.plant.beaker import Beaker, BeakerKeys
from instruments.plant.challenges import ChallengeKeys, PlantChallenges
from instruments.plant.environment import AirKeys, Environment
from instruments.plant.evaporation import Evaporation, EvaporationKeys
from instruments.plant.line import Line, Stroke
from instruments.plant.liquid import LiquidKeys
from instruments.plant.moments import NS_PER_H
from instruments.plant.pan import Pan, PanKeys
from instruments.plant.power import IDLE_A, MOTOR_A, MOTOR_RUN_S, Power, PowerKeys
from instruments.plant.seepage import Leak, LineKeys, Seepage
from rig.clock import Clock


class Parameters(PowerKeys, LineKeys, PanKeys, EvaporationKeys, BeakerKeys, LiquidKeys, AirKeys, ChallengeKeys):
    """The `[laboratory]` table of a mocked bench: the keys of all themes."""


class PumpMechanics(Protocol):
    """What the laboratory sees of a pump: what its motor did while time passed."""

    def advance(self, to_ns: int, *, supply_v: float, line_kpa: float) -> Sequence[Stroke]:
        """Let the pump live up to `to_ns` under this supply voltage and line pressure; return its strokes in order."""


class Laboratory:
    """One simulated bench. `lock` is held while a twin asks or changes something.

    `later_ns` is how much later than another of the same seed it begins, with which it shall have all chance in common:
    whole days, because the room's daily swing follows the time of day.
    """

    def __init__(self, parameters: Parameters, clock: Clock, seed: int, *, later_ns: int = 0) -> None:
        self.parameters = parameters
        self.clock = clock
        self.seed = seed
        self.lock = threading.RLock()
        p = parameters
        start_ns = clock.now_ns()
        self.environment = Environment(
            p.air_temperature_c,
            p.air_temperature_swing_c,
            p.air_pressure_hpa,
            p.air_humidity_percent,
            t0_ns=start_ns,
            temperature_drift_k_h=p.air_temperature_drift_k_h,
            pressure_drift_hpa_h=p.air_pressure_drift_hpa_h,
            later_ns=later_ns,
        )
        self.line = Line(
            start_ns,
            resistance_kpa_h_ul=p.line_resistance_kpa_h_ul,
            compliance_ul_kpa=p.line_compliance_ul_kpa,
            seepage=Seepage.from_keys(p, start_ns),
            back_kpa=p.back_pressure_kpa,
            volume_ul=p.line_volume_ul,
        )
        self.tip_pressure = BackPressure(p.back_pressure_kpa)
        self.evaporation = Evaporation(p, self.environment, start_ns, self.seed_for("evaporation"))
        self.pan = Pan(p, self.environment, start_ns, self.seed_for("draughts"))
        self.beaker = Beaker(
            keys=p,
            liquid=p,
            line=self.line,
            leak=Leak(p.line_leak_percent, start_ns + round(p.line_leak_from_h * NS_PER_H)),
            environment=self.environment,
            evaporation=self.evaporation,
            pan=self.pan,
            t0_ns=start_ns,
            seed=self.seed_for("meniscus"),
        )
        self._powers = [Power(fed_by=p.pump_power, battery_v=p.battery_v)]
        self._powered_ns = [start_ns]
        self._pumps: list[PumpMechanics] = []
        self._lived_ns: int | None = None
        self.challenges = PlantChallenges(self, p.challenges, start_ns)

    @property
    def firmware(self) -> object:
        """Return what runs in the pump under test, None when there is no pump or it has none that can be asked."""
        return getattr(self._pumps[0], "firmware", None) if self._pumps else None

    @property
    def power(self) -> Power:
        """Return what feeds the pump now."""
        return self._powers[-1]

    def seed_for(self, name: str) -> int:
        """Return a seed of its own for each named source of chance, so that adding one leaves the others alone."""
        return zlib.crc32(name.encode()) ^ (self.seed & 0xFFFF_FFFF) | (self.seed >> 32) << 32

    def rng(self, name: str) -> np.random.Generator:
        """Return the random generator of a named source of chance."""
        return np.random.default_rng(self.seed_for(name))

    def attach_pump(self, pump: PumpMechanics) -> None:
        """Connect a pump: the strokes of the first fill the line, any other lives beside it and delivers to waste."""
        self._pumps.append(pump)
        self.disturbed()

    def disturbed(self) -> None:
        """Take note that something was changed at this very moment: what comes of it is for the next `advance`."""
        self._lived_ns = None

    def advance(self) -> int:
        """Bring everything up to the clock's present; return it in UTC ns."""
        with self.lock:
            now_ns = self.clock.now_ns()
            while (due_ns := self.challenges.next_due_ns(now_ns)) is not None:
                self._live(due_ns)
                self.challenges.do_next()
                self.disturbed()
            # On the virtual clock several instruments are read at one moment, which is lived through once.
            if now_ns != self._lived_ns:
                self._live(now_ns)
                self._lived_ns = now_ns
            return now_ns

    def _live(self, to_ns: int) -> None:
        """Let every pump live up to a moment, and the strokes of the first fill the line."""
        for number, pump in enumerate(self._pumps):
            on_line = number == 0
            line_kpa = self.parameters.back_pressure_kpa
            if on_line:
                line_kpa = self.line.excess_now_kpa(to_ns) + float(self.line.back.kpa(np.asarray([to_ns], np.int64))[0])
            strokes = pump.advance(to_ns, supply_v=self.power.pump_v, line_kpa=line_kpa)
            for stroke in strokes if on_line else ():
                self.line.stroke(stroke)

    def change_power(self, **changes: float | bool) -> None:
        """Change supply or interlock, as `Power.with_` takes it, at the clock's present."""
        with self.lock:
            now_ns = self.advance()  # what happened before happened under the old power
            self.power_from(now_ns, **changes)

    def power_from(self, t_ns: int, **changes: float | bool | None) -> None:
        """Change what feeds the pump at a moment up to which all has lived."""
        self._powers.append(self.power.with_(**changes))
        self._powered_ns.append(t_ns)
        self.disturbed()

    def challenge(self, verb: str, figures: Mapping[str, float]) -> int:
        """Do something to the laboratory at the clock's present; return its number, to end it by.

        Raises ChallengeRefusedError for what cannot be done to it.
        """
        with self.lock:
            number = self.challenges.begin(verb, figures, self.advance())
            self.disturbed()
            return number

    def relieve(self, number: int) -> None:
        """Take a challenge away at the clock's present."""
        with self.lock:
            self.challenges.end(number, self.advance())
            self.disturbed()

    def pressure_kpa(self, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the line pressure above ambient in kPa at each of `t_ns`."""
        return self.line.excess_kpa(t_ns) + self.line.back.kpa(t_ns)

    def supply_current_a(self, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the current into the pump in A at each of `t_ns`: idle, and the motor's while it strokes."""
        drawing = np.asarray([power.pump_alive and power.fed_by == "supply" for power in self._powers])
        running = np.where(self.line.since_stroke_s(t_ns) < MOTOR_RUN_S, IDLE_A + MOTOR_A, IDLE_A)
        return np.where(drawing[self._power_index(t_ns)], running, 0.0)

    def pump_voltage_v(self, t_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the voltage at the pump's terminals in V at each of `t_ns`."""
        return np.asarray([power.pump_v for power in self._powers])[self._power_index(t_ns)]

    def _power_index(self, t_ns: NDArray[np.int64]) -> NDArray[np.intp]:
        return np.maximum(np.searchsorted(self._powered_ns, t_ns, side="right") - 1, 0)
