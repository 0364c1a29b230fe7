"""What a failure of a daily proof is: the bench's, whatever stands on it; and what somebody at the bench does about it.

A proof judges no pump. The one that delivers meanwhile is its reference, and is a part of the bench.
"""

from dataclasses import replace

from rig.errors import InterlockError, RigError
from rig.evaluation.claims.proof_of_balance import LOAD
from rig.faults import Fault, Sorted
from rig.metrology.uncertainty.decision import Verdict
from rig.record.bodies.events import PlanOutcome
from rig.record.bodies.proofs import ProofBegins
from rig.record.bodies.result import Result
from rig.record.reader import RecordReader

_SHIELD = "close the doors of the draught shield, keep draughts, vibration and people away, and discharge the vessel"
_VESSEL = (
    "cover the vessel, see that no tube touches it and that nothing drips, discharge it, let the balance warm up, and "
    "take a longer blank"
)
_MOVES = (
    "see that it is the balance of the bench file, with that digit (readability_mg), that the pan "
    "moves freely, take filters off, and connect the balance to the rig itself"
)
# By the claim, because one part of a proof makes several.
WHAT_TO_DO = {
    "machine is fit": "make room on the disk, and let NTP keep the machine's clock",
    "slowest answer": "look at the instrument's line: its baud rate, its adapter, and who else speaks on it",
    "lost answers": "look at the instrument's cable, plugs and adapter, and at who else speaks on its line; where its "
    "buffer was full, read it more often (sample_every_s), or let it take samples at a longer interval",
    "all instruments are there": "look at that instrument's plugs, cable and adapter, at what switches its power, and "
    "who else opens its port",
    "buffers hold": "read the instrument more often (sample_every_s), or let it take samples at a longer interval",
    "clock offset": "set the instrument's clock, and let NTP keep the machine's",
    "air and liquid apart": "see which thermometer the flow sensor's agrees with, that each is wired to the channel "
    "that the bench file names, and that vessel and air have stood together; a bath that is warm on purpose needs "
    "[proof] air_and_liquid_k",
    "readings are possible": "plug the sensor in and power it, and put scale, offset and unit of its channel right in "
    "the bench file",
    "instruments apart": "find out by a third instrument which of the two is wrong, look at its wiring and at scale "
    "and offset of its channel, and have it calibrated; where it is worth no more, state its accuracy on the bench",
    "balance is set for slow flows": "set the balance in its menu: no zero tracking, filter standard or stable, doors "
    "closed",
    "balance adjusted itself": "let the balance stand still and warm up, and let it adjust itself again",
    "zero error": f"{_SHIELD}; let the balance warm up",
    "check weight error": "clean pan and weight, see that it is the weight of [check_weight], let the balance adjust "
    "itself, and weigh again; where it stays off, have the balance serviced",
    "answers are fresh": "connect the balance to the rig itself, without a box or program between",
    "check weight's certificate": "have the weight calibrated, and write certificate, due and u_mg into [check_weight]",
    "time to come to rest": f"set the balance's filter to standard or stable; {_SHIELD}",
    "return of the zero": "clean the pan, see that nothing touches it or the weight, and weigh again",
    "readings change": _MOVES,
    "unrest of readings": _MOVES,
    "farthest reading": _SHIELD,
    "loss of the vessel": _VESSEL,
    "known flow error": "look for air, a leak or a tube that touches the vessel behind the flow sensor, at [liquid] "
    "and [weighing] of the bench file, and at the reference itself; where less of the slow flow is seen, too, at what "
    "follows the balance's zero",
    "slow flow error": "switch off in the balance's menu what follows its zero (zero tracking, AutoZero, drift "
    "compensation) and set its filter for a calm place; where no menu tells of it, ask its maker, or take another "
    "balance; then look for a leak, and whether the reference gives so little",
    "known flow's unevenness": "let the needle dip into the liquid by some mm and touch no wall, and see that no "
    "tube or cable touches the vessel",
    "flow behind a stop": "flush air out of the line, and look for a soft or narrow tube, a blocked filter or a kink",
    "channels are quiet": "look at plugs, shields and grounding of that channel, and that its sensor has power",
    "calibrations hold": "have the instrument calibrated, and write id and due of its certificate into the bench file",
    "flow sensor error": "see that it is the sensor, the range and the liquid that the bench file names, and that its "
    "line holds no air; flush and clean it",
    "no air in the flow sensor": "flush the line until the sensor tells of no air, and look where it came in",
    "supply feeds the pump": "see which source feeds the pump: connect it to the supply through the interlock relay, "
    "and take its own cell out",
    "pressures of a flow": "swap the two sensors, or their inputs in channels of the DAQ",
    "room is steady": "let the room come to rest, see that its air conditioning runs, and take a blank then",
    "motor edges error": "look at stroke_ul and motor_edges_per_stroke of [dut], at the counter's input and its edge, "
    "and at the motor's cable",
    "motor edges beside the pump's count": "see that stroke_ul and motor_edges_per_stroke of [dut] are those of "
    "the motor that is counted, and look at the counter's input for edges that are missed or bounce",
    "known inputs error": "see that each channel is wired to what the bench file says, with that scale and offset",
    "supply voltage error": "look at the supply's sensing and its cables, and have it calibrated",
}
# Of a claim whose number has a sign: what to do where it is above its limit, and `WHAT_TO_DO` speaks of what is below.
_TOO_MUCH = {
    "unrest of readings": _SHIELD,
    "known flow error": "nothing that leaks makes more: look at the density in [liquid], at needle and vessel in "
    "[weighing], at what drips or falls into the vessel, and at the reference itself",
    "slow flow error": "flush air out of the line, which still gives behind the faster flow, look for a siphon and a "
    "soft tube, and whether the reference gives so little",
}
# Of a claim in stated repeatabilities: what to do where it is more than a draught makes.
OF_A_LOAD = {
    "zero error": "see that nothing lies on the pan beside the vessel or touches it, that nobody touched it meanwhile, "
    "and that the balance obeys a tare",
    "farthest reading": "see that nothing fell or drips into the vessel, that no tube or cable touches it, and that "
    "nobody touched the balance meanwhile",
    "return of the zero": "see that the weight was taken off, and nothing else with it or left in its place",
}
# What contradicts a part unasked, by the name of the witness: the claim whose advice is the same.
OF_A_WITNESS = {
    "flow sensor": WHAT_TO_DO["flow sensor error"],
    "motor": "look at the counter's input, its edge and its cable: it may pick up what no motor made; see that nothing "
    "else turns the motor",
    "strokes counted twice": WHAT_TO_DO["motor edges beside the pump's count"],
    "weighing at zero flow": _VESSEL,
    "pump's clock": WHAT_TO_DO["clock offset"],
}
# An error, by its class, where its own advice is not what a proof needs.
_OF_A_TRIP = (
    "look at the interlock's value in the bench file and at [proof] reference_ul_h: a known flow must not trip it; "
    "then prove the part again"
)
_OF_A_REFUSAL = (
    "let another pump be the reference, or give a rate that it takes ([proof] reference, reference_ul_h and "
    "slow_reference_ul_h)"
)
_AGAIN = "put that right, and prove the part again"


