"""Field notices, re-enacted: what happened, when it set in, and what the pump said meanwhile (R17 to R24)."""

from dataclasses import replace

from instruments.intrathecal_pump.simulated.bolus_engine import BolusEngine
from instruments.intrathecal_pump.simulated.infusion_schedule import InfusionSchedule
from instruments.intrathecal_pump.simulated.mechanism import Mechanism
from instruments.intrathecal_pump.simulated.patient import PatientControl
from instruments.intrathecal_pump.simulated.spell import Spell, Turns
from instruments.plant.line import NS_PER_H, Stroke
from qualification.bench_tables import BenchTables
from qualification.defect import Defect, seeded
from qualification.library.over_time import FlowsByItself

_NS_PER_S = 1_000_000_000
_SURPLUS_UL = 200.0
_PRESSES_BACK_KPA = 1.0
_LEAKS_AT_FIRST_UL = 14_000.0
_LEAKS_UL_H = 3_500.0 / 24.0
# A plan is weighed at zero flow before it begins.
_FROM_H = 6.0
_MINUTE_NS = NS_PER_H // 60


@seeded(
    Defect(
        "R17",
        "the catheter slips off its connector ring, and half on again",
        "For two hours nothing arrives, and from then on half; the pump is silent.",
        "ACC-001",
        effect="−100 % from hour 6 to hour 8, −50 % behind it",
        says=("leak", "lost on the way", "disconnect"),
        source="catheter disconnection at the connector ring, 2014",
        plans=("test_plans/test_basal.py::test_an_infusion_starts_up_in_time",),
    )
)
def slips_off_its_ring(bench: BenchTables) -> None:
    """Off, and half on."""
    bench.challenge("disconnection", at_h=_FROM_H, for_h=2.0)
    bench.challenge("leak", at_h=_FROM_H + 2.0, share_percent=50.0)


@seeded(
    Defect(
        "R18",
        "the septum leaks from a refill on: 14 mL in an hour, then 3.5 mL a day",
        "After the needle the drug runs into the pocket: an over-dose under the skin, and a pump that is dry early.",
        "IT-02",
        effect="nothing at the tip until the reservoir is dry, hours before the pump expects it",
        says=("leak", "reservoir", "last 4 mL", "volume"),
        plans=("test_plans/test_reservoir.py::test_a_bolus_that_takes_the_reservoir_to_its_mark_warns",),
        source="septum leak, ner 2012",
    )
)
class LeaksFromARefillOn(Mechanism):
    """Loses what no stroke moves, once the reservoir was filled."""

    leaking = False
    at_first_ul = _LEAKS_AT_FIRST_UL

    def fill(self, volume_ul: float) -> None:
        """Be filled through a septum that the needle has torn."""
        super().fill(volume_ul)
        self.leaking = True

    def strokes(self, turns: Turns) -> list[Stroke]:
        """Move strokes, of what is left."""
        if self.leaking:
            hours = (turns.spell.to_ns - turns.spell.from_ns) / NS_PER_H
            at_first_ul = min(self.at_first_ul, _LEAKS_AT_FIRST_UL * hours)
            self.at_first_ul -= at_first_ul
            self._content_ul = max(0.0, self._content_ul - at_first_ul - _LEAKS_UL_H * hours)
        return super().strokes(turns)


@seeded(
    Defect(
        "R19",
        "flows back under pressure while it stands still",
        "When the patient coughs or strains spinal fluid runs into the pump.",
        "IT-15",
        effect="−2 µL/h while the pump is stopped and more than 1 kPa press on the tip",
        says=("reverse", "backwards"),
        plans=("test_plans/test_programme_change.py::test_nothing_flows_backwards_against_pressure",),
        source="back-flow under pressure",
    )
)
class FlowsBack(FlowsByItself):
    """A valve that does not close by itself."""

    def flows_ul_h(self, line_kpa: float) -> float:
        """Return the flow that the pressure drives."""
        return -2.0 if line_kpa > _PRESSES_BACK_KPA and not self.parts.delivering else 0.0


