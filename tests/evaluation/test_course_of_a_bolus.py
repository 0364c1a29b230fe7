"""A bolus of 60 µL at 120 µL/h, half an hour long: each reading while it is given and just behind it is compared."""

import pytest

from rig.evaluation.case import Case
from rig.evaluation.evidence import programme
from tests.evaluation.courses import given
from tests.evaluation.happenings import WINDOW, tell
from tests.evaluation.records import weighed
from tests.evaluation.steady import AGREEMENT, start

VOLUME_UL, RATE_UL_H, AT_H = 60.0, 120.0, 3.0


def said(folder, *steps):
    """Return what is said against a bolus that came by `steps`, (hour since its order, µL/h from then on)."""
    limits = {**start()["limits"], "agreement": {**AGREEMENT, "total_percent": 50.0, "hours_percent": 50.0}}
    mass = given(*((AT_H + hour, rate) for hour, rate in steps))
    with weighed(folder, mass, hours=33, noise_mg=0.0, start={**start(), "limits": limits}) as record:
        tell(record, AT_H * 3600.0, "give_bolus", volume_ul=VOLUME_UL, rate_ul_h=RATE_UL_H)
        with record.reader() as reader:
            return [one for one in programme.testify(Case(reader, *WINDOW)).against if "order of a bolus" in one]


def test_a_bolus_that_comes_as_told_is_no_contradiction(tmp_path):
    assert said(tmp_path, (0, 120.0), (0.5, 0.0)) == []


@pytest.mark.parametrize(
    "steps, when, came, asked",
    [
        # Twice as fast: farthest off when it is over, a quarter of an hour behind the order.
        (((0, 240.0), (0.25, 0.0)), "900 s after", "60 ±", "asks for 30 µL"),
        # Half as fast: farthest off when the last of it should have come.
        (((0, 60.0), (1.0, 0.0)), "1800 s after", "30 ±", "asks for 60 µL"),
        # A tenth and more of it does not come at all: it is missed only at the end.
        (((0, 120.0), (0.42, 0.0)), "1800 s after", "50.4 ±", "asks for 60 µL"),
    ],
)
def test_where_it_is_farthest_off_is_said(tmp_path, steps, when, came, asked):
    (found,) = said(tmp_path, *steps)
    assert found.startswith(when)
    assert came in found
    assert found.endswith(asked)


@pytest.mark.parametrize("boluses, found", [(1, True), (8, False)])
def test_of_many_boluses_one_may_be_farther_off_by_chance(tmp_path, boluses, found):
    """The first lacks 10 % of its volume, what comes in 15 s, and 4.4 standard uncertainties.

    Of the 31 readings of one bolus, one is off by 4.15 of them once in a thousand times; of 248 of eight by 4.6.
    """

    def against(lacking_ul):
        whole = [(AT_H + 2.0 * place, VOLUME_UL - (lacking_ul if place == 0 else 0.0)) for place in range(boluses)]
        mass = given(
            *(
                (at_h, rate)
                for begin_h, ul in whole
                for at_h, rate in ((begin_h, RATE_UL_H), (begin_h + ul / RATE_UL_H, 0.0))
            )
        )
        folder = tmp_path / f"{lacking_ul:.2f}"
        folder.mkdir()
        limits = {**start()["limits"], "agreement": {**AGREEMENT, "total_percent": 50.0, "hours_percent": 50.0}}
        with weighed(folder, mass, hours=33, noise_mg=0.0, start={**start(), "limits": limits}) as record:
            for begin_h, _ in whole:
                tell(record, begin_h * 3600.0, "give_bolus", volume_ul=VOLUME_UL, rate_ul_h=RATE_UL_H)
            with record.reader() as reader:
                case = Case(reader, *WINDOW)
                said = [one for one in programme.testify(case).against if "order of a bolus" in one]
                return said, float(case.weighed.u_ul(0.5, VOLUME_UL))

    _, u_ul = against(0.0)
    assert bool(against(6.5 + 4.4 * u_ul)[0]) is found


# Beside 1000 µL/h the bolus is a twentieth of what comes: a pump that is 4 % off gives 21 µL more of that.
@pytest.mark.parametrize("percent, found", [(4.0, 0), (14.0, 1)])
def test_what_infuses_beside_a_bolus_may_be_as_far_off_as_it_may_without(tmp_path, percent, found):
    limits = {**start()["limits"], "agreement": {**AGREEMENT, "total_percent": 50.0}}
    more = 1.0 + percent / 100.0
    mass = given((0, 1000.0 * more), (AT_H, 1120.0 * more), (AT_H + 0.5, 1000.0 * more), (25, 0.0))
    with weighed(tmp_path, mass, hours=33, noise_mg=0.0, start={**start(), "limits": limits}) as record:
        tell(record, 0.0, "run_continuous", rate_ul_h=1000.0)
        tell(record, AT_H * 3600.0, "give_bolus", volume_ul=VOLUME_UL, rate_ul_h=RATE_UL_H)
        tell(record, 25 * 3600.0, "stop")
        with record.reader() as reader:
            against = programme.testify(Case(reader, *WINDOW)).against
    assert len([one for one in against if "order of a bolus" in one]) == found
