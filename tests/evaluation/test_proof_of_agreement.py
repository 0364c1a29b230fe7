"""Instruments that tell of one quantity, and what lies beside a known flow: found to be apart, or told as they are."""

import numpy as np
import pytest

from rig.channels import Channel
from rig.clock import NS_PER_S, VirtualClock
from rig.evaluation.claims.proof_of_flow import alarms_of
from rig.evaluation.registry import kind_of
from rig.record.bodies.absences import InstrumentLost, SamplingGap
from rig.record.bodies.codec import from_body
from rig.record.bodies.proofs import InstrumentTried, ReferenceRuns
from rig.record.bodies.pump_events import PumpStateChanged
from rig.record.bodies.recipe import Recipe
from rig.record.bodies.start import Start
from rig.record.writer import RunRecord
from rig.samples import Block
from tests.evaluation.records import EPOCH_NS, START

READINGS = 40
# Instruments with a role of their own: what they are.
KINDS = {"room": "daq", "heater": "supply"}
END_NS = EPOCH_NS + READINGS * NS_PER_S
UNITS = {"delivered": "µL", "pump_voltage": "V"}
UNITS |= {"current": "A", "supply_current": "mA", "temperature": "°C", "air_pressure": "hPa", "air_humidity": "%RH"}
UNITS |= {"line_pressure": "kPa", "back_pressure": "kPa", "liquid_temperature": "°C", "air_temperature": "°C"}