@seeded(
    Defect(
        "R20",
        "hours are taken for minutes in the lockout",
        "The patient may ask sixty times as often as was prescribed.",
        "IT-13",
        effect="a bolus each minute where one an hour was allowed",
        says=("lockout", "volume of what was granted", "patient_bolus"),
        plans=("test_plans/test_patient_bolus.py::test_a_lockout_is_over_in_its_minute",),
        source="recall of 2004: 7 injuries, 2 deaths",
    )
)
class HoursForMinutes(PatientControl):
    """Tells hours, and locks out for minutes."""

    def lockout_left_ns(self, t_ns: int) -> int:
        """Return for how long no bolus is given: a sixtieth."""
        if self._terms is None or not self._starts_ns:
            return 0
        return max(0, self._starts_ns[-1] + self._terms.lockout_s * _NS_PER_S // 60 - t_ns)


@seeded(
    Defect(
        "R21",
        "overfilled at a refill: 15 % too much until the surplus is gone",
        "From the refill on the dose is too high for some hours, and then right again.",
        "IT-01",
        effect="+15 % for 200 µL behind each refill",
        says=("asks for", "flow", "books"),
        plans=("test_plans/test_reservoir.py::test_a_bolus_that_takes_the_reservoir_to_its_mark_warns",),
        source="overfilled reservoir",
    )
)
class OverPressureBehindARefill(Mechanism):
    """A surplus presses until it is used up."""

    surplus_ul = 0.0

    def fill(self, volume_ul: float) -> None:
        """Be filled too full."""
        super().fill(volume_ul)
        self.surplus_ul = _SURPLUS_UL

    def strokes(self, turns: Turns) -> list[Stroke]:
        """Move more while there is surplus."""
        made = []
        for one in super().strokes(turns):
            more = replace(one, volume_ul=1.15 * one.volume_ul) if self.surplus_ul > 0.0 else one
            self.surplus_ul -= more.volume_ul
            made.append(more)
        return made


@seeded(
    Defect(
        "R22",
        "stalls for three minutes in each twenty, unseen",
        "The dose comes in pieces, a seventh is missing, and the pump says that all is well.",
        "ACC-001",
        effect_percent=-15.0,
        effect="−15 % from the first hour on, in gaps of three minutes",
        says=("books", "edges", "flow error", "stall"),
        plans=(
            "test_plans/test_programme_change.py::test_many_starts_cost_and_add_nothing",
            "test_plans/test_surroundings.py::test_a_tip_that_is_moved_changes_no_dose",
        ),
        source="intermittent stall",
    )
)
class StallsNowAndThen(Mechanism):
    """Stands still for some minutes, again and again."""

    def strokes(self, turns: Turns) -> list[Stroke]:
        """Leave out what falls into a stall."""
        return [one for one in super().strokes(turns) if one.t_ns // _MINUTE_NS % 20 >= 3]


class BolusLostToAPrime(BolusEngine):
    """Gives nothing of a bolus any more once a prime came between, and counts its time on."""

    def run(self, spell: Spell) -> None:
        """Give the bolus its share: of a prime's time too."""
        if spell.prime_nl_h and self._bolus is not None:
            self._left = 0
        super().run(spell)


@seeded(
    Defect(
        "R23",
        "a bolus that a prime interrupts is lost, and stands in the log as given",
        "The bolus was broken off by the prime; nothing tells that its rest never came.",
        "1.4.5",
        effect="− the rest of the bolus",
        says=("bolus", "asks for"),
        plans=("test_plans/test_priming.py::test_a_bolus_waits_for_a_prime_and_is_given_whole",),
        source="bolus interrupted by a prime",
    )
)
class LosesItsBolus(BolusLostToAPrime):
    """Tells the whole volume."""

    def complete(self) -> int:
        """Tell the request."""
        asked_nl = 0 if self._bolus is None else self._bolus.volume_nl
        super().complete()
        return asked_nl


@seeded(
    Defect(
        "R24",
        "a reset corrupts the configuration: behind it each rate is a quarter too high",
        "The pump was reset and programmed anew, and from then on gives a quarter more than it shows.",
        "IT-08",
        effect_percent=25.0,
        effect="+25 % from the first reset on, with a clean display",
        says=("asks for", "volume", "books"),
        source="corrupt configuration after a reset, Medfusion 2023",
        plans=("test_plans/test_power.py::test_the_dose_limit_outlives_a_power_cut",),
    )
)
class CorruptBehindAReset(InfusionSchedule):
    """Multiplies by a factor that a reset has changed."""

    resets = 0

    def booted(self, t_ns: int) -> None:
        """Come up with another factor than before."""
        super().booted(t_ns)
        self.resets += 1

    def rate_nl_h(self, t_ns: int) -> int:
        """Return the rate that is asked for, by the factor in the memory."""
        rate_nl_h = super().rate_nl_h(t_ns)
        return rate_nl_h * 5 // 4 if self.resets > 1 else rate_nl_h
