"""Defects of a laboratory's own, as its module would hold them: a part, a whole firmware, a function, sizes."""

from dataclasses import replace

from instruments.intrathecal_pump.simulated.bolus_engine import BolusEngine
from instruments.intrathecal_pump.simulated.built_in_firmware import BuiltInFirmware
from instruments.intrathecal_pump.simulated.mechanism import Mechanism
from qualification.defect import Defect, seeded


class TwiceTheBolus(BolusEngine):
    def begin(self, bolus):
        super().begin(replace(bolus, volume_nl=2 * bolus.volume_nl))


@seeded(
    Defect(
        "X1",
        "half strokes and double boluses",
        "The patient gets half of the drug, and twice of each bolus.",
        "ACC-001",
        effect_percent=-50.0,
        says=("books",),
    ),
    also=(TwiceTheBolus,),
)
class HalfStrokes(Mechanism):
    def strokes(self, turns):
        return [replace(one, volume_ul=0.5 * one.volume_ul) for one in super().strokes(turns)]


@seeded(Defect("X2", "another firmware", "Nobody knows what the pump does.", "ACC-001"))
class OtherFirmware(BuiltInFirmware):
    pass


@seeded(
    Defect("X3", "{size} % too much", "The patient gets {size} % more.", "ACC-001", says=("flow error",)),
    sizes=(2.0, 12.0),
)
def too_much(bench, percent):
    bench.twin("pump")["rate_error_percent"] = percent


@seeded(Defect("X4", "a leak from the third hour on", "A fifth of the drug runs beside the catheter.", "IT-02", -20.0))
def leak(bench):
    bench.challenge("leak", at_h=3.0, share_percent=20.0)


@seeded(
    Defect("X5", "strokes of a size {size}", "The strokes are {size} % larger.", "ACC-001"),
    sizes=(1.5, -1.5),
)
class LargerStrokes(Mechanism):
    size = 0.0

    def strokes(self, turns):
        return [replace(one, volume_ul=(1.0 + self.size / 100.0) * one.volume_ul) for one in super().strokes(turns)]


@seeded(Defect("X6", "strokes of no size", "The class is wrong, and not the pump.", "ACC-001"))
class Broken(Mechanism):
    def strokes(self, turns):
        return [replace(one, volume_ul=1.0 / 0.0) for one in super().strokes(turns)]
