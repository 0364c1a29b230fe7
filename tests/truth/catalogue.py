"""Runs a plan of the catalogue on the shipped mocked bench, with a fault in the pump or in the world."""

from tests.truth.support import run

PARTS = "tests.truth.faulty_parts:"
WEIGH_H = 1.0


class Claimed:
    """Stands where `verify` gives a claim; puts down what was claimed within what."""

    def __init__(self, claims, name, recipe):
        self._claims, self._name, self._recipe = claims, name, recipe

    def within(self, limit_name):
        self._claims[self._name] = (self._recipe, limit_name)

    def holds(self):
        self._claims[self._name] = (self._recipe, "")


def run_plan_of_catalogue(folder, plan, *, parameters=None, **altered):
    """Run a plan function of `test_plans` with its `parameters`, weighed at zero flow for an hour on either side.

    `parts` are parts of the pump's firmware by name, of the module or of tests.truth.faulty_parts; what else is
    `altered` is as `tests.truth.support.run` takes it.
    """
    parts = altered.pop("parts", {})
    twin = {"parts": {part: name if ":" in name else PARTS + name for part, name in parts.items()}} if parts else {}

    def body(bench, **_):
        claims = {}
        plan(bench.instruments.pump(), bench, lambda name, recipe: Claimed(claims, name, recipe), **(parameters or {}))
        return claims

    usual = {"zero_flow_h": WEIGH_H, "read_each_minutes": 2.0}
    return run(folder, body, **usual | altered | {"twin": altered.get("twin", {}) | twin})