def is_proof(reader: RecordReader) -> bool:
    """Tell whether a record is that of a daily proof."""
    return bool(reader.events(ProofBegins))


def speaks_first(result: Result) -> bool:
    """Tell whether a part's result says more than what follows from it: it is a number or a fact that failed."""
    return result.verdict == Verdict.FAIL.value and result.recipe.function in WHAT_TO_DO


def why_failed(reader: RecordReader, plan: str) -> tuple[str, ...]:
    """Return in two lines what of a part's plan failed and what to do about it; () where nothing was sorted.

    An error that kept the part from being tried speaks before its results.
    """
    broke = [one.body.sorted_as for one in reader.events(PlanOutcome) if one.body.plan == plan]
    failed = [one.body for one in reader.results() if one.body.plan == plan]
    failed.sort(key=speaks_first, reverse=True)
    if broke and broke[-1] is not None:
        return (_named(broke[-1]), broke[-1].what_to_do)
    said = [one.sorted_as for one in failed if one.sorted_as is not None]
    return (said[0].what, said[0].what_to_do) if said else ()


def error_of_the_bench(found: Sorted, error: BaseException) -> Sorted:
    """Return an error in a proof as its bench's: a pump that refuses is its reference, and no plan of a person's asked.

    What the rig did not raise stays what it is.
    """
    if not isinstance(error, RigError) or found.fault in (Fault.BENCH, Fault.UNDECIDED):
        return found
    if isinstance(error, InterlockError):
        return replace(found, fault=Fault.BENCH, what_to_do=_OF_A_TRIP)
    todo = f"{found.what_to_do}; or {_OF_A_REFUSAL}" if found.fault is Fault.PUMP else found.what_to_do
    return replace(found, fault=Fault.BENCH, what_to_do=todo)


