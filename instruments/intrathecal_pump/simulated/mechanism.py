"""The simulated pump's mechanism: motor, strokes and reservoir. Knows neither wire nor programme."""

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from instruments.intrathecal_pump.simulated.firmware import PumpParameters
from instruments.intrathecal_pump.simulated.part import Part
from instruments.intrathecal_pump.simulated.spell import Turns
from instruments.plant.line import Stroke
from instruments.plant.propellant import stroke_share
from rig.errors import ChallengeRefusedError

_DRAWN_AT_ONCE = 1024


class Mechanism(Part):
    """Motor and reservoir as they truly are; the firmware counts strokes and believes each nominal."""

    KEPT: ClassVar[tuple[str, ...]] = ("_content_ul",)

    def __init__(self, parameters: PumpParameters, rng: np.random.Generator) -> None:
        self._parameters = parameters
        self._content_ul = parameters.reservoir_ul
        self._volumes_ul = self._draw(rng)
        self._liquid_c = parameters.reservoir_nominal_c
        self._stuck = False
        self._stalled = False

    @property
    def feels_warmth(self) -> bool:
        """Tell whether its strokes depend on the reservoir's pressure, and so on temperature."""
        return self._parameters.stroke_percent_per_kpa != 0.0

    def warm(self, liquid_c: float) -> None:
        """Be as warm as this, in °C, from now on."""
        self._liquid_c = liquid_c

    @property
    def stuck(self) -> bool:
        """Tell whether the motor is held, whether it was to turn since or not."""
        return self._stuck

    @property
    def stalled(self) -> bool:
        """Return the motor's own feedback: it was to turn and did not, and has not turned since."""
        return self._stalled

    def stick(self, *, stuck: bool) -> None:
        """Hold the motor, or let it go: what a magnet, a short or wear does. It is noticed at the next turn."""
        self._stuck = stuck
        self._stalled = self._stalled and stuck

    def fill(self, volume_ul: float) -> None:
        """Take so much more into the reservoir; the firmware knows nothing of it until it is told.

        Raises ChallengeRefusedError for more than there is room for.
        """
        room_ul = max(self._parameters.capacity_ul, self._parameters.reservoir_ul) - self._content_ul
        if volume_ul > room_ul:
            said = f"the reservoir has room for {room_ul:g} µL more, not for {volume_ul:g} µL; nothing was done"
            raise ChallengeRefusedError(said)
        self._content_ul += volume_ul

    def fill_anew(self, volume_ul: float) -> None:
        """Hold so much in the reservoir, whatever it held before; raises ChallengeRefusedError as `fill` does."""
        held_ul, self._content_ul = self._content_ul, 0.0
        try:
            self.fill(volume_ul)
        except ChallengeRefusedError:
            self._content_ul = held_ul
            raise

    def strokes(self, turns: Turns) -> list[Stroke]:
        """Turn the motor once each time that is due; return what it moves: nothing on an empty reservoir."""
        edges = self._parameters.motor_edges_per_stroke
        if self._stuck:
            self._stalled = self._stalled or bool(turns.due_ns)
            return []
        done = []
        for t_ns in turns.due_ns:
            share = stroke_share(self._parameters, self._liquid_c, self._content_ul)
            volume_ul = min(next(self._volumes_ul) * share, self._content_ul)
            self._content_ul -= volume_ul
            done.append(Stroke(t_ns, volume_ul, edges))
        return done

    def _draw(self, rng: np.random.Generator) -> Iterator[float]:
        """Yield true stroke volumes in µL: nominal, off by the rate error, scattered by the variation."""
        p = self._parameters
        mean_ul = p.stroke_ul * (1.0 + p.rate_error_percent / 100.0)
        while True:
            scatter = 1.0 + p.stroke_variation_percent / 100.0 * rng.standard_normal(_DRAWN_AT_ONCE)
            yield from np.maximum(mean_ul * scatter, 0.0).tolist()
