"""What only shows at an edge of a lockout, a window, a refill or a bolus: a pump that is wrong there is found."""

import pytest

from rig.errors import RefusedError
from test_plans import test_dose_bounds as bounds
from test_plans import test_patient_bolus as patient
from test_plans import test_programme_change as change
from test_plans import test_reservoir as reservoir
from test_plans import test_surroundings as surroundings
from tests.truth.catalogue import run_plan_of_catalogue

pytestmark = pytest.mark.nightly

EDGES = "qualification.library.edges:"


@pytest.mark.parametrize(
    "plan, part, name, claim, said",
    [
        (patient.test_a_lockout_is_over_in_its_minute, "patient", "LockoutIsShort", "refused too early", "was granted"),
        (
            bounds.test_a_sliding_window_outlives_stop_and_power,
            "desk",
            "StopEmptiesTheWindow",
            "most in any 4 h",
            "outside the upper limit 106",
        ),
        (
            change.test_a_bolus_on_a_ramp_moves_nothing_of_it,
            "schedule",
            "RampWaitsForTheBolus",
            "volume under the ramp and of the bolus",
            "where the programme asks for",
        ),
        (
            change.test_a_ramp_falls_evenly_and_stays,
            "schedule",
            "RampFallsFast",
            "volume under the ramp",
            "outside the lower limit -5",
        ),
        (
            change.test_a_rate_that_is_set_in_a_bolus_is_kept,
            "log",
            "LogIsOneRateLate",
            "agreement",
            "were ordered",
        ),
        (
            reservoir.test_the_last_four_millilitres_are_delivered_and_an_empty_pump_says_so,
            "mechanism",
            "SettlesAfterARefill",
            "volume of the last 4 mL",
            "where the programme asks for",
        ),
        (
            surroundings.test_straining_changes_no_dose,
            "mechanism",
            "YieldsToPressure",
            "flow against high pressure",
            "outside the lower limit -5",
        ),
    ],
)
def test_a_pump_that_is_wrong_at_an_edge_is_found(tmp_path, plan, part, name, claim, said):
    outcome = run_plan_of_catalogue(tmp_path, plan, parts={part: EDGES + name})
    assert outcome.results[claim].verdict in ("FAIL", "INVALID")
    assert outcome.says(said)


def test_a_pump_that_loses_a_rate_in_a_bolus_is_found_when_it_is_told(tmp_path):
    with pytest.raises(RefusedError, match="its status does not show an infusion of 80"):
        run_plan_of_catalogue(
            tmp_path, change.test_a_rate_that_is_set_in_a_bolus_is_kept, parts={"desk": EDGES + "RateIsLostInABolus"}
        )
