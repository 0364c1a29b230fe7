"""Which pump answered: the serial number that it tells itself is the one that the run's results are kept under."""

from rig.evaluation.case import Case
from rig.evaluation.testimony import Testimony, Witness
from rig.plain_text import plain_text
from rig.record.bodies.events import Connected
from rig.record.bodies.proofs import ProofBegins

_SHOWN = 64


def testify(case: Case) -> Testimony:
    """Hold the serial number in each answer to a connection to that of the device under test."""
    named = case.start.dut.serial
    told = [
        entry.body.identity["serial"]
        for entry in case.reader.events(Connected)
        if entry.body.instrument == case.pump and entry.t_ns < case.to_ns and entry.body.identity.get("serial")
    ]
    if not told:
        return Testimony(not_asked="the pump told no serial number")
    others = dict.fromkeys(one for one in told if one != named)
    against = tuple(
        f"the pump that answered tells the serial number {_shown(one)}, where results are kept under {_shown(named)}: "
        "see which pump is on the bench, and write the number that it tells into [dut] serial or behind --dut"
        for one in others
    )
    return Testimony(f"serial number {_shown(told[-1])}", against, undermines=True, of_the_bench=True)


def _shown(serial: str) -> str:
    return repr(plain_text(serial[:_SHOWN]))


def _concerns(case: Case) -> bool:
    # A twin stands for any pump: the number that it tells is the simulation's. In a proof the pump is a reference.
    return not case.start.mocked and bool(case.start.dut.serial) and not case.reader.events(ProofBegins)


WITNESS = Witness("pump under test", testify, _concerns)
