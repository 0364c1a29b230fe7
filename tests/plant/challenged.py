"""A laboratory for challenges: a pump that strokes evenly, firmware that notes what it feels, and time that passes."""

from instruments.plant.laboratory import Laboratory, Parameters
from instruments.plant.line import Stroke
from rig.clock import VirtualClock

EPOCH_NS = 1_767_600_000_000_000_000
SECOND = 1_000_000_000
HOUR_NS = 3600 * SECOND
R, C = 0.0025, 0.26
STROKE_UL = 0.5
STILL = {"evaporation_mg_h": 0.0, "capillary_mg": 0.0, "air_temperature_swing_c": 0.0, "pump_power": "battery"}


class Beating:
    """A pump that strokes every ten seconds and tells what it was asked to live under."""

    def __init__(self, t0_ns):
        self.next_ns = t0_ns + 10 * SECOND
        self.lived_under = []
        self.firmware = Firmware()

    def advance(self, to_ns, *, supply_v, line_kpa):
        self.lived_under.append((to_ns, supply_v, line_kpa))
        strokes = []
        while self.next_ns <= to_ns:
            strokes.append(Stroke(self.next_ns, STROKE_UL if supply_v else 0.0, 8))
            self.next_ns += 10 * SECOND
        return strokes


class Firmware:
    """Firmware that feels what is done to it."""

    def __init__(self):
        self.felt = []

    def magnet(self, on):
        self.felt.append(("magnet", on))

    def press_button(self):
        self.felt.append(("button",))

    def refill(self, volume_ul):
        self.felt.append(("refill", volume_ul))


def made(**parameters):
    """Make a laboratory with a pump that beats; return it with its clock and its pump."""
    clock = VirtualClock(EPOCH_NS)
    lab = Laboratory(Parameters(**{**STILL, **parameters}), clock, 1)
    pump = Beating(EPOCH_NS)
    lab.attach_pump(pump)
    return lab, clock, pump


def live(lab, clock, hours):
    """Let time pass as a sampler does, minute by minute."""
    end_ns = clock.now_ns() + round(hours * HOUR_NS)
    while clock.now_ns() < end_ns:
        clock.wait_until(min(clock.now_ns() + 60 * SECOND, end_ns))
        lab.advance()