def _named(broke: Sorted) -> str:
    """Return what an error is, with the instrument that it is of where its words do not say so: `where` begins so."""
    at = broke.where.partition(", at ")[0]
    name, on, _ = at.partition(" on ")
    return f"{at}: {broke.what}" if on and not broke.what.startswith(f"{name}:") else broke.what


def _advice(result: Result) -> str:
    """Return what to do about what a claim found, "" where nothing is known."""
    function = result.recipe.function
    if function in OF_A_LOAD and result.number is not None and abs(result.number.value) > LOAD:
        return OF_A_LOAD[function]
    return _TOO_MUCH[function] if _is_above(result) and function in _TOO_MUCH else WHAT_TO_DO.get(function, "")


def _is_above(result: Result) -> bool:
    """Tell whether the number of a result lies nearer to its upper limit than to its lower one, or above it."""
    number, limit = result.number, result.limit
    if number is None or limit is None or limit.upper is None:
        return False
    return limit.lower is None or number.value > (limit.lower + limit.upper) / 2.0


def _beyond(result: Result) -> int:
    """Return on which side of its limit the number of a result lies, whatever its verdict: 0 within, or for none."""
    number, limit = result.number, result.limit
    if number is None or limit is None:
        return 0
    if limit.upper is not None and number.value > limit.upper:
        return 1
    return -1 if limit.lower is not None and number.value < limit.lower else 0


def of_the_bench(found: Sorted, result: Result, reader: RecordReader) -> Sorted:
    """Return a failure of a proof as one of its bench; what is undecided stays so, with what would decide it.

    What a claim's failing means at a bench is known; why there is no number of it is said by what was found.
    """
    told = result.verdict == Verdict.FAIL.value or found.fault is Fault.UNDECIDED
    advice = _advice(result) if told else ""
    # The claim's own words name the instrument; its number alone does not.
    words = result.remarks[0] if result.remarks and told else ""
    what = f"{words}: {found.what}" if words else found.what
    if found.fault is Fault.UNDECIDED:
        return replace(found, what=what, what_to_do=f"{found.what_to_do}; or {advice}" if advice else found.what_to_do)
    witness = found.what.partition(": ")[0]
    if not told and witness in OF_A_WITNESS:
        # What the claim found all the same tells which of two is wrong.
        off = result.recipe.function == "known flow error" and _beyond(result) != 0
        advice = _advice(result) if off else OF_A_WITNESS[witness]
        what = "; ".join((what, *result.remarks[:1]))
    when = found.where.rpartition(", ")[2]
    todo = f"{advice}; then prove the part again" if advice else _AGAIN
    return replace(found, fault=Fault.BENCH, what=what, where=f"bench {reader.start().bench}, {when}", what_to_do=todo)
