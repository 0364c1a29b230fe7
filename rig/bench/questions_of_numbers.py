"""What a window may be asked about numbers besides flow, volume and boluses: windows in it, changes, occlusions."""

from abc import ABC, abstractmethod

from rig.bench.asked import above_zero
from rig.record.bodies.codec import Json
from rig.record.bodies.recipe import Recipe


class QuestionsOfNumbers(ABC):
    """The questions about numbers of a programme and of its pump; asking computes nothing yet."""

    @abstractmethod
    def ask(self, name: str, **parameters: Json) -> Recipe:
        """Ask for a kind of claim by its name."""

    def flow_in_windows(self, *, minutes: float, every_minutes: float | None = None) -> Recipe:
        """Ask for the mean flow's error in parts of `minutes`, in percent: that of the part which is farthest off.

        Each part is held to what was programmed in it, so that a programme may change on the way; all must lie within
        the limit, and are judged together. Parts begin `every_minutes`; left out, one follows the other.
        Raises PlanError for a time that is not above zero.
        """
        return self.ask("flow in windows", **_said(minutes=minutes, every_minutes=every_minutes))

    def share_of_windows_inside(self, *, minutes: float, percent: float, every_minutes: float | None = None) -> Recipe:
        """Ask how many parts of `minutes`, in percent of them, are within `percent` of what was programmed in them."""
        said = _said(minutes=minutes, percent=percent, every_minutes=every_minutes)
        return self.ask("share of windows inside", **said)

    def start_up_time(self, *, minutes: float, percent: float, every_minutes: float | None = None) -> Recipe:
        """Ask for the time (h) from an infusion's start in this window until its flow is near the programme and stays.

        That is where the first part of `minutes` begins from which on every part is within `percent`.
        """
        said = _said(minutes=minutes, percent=percent, every_minutes=every_minutes)
        return self.ask("start-up time", **said)

    def transition_time(self, *, settling_minutes: float | None = None) -> Recipe:
        """Ask by how much (s) the new rate came later than the one change of the programme in this window.

        It is a dead time itself, and of a gradual approach its time constant. The flow counts as steady up to the
        change, and again from `settling_minutes` (10) behind it to the window's end.
        """
        return self.ask("transition time", **_said(settling_minutes=settling_minutes))

    def transition_volume(self, *, settling_minutes: float | None = None) -> Recipe:
        """Ask for the volume (µL) that the one change of the programme in this window delivered beyond an instant one.

        It is between the rates as they were delivered before and behind the change; see `transition_time`.
        """
        return self.ask("transition volume", **_said(settling_minutes=settling_minutes))

    def zero_flow(self) -> Recipe:
        """Ask for the flow (µL/h) of a window in which nothing should flow: behind a stop, or in an alarm."""
        return self.ask("zero flow")

    def reverse_flow(self) -> Recipe:
        """Ask for the largest volume (µL) by which the delivered volume fell in this window, beyond evaporation."""
        return self.ask("reverse flow")

    def time_to_alarm(self, *, alarm: str = "occlusion") -> Recipe:
        """Ask for the time (s) from the one occlusion in this window to the pump's alarm; the alarm is expected then.

        `alarm` is its name in the pump's own words. A pump without an occlusion alarm has no such time: INVALID.
        """
        return self.ask("time to alarm", alarm=alarm)

    def pressure_at_alarm(self, *, accuracy_kpa: float, alarm: str = "occlusion") -> Recipe:
        """Ask for the line's pressure (kPa) when the pump's alarm rose behind the one occlusion in this window.

        `accuracy_kpa` is how far off the sensor of `line_pressure` may be, ±.
        """
        return self.ask("pressure at alarm", alarm=alarm, **_said(accuracy_kpa=accuracy_kpa))

    def occlusion_pressure(self, *, accuracy_kpa: float) -> Recipe:
        """Ask for the line's pressure (kPa) at the release of the one occlusion in this window, by the DAQ.

        `accuracy_kpa` is how far off the sensor of `line_pressure` may be, ±.
        """
        return self.ask("occlusion pressure", **_said(accuracy_kpa=accuracy_kpa))

    def compliance(self, *, accuracy_kpa: float) -> Recipe:
        """Ask for the line's compliance (µL/kPa): the flow weighed before an occlusion over its rise of pressure.

        The window begins well before the one occlusion in it, at a steady rate; see `occlusion_pressure`.
        """
        return self.ask("compliance", **_said(accuracy_kpa=accuracy_kpa))

    def released_bolus(self, *, settling_minutes: float | None = None) -> Recipe:
        """Ask for the volume (µL) that came at once when the one occlusion in this window was released.

        The flow counts as steady from `settling_minutes` (10) behind the release to the window's end; it may be none.
        """
        return self.ask("released bolus", **_said(settling_minutes=settling_minutes))

    def pump_clock_drift(self, *, resolution_s: float | None = None) -> Recipe:
        """Ask how much too fast (ppm) the pump's clock runs, by its comparisons with the rig's in this window.

        `resolution_s` is the step in which the pump tells time; left out it is taken for 1 s, which is less certain.
        """
        return self.ask("pump clock drift", **_said(resolution_s=resolution_s))

    def reservoir_error(self) -> Recipe:
        """Ask by what the pump's estimate of its reservoir fell against what was weighed, in percent of that."""
        return self.ask("reservoir error")

    def supply_current(self, *, accuracy_ma: float | None = None) -> Recipe:
        """Ask for the mean current (mA) into the pump in this window, by the meter or by the DAQ.

        `accuracy_ma` is how far off that may be, ±; left out, it is the meter's `accuracy` in the bench file.
        """
        return self.ask("supply current", **_said(accuracy_ma=accuracy_ma))

    def square_bolus_evenness(self) -> Recipe:
        """Ask for the deviation of the one square bolus in this window that is farthest from a straight line, in %.

        It is looked at behind each twentieth of its time, all judged together; an infusion may go on under it.
        """
        return self.ask("square bolus evenness")

    def projected_longevity(
        self, *, capacity_mah: float, capacity_within_percent: float, accuracy_ma: float | None = None
    ) -> Recipe:
        """Ask how long (days) a battery of so much capacity, ± percent, lasts at this window's mean current."""
        capacity = _said(capacity_mah=capacity_mah, capacity_within_percent=capacity_within_percent)
        return self.ask("projected longevity", **capacity, **_said(accuracy_ma=accuracy_ma))

    def service_after_warning(
        self, *, warning: str = "elective_replacement", end: str = "end_of_service", accuracy_ma: float | None = None
    ) -> Recipe:
        """Ask how long the battery still serves after its warning, at the current that flows meanwhile, in days.

        What was drained of it past the pump counts as the days in which the pump would have used that.
        `accuracy_ma` is how far off the instrument may be, ± mA; left out, as the bench file says of its meter.
        """
        return self.ask("service after warning", warning=warning, end=end, **_said(accuracy_ma=accuracy_ma))

    def refill_date_error(self) -> Recipe:
        """Ask how much too late the pump takes its refill to be due, when `read_outlook` was called here, in h."""
        return self.ask("refill date error")

    def stroke_scatter(self) -> Recipe:
        """Ask for the standard deviation (%) of the volumes of the strokes in this window, without the noise.

        The window holds a steady infusion so slow, or a balance read so often, that each stroke has nine readings.
        """
        return self.ask("stroke scatter")

    def prime_volume(self, *, settling_minutes: float | None = None) -> Recipe:
        """Ask for the volume (µL) of the one prime in this window, from well before it to well behind its end."""
        return self.ask("prime volume", **_said(settling_minutes=settling_minutes))

    def basal_change_by_bolus(self, *, settling_minutes: float | None = None) -> Recipe:
        """Ask by how much (%) the flow behind the one bolus in this window differs from the one before it.

        The flow behind it is that from `settling_minutes` (10) behind its end to the window's end, hours later.
        """
        return self.ask("basal change by a bolus", **_said(settling_minutes=settling_minutes))


def _said(**parameters: float | None) -> dict[str, Json]:
    """Return the parameters that a plan did say; raises PlanError for one that is no number above zero."""
    return {key: above_zero(key, value) for key, value in parameters.items() if value is not None}
