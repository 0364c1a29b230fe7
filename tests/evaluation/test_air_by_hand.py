"""What a DAQ and a bench file say of air and liquid, and a course through a tare and a fresh vessel, by hand."""

import math

import numpy as np
import pytest

from rig.channels import Channel
from rig.clock import NS_PER_S
from rig.evaluation import inputs
from rig.evaluation.air import ambient_of
from rig.exchange import Exchange
from rig.samples import Block
from tests.evaluation.happenings import WINDOW
from tests.evaluation.records import EPOCH_NS, HOUR_NS, START, weighed

# No two figures are alike: none can stand in another's place.
AIR = {
    "air_temperature": ("°C", 23.0),
    "liquid_temperature": ("°C", 21.5),
    "air_pressure": ("kPa", 98.0),
    "air_humidity": ("%RH", 61.0),
}
LIQUID = {
    "name": "a solution",
    "density_kg_m3": 1000.0,
    "u_density_kg_m3": 0.5,
    "reference_c": 37.0,
    "volume_at_c": 20.0,
    "expansion_per_k": 5e-4,
    "u_expansion_per_k": 3e-5,
}
DAQ = {"instruments": {**START["instruments"], "daq": {"capability": "daq", "sample_every_s": 3600.0}}}


def ambient(folder, *, measured=False, **start):
    with weighed(folder, lambda _: 30_000.0, hours=33, noise_mg=0.0, start=start) as record:
        if measured:
            record.descriptor("daq", tuple(Channel(name, unit) for name, (unit, _) in AIR.items()), {})
            t_ns = EPOCH_NS + np.arange(33) * HOUR_NS
            record.samples("daq", Block(t_ns, {name: np.full(33, value) for name, (_, value) in AIR.items()}))
        with record.reader() as reader:
            return ambient_of(reader, inputs.weighing_facts(reader), *WINDOW)


def test_what_a_daq_measures_is_in_its_place(tmp_path):
    found = ambient(tmp_path, measured=True, **DAQ)
    assert (found.air_temperature_c, found.liquid_temperature_c) == (23.0, 21.5)
    assert (found.air_pressure_hpa, found.relative_humidity_percent) == pytest.approx((980.0, 61.0))


@pytest.mark.parametrize("measured", [False, True], ids=["as warm as that", "measured warmer"])
def test_a_liquid_is_as_dense_as_at_the_temperature_that_volumes_are_stated_at(tmp_path, measured):
    found = ambient(tmp_path, measured=measured, liquid=LIQUID, **DAQ)
    # 17 K below where its density is stated; water has 998.2067 kg/m³ at 20 °C (Tanaka 2001).
    expected_kg_m3 = 1000.0 * math.exp(5e-4 * 17.0)
    assert (found.liquid_temperature_c, found.liquid_kg_m3) == (20.0, pytest.approx(expected_kg_m3, rel=1e-6))
    assert found.relative_density == pytest.approx(expected_kg_m3 / 998.2067, rel=1e-6)
    assert found.u_relative_density == pytest.approx(found.relative_density * math.hypot(5e-4, 3e-5 * 17.0), rel=1e-6)


@pytest.mark.parametrize("shown_mg, told", [(0.0, True), (500.0, False)])
def test_the_flow_goes_on_between_the_readings_beside_a_tare_and_a_fresh_vessel(tmp_path, shown_mg, told):
    def mass_mg(hour):
        return 30_000.0 + 60.0 * hour if hour < 10.0 else shown_mg + 60.0 * (hour - 10.0)

    with weighed(tmp_path, mass_mg, hours=33, noise_mg=0.0) as record:
        if told:
            at_ns = EPOCH_NS + 10 * HOUR_NS - NS_PER_S
            record.command(Exchange("balance", "tare", {}, b"", b"", at_ns, at_ns, "ok"))
        with record.reader() as reader:
            course = inputs.weighing(reader, *WINDOW, through_tares=True)
    assert np.diff(course.mass_mg) == pytest.approx(np.ones(course.mass_mg.size - 1), abs=1e-6)
