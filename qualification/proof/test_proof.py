"""Is the bench fit today? One plan for each part of the daily proof; `rig prove` runs those that the bench can do."""

import pytest

pytestmark = pytest.mark.evaporation(hours=0)


@pytest.mark.part("machine")
@pytest.mark.requirement("RIG-006")
def test_the_machine_has_room_and_a_clock(bench, verify, proof):
    """There is room for a day's records, and nobody has set the machine's clock since the run began."""
    with bench.window("machine") as window:
        proof.look_at_machine()
    verify("machine", window.ask("machine is fit")).holds()


@pytest.mark.part("settings")
@pytest.mark.requirement("RIG-004")
def test_the_balance_swallows_no_slow_flow(bench, verify, proof):
    """Neither zero tracking nor a filter of the balance would swallow a slow flow."""
    with bench.window("settings") as window:
        proof.ask_settings()
    verify("balance's settings", window.ask("balance is set for slow flows")).holds()


@pytest.mark.part("adjustment")
@pytest.mark.requirement("RIG-003")
def test_the_balance_adjusts_itself(bench, verify, proof):
    """The balance adjusts itself with its internal weight."""
    with bench.window("adjustment") as window:
        proof.adjust()
    verify("balance's adjustment", window.ask("balance adjusted itself")).holds()


@pytest.mark.part("check weight")
@pytest.mark.requirement("RIG-003", "RIG-004")
def test_the_check_weight_is_found(bench, verify, proof):
    """A weight with its certificate is found as what it is, soon, and is gone when it was taken off."""
    with bench.window("check weight") as window:
        proof.try_weight()
    verify("check weight", window.ask("check weight error")).within("check weight")
    verify("check weight's certificate", window.ask("check weight's certificate")).holds()
    verify("fresh answers", window.ask("answers are fresh")).holds()
    verify("rest behind a load", window.ask("time to come to rest")).within("rest behind a load")
    verify("zero behind the weight", window.ask("return of the zero")).within("zero")


@pytest.mark.part("zero")
@pytest.mark.requirement("RIG-003")
def test_the_zero_stays(bench, verify, proof):
    """Behind a tare the balance shows nothing, and goes on to."""
    with proof.pan_read(), bench.window("zero") as window:
        proof.try_zero()
    verify("balance's zero", window.ask("zero error")).within("zero")


@pytest.mark.part("instruments")
@pytest.mark.requirement("RIG-005")
def test_every_instrument_answers_in_time(bench, verify, proof):
    """A hundred readings of each instrument in a row: none late, none lost, none from another time."""
    with proof.pan_read(), bench.window("instruments") as window:
        proof.try_instruments()
    verify("slowest answer", window.ask("slowest answer")).within("answer in time")
    verify("answers lost", window.ask("lost answers")).within("answers lost")
    verify("buffers", window.ask("buffers hold")).holds()
    verify("clock offset", window.ask("clock offset")).within("clock offset")
    if proof.has_two_thermometers:
        apart = window.ask("air and liquid apart", within_k=proof.air_and_liquid_k)
        verify("air and liquid", apart).within("air and liquid")
    verify("possible readings", window.ask("readings are possible")).holds()
    verify("quiet channels", window.ask("channels are quiet", within_k=proof.air_and_liquid_k)).holds()
    verify("calibrations", window.ask("calibrations hold")).holds()
    agree = window.ask("instruments apart", within_k=proof.air_and_liquid_k)
    verify("agreement of instruments", agree).within("instruments apart")


@pytest.mark.part("inputs")
@pytest.mark.requirement("RIG-007")
def test_known_inputs_are_read_as_what_they_are(bench, verify, proof):
    """Channels of the DAQ read what stands at their inputs, and the supply what it was set to."""
    with proof.pan_read(), bench.window("inputs") as window:
        proof.know_inputs()
        with bench.read_each(seconds=proof.every_s), proof.pan_read():
            bench.dwell(seconds=20, doing="reading known inputs")
    verify("known inputs", window.ask("known inputs error")).within("known input")
    if bench.instruments.has("supply"):
        verify("supply", window.ask("supply voltage error")).within("supply voltage")


@pytest.mark.part("stability")
@pytest.mark.requirement("RIG-001")
def test_nothing_moves_where_nothing_moves(bench, verify, proof):
    """While nothing moves the readings scatter by no more than the balance is stated to."""
    with bench.read_each(seconds=proof.every_s), bench.window("rest") as window:
        bench.dwell(minutes=proof.rest_minutes, doing="nothing moves")
    verify("instruments there", window.ask("all instruments are there")).holds()
    verify("readings of the balance", window.ask("readings change")).holds()
    verify("unrest of the balance", window.ask("unrest of readings")).within("unrest")
    verify("farthest reading", window.ask("farthest reading")).within("farthest reading")


