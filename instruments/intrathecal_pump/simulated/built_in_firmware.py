"""The built-in firmware of the simulated pump, the one that docs/pump-link.md describes: its parts, put to work."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

import numpy as np

from instruments.intrathecal_pump.messages import Alarm, Command, LogEvent, Reply, RequestBolus
from instruments.intrathecal_pump.simulated.alarms import CELL_ENDS, CELL_WARNINGS, RESERVOIR, WHILE_DELIVERING
from instruments.intrathecal_pump.simulated.assembly import assemble
from instruments.intrathecal_pump.simulated.command_desk import CommandDesk
from instruments.intrathecal_pump.simulated.firmware import PumpParameters
from instruments.intrathecal_pump.simulated.memory import Memory
from instruments.intrathecal_pump.simulated.part_names import find_part
from instruments.intrathecal_pump.simulated.spell import Spell, Turns
from instruments.plant.line import Stroke
from instruments.plant.power import MIN_PUMP_V


class BuiltInFirmware:
    """Lives through time, and asks its parts when there is something for them to do; what they do, they alone know."""

    made_of_parts: ClassVar[bool] = True
    link_edition: ClassVar[int] = 2

    def __init__(self, parameters: PumpParameters, rng: np.random.Generator, now_ns: int) -> None:
        self.parts = assemble(parameters, rng, now_ns)
        self.desk = find_part(parameters.parts.desk, CommandDesk)(self.parts, serial=parameters.serial)
        self._t_ns = now_ns
        self._memory = Memory(parameters.memory)
        self._memory.recall(self.parts, now_ns)

    @property
    def listening(self) -> bool:
        """Tell whether the electronics are powered and have booted."""
        return self.parts.start_up.running

    def heard(self, now_ns: int) -> None:
        """Begin the link watchdog anew."""
        self.parts.watchdog.heard(now_ns)

    def handle(self, command: Command, now_ns: int) -> Reply:
        """Carry out a command."""
        reply = self.desk.handle(command, now_ns)
        self._memory.write(self.parts, now_ns)
        return reply

    def advance(self, to_ns: int, *, supply_v: float, line_kpa: float) -> Sequence[Stroke]:
        """Live up to `to_ns`; power lost means delivery lost."""
        strokes = self._live(to_ns, supply_v, line_kpa)
        self._memory.write(self.parts, to_ns)
        return strokes

    def _live(self, to_ns: int, supply_v: float, line_kpa: float) -> Sequence[Stroke]:
        volts = self.parts.battery.cell_v(supply_v)
        if volts < MIN_PUMP_V:
            self._lose_power()
            self._t_ns = to_ns
            return ()
        if not self.listening and not self._boot(to_ns):
            return ()
        self.parts.battery.idle((to_ns - self._t_ns) / 1e9)
        strokes: list[Stroke] = []
        if self.parts.delivering:
            # A window that was set since may be full by what it was told to count.
            self._heed(self._causes() & (Alarm.MEMORY_ERROR | Alarm.DOSE_LIMIT))
        turning_v = self.parts.battery.turning_v(supply_v)
        while self.parts.delivering and self._t_ns < to_ns:
            if turning_v < MIN_PUMP_V and self._brown_out(self._spell(to_ns)):
                return strokes
            strokes += self._deliver(self._spell(to_ns), volts, line_kpa)
        self._watch_rest(to_ns)
        self._t_ns = to_ns
        self._watch_battery(volts)
        return strokes

    def magnet(self, *, on: bool) -> None:
        """Feel a magnet come, which holds the motor, or go."""
        self.parts.mechanism.stick(stuck=on)

    def press_button(self) -> None:
        """Have the patient ask for a bolus, without the link; a pump that is off feels nothing."""
        if self.listening:
            self.desk.handle(RequestBolus(), self._t_ns)

    @property
    def feels_warmth(self) -> bool:
        """Tell whether it makes a difference how warm the pump is."""
        return self.parts.mechanism.feels_warmth

    def warm(self, liquid_c: float) -> None:
        """Be as warm as this, in °C, from now on."""
        self.parts.mechanism.warm(liquid_c)

    def drain_battery(self, mah: float) -> None:
        """Lose a charge of the cell that went past the pump."""
        self.parts.battery.drain(mah)

    def refill(self, volume_ul: float) -> None:
        """Take so much more into the reservoir; raises ChallengeRefusedError for more than there is room for."""
        self.parts.mechanism.fill(volume_ul)

    def fill_anew(self, volume_ul: float) -> None:
        """Hold so much in the reservoir; raises ChallengeRefusedError for more than goes into it."""
        self.parts.mechanism.fill_anew(volume_ul)

    def _spell(self, to_ns: int) -> Spell:
        """Return how delivery goes on until something changes, at most up to `to_ns`."""
        parts, t_ns = self.parts, self._t_ns
        basal_nl_h, prime_nl_h = parts.schedule.rate_nl_h(t_ns), parts.prime.rate_nl_h
        rate_nl_h = prime_nl_h or parts.bolus.total_nl_h(basal_nl_h)
        changes_ns = (
            # A motor that is held tells so at its very next turn.
            parts.planner.time_of(1 if parts.mechanism.stuck else parts.books.strokes_to_mark(), t_ns, rate_nl_h),
            parts.watchdog.fires_ns,
            parts.prime.ends_ns(t_ns) if prime_nl_h else parts.bolus.ends_ns(t_ns),
            parts.dose_limit.reaches_ns(t_ns, rate_nl_h),
            parts.trial.reaches_ns(t_ns, rate_nl_h),
            parts.flow_monitor.checks_ns(t_ns),
            parts.schedule.changes_ns(t_ns),
        )
        # What was due before now and still changes nothing must not hold the pump up for ever.
        end_ns = min((change_ns for change_ns in changes_ns if change_ns > t_ns), default=to_ns)
        end_ns = min(end_ns, to_ns)
        if prime_nl_h:
            return Spell(t_ns, end_ns, rate_nl_h, 0, prime_nl_h=prime_nl_h)
        return Spell(t_ns, end_ns, rate_nl_h, parts.bolus.rate_nl_h, basal_nl_h)

    def _deliver(self, spell: Spell, volts: float, line_kpa: float) -> list[Stroke]:
        """Deliver for a spell, and do what falls due at its end."""
        parts = self.parts
        turns = Turns(spell, tuple(parts.planner.run(spell)), volts, line_kpa)
        strokes = parts.mechanism.strokes(turns)
        if parts.mechanism.stalled:
            # The motor tells that it did not turn: nothing is booked, and nothing is made up later.
            turns = replace(turns, due_ns=turns.due_ns[: len(strokes)])
        parts.battery.turn(len(turns.due_ns))
        parts.bolus.run(spell)
        parts.prime.run(spell)
        parts.planner.give_back(parts.schedule.run(spell))
        parts.dose_limit.run(spell)
        parts.trial.run(spell)
        parts.flow_monitor.run(spell, strokes)
        parts.books.book(turns)
        self._t_ns = spell.to_ns
        parts.rest.delivered(spell.to_ns)
        self._end_what_was_given()
        causes = self._causes()
        if not causes:
            return strokes
        self._heed(causes & (RESERVOIR | Alarm.UNDER_INFUSION))
        if causes & WHILE_DELIVERING:
            for alarm in WHILE_DELIVERING:
                if parts.delivering:
                    self._heed(causes & alarm)
        return strokes

    def _brown_out(self, spell: Spell) -> bool:
        """Tell whether the motor is to turn in a spell, which takes the electronics' voltage: they are reset."""
        turns_ns = self.parts.planner.time_of(1, spell.from_ns, spell.rate_nl_h)
        if turns_ns > spell.to_ns:
            return False
        self._t_ns = turns_ns
        self._lose_power()
        return True

    def _end_what_was_given(self) -> None:
        parts = self.parts
        if parts.bolus.given:
            self._write(LogEvent.BOLUS_ENDED, parts.bolus.complete())
        if parts.bolus.square_given:
            self._write(LogEvent.SQUARE_ENDED, parts.bolus.end_square())
        if parts.prime.given:
            self._write(LogEvent.PRIMED, parts.prime.end())
        ended = parts.schedule.ended(self._t_ns)
        if ended is not None:
            self._write(*ended)

    def _watch_rest(self, to_ns: int) -> None:
        """Warn of a pump that has been stopped too long, at the moment when it has."""
        fires_ns = self.parts.rest.fires_ns
        if not self.parts.delivering and self._t_ns <= fires_ns <= to_ns:
            self._t_ns = fires_ns
            self._heed(self._causes() & Alarm.STOPPED_TOO_LONG)

    def _watch_battery(self, volts: float) -> None:
        self.parts.battery.measure(volts)
        causes = self._causes()
        if self.parts.alarms.stall_is_over(causes):
            self._write(LogEvent.STALL_ENDED, self.parts.books.delivered_nl)
        self.parts.alarms.rearm(causes)
        if not causes:
            return
        self._heed(causes & CELL_WARNINGS)
        if self.parts.delivering:
            self._heed(causes & CELL_ENDS)

    def _causes(self) -> Alarm:
        return self.parts.alarms.causes(self._t_ns, delivering=self.parts.delivering)

    def _heed(self, causes: Alarm) -> None:
        """Warn of each alarm, or stop by the pump's own decision and latch why."""
        for alarm in causes:
            if self.parts.alarms.ends_delivery(alarm):
                self._halt()
                self.parts.alarms.latch(alarm, self._t_ns)
            else:
                self.parts.alarms.warn(alarm, self._t_ns)

    def _halt(self) -> None:
        parts = self.parts
        if parts.bolus.single_under_way:
            self._write(LogEvent.BOLUS_ENDED, parts.bolus.halt())
        if parts.bolus.square_under_way:
            self._write(LogEvent.SQUARE_ENDED, parts.bolus.end_square())
        if parts.prime.under_way:
            self._write(LogEvent.PRIMED, parts.prime.end())
        parts.schedule.halt()

    def _lose_power(self) -> None:
        if self.parts.start_up.go_down(delivering=self.parts.delivering):
            for part in (*self.parts, self.desk):
                part.power_lost()

    def _boot(self, to_ns: int) -> bool:
        """Tell whether the pump is up by `to_ns`."""
        start_up = self.parts.start_up
        up_ns = start_up.up_ns(self._t_ns)
        self._t_ns = min(to_ns, up_ns)
        if to_ns < up_ns:
            return False
        start_up.come_up()
        self._write(LogEvent.POWER_ON, int(start_up.cut_short))
        for part in (*self.parts, self.desk):
            part.booted(self._t_ns)
        if start_up.cut_short:
            self.parts.alarms.reset(self._t_ns)
        return True

    def _write(self, event: LogEvent, detail: int) -> None:
        self.parts.log.write(self._t_ns, event, detail)