def judged(folder, claim, streams, *events, accuracy=None, within_k=1.5):
    """Judge a claim of a record in which each channel of `streams` shows what it says, "daq": {"air_pressure": 1008}.

    A pair shows its first value in the first half and its second one behind that; `accuracy` is the supply's.
    """
    instruments = {
        name: {
            "capability": KINDS.get(name, name),
            "accuracy": accuracy if name == "supply" else None,
            "role": name if name in KINDS else "",
        }
        for name in (*streams, "pump")
    }
    start = from_body(Start, {**START, "instruments": instruments})
    with RunRecord.create(folder, "synthetic", start, EPOCH_NS, VirtualClock(EPOCH_NS + 20 * NS_PER_S)) as record:
        t_ns = EPOCH_NS + np.arange(READINGS, dtype=np.int64) * NS_PER_S
        for event in events:
            record.event(event)
        for stream, channels in streams.items():
            record.descriptor(stream, tuple(Channel(name, UNITS[name]) for name in channels), {})
            columns = {
                name: np.repeat(np.atleast_1d(value), READINGS // np.size(value)) for name, value in channels.items()
            }
            record.samples(stream, Block(t_ns, {name: values.astype(float) for name, values in columns.items()}))
        flows = claim in ("pressures of a flow", "supply feeds the pump")
        parameters = {"within_k": within_k} if claim == "instruments apart" else {}
        with record.reader() as reader:
            recipe = Recipe(claim, parameters, EPOCH_NS + 20 * NS_PER_S if flows else EPOCH_NS, END_NS)
            return kind_of(claim).compute(recipe, reader)


@pytest.mark.parametrize(
    "streams, off, words",
    [
        (
            {"daq": {"air_pressure": 1008.0}, "room": {"air_pressure": 996.0}},
            12.0 / 4.0,
            "air_pressure of room reads 996",
        ),
        ({"daq": {"line_pressure": 6.0, "back_pressure": 0.0}}, 6.0 / 2.0, "line_pressure of daq reads 6 kPa"),
        (
            {"daq": {"liquid_temperature": 25.0}, "flow": {"temperature": 22.0}},
            3.0 / 1.5,
            "temperature of flow reads 22",
        ),
        ({"daq": {"air_humidity": 50.0}, "room": {"air_humidity": 32.0}}, 18.0 / 12.0, "18 %RH apart"),
    ],
    ids=["barometers", "pressures at rest", "thermometers", "humidity"],
)
def test_two_that_tell_of_one_quantity_are_apart_by_as_much_as_both_may_be_wrong(tmp_path, streams, off, words):
    found = judged(tmp_path, "instruments apart", streams)
    assert found.budget.value == pytest.approx(off)
    assert words in found.budget.remarks[0]


def test_of_three_the_one_that_differs_from_both_others_is_named(tmp_path):
    streams = {"meter": {"current": 0.00025}, "daq": {"supply_current": 2.5}, "supply": {"current": 0.00025}}
    found = judged(tmp_path, "instruments apart", streams)
    assert "doubt supply_current of daq" in found.budget.remarks[0]


@pytest.mark.parametrize("accuracy, beyond", [(None, False), ({"percent": 0.5, "absolute": 1e-5}, True)])
def test_an_ammeter_is_held_to_the_accuracy_that_its_bench_states(tmp_path, accuracy, beyond):
    streams = {"meter": {"current": 0.00025}, "supply": {"current": 0.00027}}
    found = judged(tmp_path, "instruments apart", streams, accuracy=accuracy)
    assert (abs(found.budget.value) > 1.0) is beyond


def test_what_another_supply_feeds_is_compared_with_nothing(tmp_path):
    found = judged(tmp_path, "instruments apart", {"meter": {"current": 0.00025}, "heater": {"current": 0.8}})
    assert found.budget.value == 0.0


def test_where_nothing_tells_the_same_nothing_is_claimed(tmp_path):
    found = judged(tmp_path, "instruments apart", {"daq": {"air_pressure": 1008.0}})
    assert found.budget.remarks == ("no two instruments of this bench tell of one quantity",)


@pytest.mark.parametrize(
    "channel, value, holds",
    [("air_humidity", 0.0, False), ("air_pressure", 500.0, False), ("air_pressure", 655.0, True)],
    ids=["unplugged", "barometer at its offset", "a town of the Andes"],
)
def test_what_no_room_is_like_is_refused_by_the_name_of_its_channel(tmp_path, channel, value, holds):
    found = judged(tmp_path, "readings are possible", {"daq": {channel: value}})
    assert found.holds is holds
    assert f"{channel} of daq reads {value:g}" in found.text


@pytest.mark.parametrize("line, tip, holds", [((0.0, 2.6), (0.0, 0.0), True), ((0.0, 0.0), (0.0, 2.6), False)])
def test_a_flow_s_pressure_shows_in_the_line_and_not_at_its_tip(tmp_path, line, tip, holds):
    runs = ReferenceRuns("pump", 1000.0, 0.2)
    streams = {"daq": {"line_pressure": line, "back_pressure": tip}}
    found = judged(tmp_path, "pressures of a flow", streams, runs)
    assert found.holds is holds
    assert "2.60 kPa" in found.text


def test_two_pressure_sensors_that_are_swapped_show_by_whichever_scale(tmp_path):
    # The line's 2.6 kPa at the input of a sensor with a quarter of its scale.
    streams = {"daq": {"line_pressure": (0.0, 0.0), "back_pressure": (0.0, 0.65)}}
    found = judged(tmp_path, "pressures of a flow", streams, ReferenceRuns("pump", 1000.0, 0.2))
    assert "are swapped" in found.text + "".join(found.against)


@pytest.mark.parametrize("channel, apart, holds", [("air_pressure", 1.0, True), ("air_pressure", 8.0, False)])
def test_a_channel_that_scatters_by_more_than_it_may_be_wrong_is_named(tmp_path, channel, apart, holds):
    # Half of forty readings below, half above: they scatter by half of what is between, and √(40/39) of that.
    found = judged(tmp_path, "channels are quiet", {"daq": {channel: (1008.0, 1008.0 + apart)}})
    assert found.holds is holds
    assert ("air_pressure of daq scatters by 4.1 hPa, where" in "".join(found.against)) is not holds


@pytest.mark.parametrize("current_a, holds", [(0.00025, True), (5e-8, False)])
def test_a_pump_that_draws_nothing_from_the_supply_has_another_source(tmp_path, current_a, holds):
    assert judged(tmp_path, "supply feeds the pump", {"meter": {"current": current_a}}).holds is holds


@pytest.mark.parametrize(
    "channel, course, holds",
    [
        ("air_temperature", (22.0, 22.18), True),
        ("air_temperature", (22.0, 22.22), False),
        ("air_pressure", (1008.0, 1007.1), True),
        ("air_pressure", (1008.0, 1006.9), False),
    ],
)
def test_a_room_that_changes_while_nothing_flows_is_named(tmp_path, channel, course, holds):
    found = judged(tmp_path, "room is steady", {"daq": {channel: course}})
    assert found.holds is holds
    assert f"{channel} of daq moved" in found.text


@pytest.mark.parametrize("overrun, holds", [(0, True), (818, False)])
def test_what_a_buffer_loses_between_two_readings_of_a_run_is_told(tmp_path, overrun, holds):
    tried = InstrumentTried("flow", 100, 0, 0, 0.01, 0.02, unread_s=300.0, overrun=overrun)
    found = judged(tmp_path, "buffers hold", {"daq": {"air_pressure": 1008.0}}, tried)
    assert found.holds is holds
    assert ("flow lost 818 samples when it was left unread for 300 s" in found.text) is not holds


def test_an_instrument_that_was_away_and_came_back_is_told(tmp_path):
    lost_ns, back_ns = EPOCH_NS + 5 * NS_PER_S, EPOCH_NS + 9 * NS_PER_S
    events = InstrumentLost("daq", lost_ns, "pulled"), SamplingGap("daq", lost_ns, back_ns, "pulled", 3, 2, back=True)
    streams = {"daq": {"air_pressure": 1008.0}}
    (tmp_path / "whole").mkdir()
    assert judged(tmp_path / "whole", "all instruments are there", streams).holds
    found = judged(tmp_path, "all instruments are there", streams, *events)
    assert not found.holds
    assert "daq gave no readings from" in found.against[0]


@pytest.mark.parametrize("overdue", [(), ("daq: calibration CAL-7 was due on 2025-06-30",)])
def test_a_calibration_that_ran_out_is_told_before_any_verdict_rests_on_it(tmp_path, overdue):
    start = from_body(Start, {**START, "overdue": list(overdue)})
    clock, recipe = VirtualClock(EPOCH_NS), Recipe("calibrations hold", {}, EPOCH_NS, END_NS)
    with RunRecord.create(tmp_path, "synthetic", start, EPOCH_NS, clock) as record, record.reader() as reader:
        assert kind_of("calibrations hold").compute(recipe, reader).against == overdue


def test_a_reference_that_alarmed_is_told_with_its_alarm(tmp_path):
    start = from_body(Start, {**START, "instruments": {"pump": {"capability": "pump"}}})
    with RunRecord.create(tmp_path, "synthetic", start, EPOCH_NS, VirtualClock(EPOCH_NS)) as record:
        record.descriptor("pump", (Channel("delivered", "µL"),), {})
        record.event(PumpStateChanged("pump", "alarm", EPOCH_NS, ("reservoir_empty",)))
        with record.reader() as reader:
            said = alarms_of(
                ReferenceRuns("pump", 1000.0, 0.2), Recipe("known flow error", {}, EPOCH_NS, END_NS), reader
            )
    assert said == "pump told of reservoir_empty meanwhile"