@pytest.mark.part("walk round")
@pytest.mark.requirement("RIG-001")
def test_somebody_who_walks_round_is_not_weighed(bench, verify, proof):
    """Somebody who walks round the balance does not show in its readings."""
    with bench.read_each(seconds=proof.every_s), bench.window("walked round") as window:
        bench.ask("walk round the balance for 15 s, and stand still again")
        bench.dwell(minutes=proof.rest_minutes, doing="somebody walked round")
    verify("instruments there, walked round", window.ask("all instruments are there")).holds()
    verify("unrest, walked round", window.ask("unrest of readings")).within("unrest")
    verify("farthest reading, walked round", window.ask("farthest reading")).within("farthest reading")


@pytest.mark.part("evaporation")
@pytest.mark.requirement("RIG-001")
def test_the_vessel_loses_little(bench, verify, proof):
    """A blank, since the pan was last touched: the vessel loses what a covered one does, evenly, and gains nothing."""
    pace_s = proof.pace_s(proof.blank_minutes)
    with bench.read_each(seconds=pace_s), proof.pan_read(often=True), bench.window("blank") as window:
        bench.dwell(seconds=proof.missing_s(proof.blank_minutes), doing="nothing flows")
    verify("instruments there", window.ask("all instruments are there")).holds()
    window = proof.since_untouched(window)
    verify("room", window.ask("room is steady")).holds()
    verify("readings of the blank", window.ask("readings change")).holds()
    verify("unrest of the blank", window.ask("unrest of readings")).within("unrest")
    if proof.states_loss and proof.is_long_blank:
        verify("loss of the vessel", window.ask("loss of the vessel")).within("loss beside what is stated")
    elif proof.is_long_blank:
        verify("loss of the vessel", window.ask("loss of the vessel")).within("loss in a long blank")
    else:
        verify("loss of the vessel", window.ask("loss of the vessel")).within("loss in a short blank")


@pytest.mark.part("known flow")
@pytest.mark.requirement("RIG-002")
def test_a_known_flow_is_seen_by_all(bench, verify, proof):
    """The known flow of a reference is seen as what it is: by the balance, the flow sensor and the motor's edges."""
    with bench.read_each(seconds=proof.every_s), bench.window("before the reference") as rest:
        bench.dwell(seconds=proof.missing_s(proof.rest_minutes), doing="nothing flows")
    rest = proof.since_untouched(rest, minutes=proof.rest_minutes)
    with bench.read_each(seconds=proof.pace_s(proof.slow_flow_minutes)), proof.reference() as give:
        give(proof.slow_reference_ul_h)
        bench.dwell(seconds=10, doing="stabilising")
        with bench.window("slow reference") as slow:
            bench.dwell(minutes=proof.slow_flow_minutes, doing="a slow known flow")
        give(proof.reference_ul_h)
        bench.dwell(seconds=15, doing="stabilising")
        with bench.read_each(seconds=proof.pace_s(proof.flow_minutes)), bench.window("reference") as window:
            proof.look_on(minutes=proof.flow_minutes, doing="a known flow")
    with bench.read_each(seconds=proof.every_s), bench.window("behind the reference") as behind:
        bench.dwell(seconds=max(20.0, 10.0 * proof.every_s), doing="what comes behind a stop")
    verify("known flow", window.ask("known flow error")).within("known flow")
    verify("slow flow", slow.ask("slow flow error")).within("slow flow")
    verify("instruments there", window.ask("all instruments are there")).holds()
    verify("evenness", window.ask("known flow's unevenness")).within("unevenness")
    verify("behind the stop", behind.ask("flow behind a stop")).within("flow behind a stop")
    if bench.instruments.has("flow"):
        verify("flow sensor at rest", rest.ask("flow sensor error")).within("flow sensor")
        verify("flow sensor", window.ask("flow sensor error")).within("flow sensor")
        verify("flow sensor's line", window.ask("no air in the flow sensor")).holds()
    if proof.draws_from_supply:
        verify("supply feeds the pump", window.ask("supply feeds the pump")).holds()
    verify("room, meanwhile", behind.ask("room is steady")).holds()
    verify("pressures", window.ask("pressures of a flow")).holds()
    if proof.counts_edges:
        verify("motor's edges", window.ask("motor edges error")).within("motor edges")
        apart = window.ask("motor edges beside the pump's count")
        verify("edges and pump's count", apart).within("edges beside the count")
