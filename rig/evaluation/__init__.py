"""From the record to verdicts: reads what a recipe names, calls metrology, applies the decision rule."""

from rig.evaluation.functions import evaluate, known_functions, unit_of
from rig.evaluation.replay import Replayed, replay
from rig.evaluation.result import Evaluation
from rig.evaluation.settle import settle

__all__ = ["Evaluation", "Replayed", "evaluate", "known_functions", "replay", "settle", "unit_of"]
