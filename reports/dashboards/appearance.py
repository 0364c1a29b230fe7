"""Colours, thresholds and the words for codes, the same on every dashboard."""

from reports.dashboards.model import Json
from rig.metrology.weighing.gravimetry import z_factor

GREEN, ORANGE, RED, PURPLE, BLUE, GREY = "green", "orange", "red", "purple", "blue", "#808080"
VERDICT_COLOURS = {"PASS": GREEN, "INCONCLUSIVE": ORANGE, "FAIL": RED, "INVALID": PURPLE}
# The codes of `results.verdict_code`.
VERDICTS = {0: "PASS", 1: "INCONCLUSIVE", 2: "FAIL", 3: "INVALID"}
# The codes of the channel `state` of pumps and the bits of their channel `alarms`.
PUMP_STATES = {0: ("stopped", GREY), 1: ("infusing", GREEN), 2: ("bolus", BLUE), 3: ("alarm", RED)}
PUMP_ALARMS = {1: "reservoir low", 2: "reservoir empty", 4: "battery low", 8: "battery depleted", 16: "link lost"}
# Those of the link's second edition; two of them at once are a number.
LATER_ALARMS = {32: "stopped too long", 64: "stall", 128: "memory error", 256: "dose limit"} | {
    512: "elective replacement",
    1024: "end of service",
    2048: "reset",
    4096: "trial over",
    8192: "over infusion",
    16384: "under infusion",
}
# Weighed water to volume at 20 °C, 1013.25 hPa and 50 %RH: good enough to look at, results do better.
UL_PER_MG = round(float(z_factor(20.0, 20.0, 1013.25, 50.0)), 5)


def thresholds(base: str, *steps: tuple[float, str]) -> Json:
    """Return colours by value: `base` below the first step, then each step's colour from its value on."""
    above = [{"value": value, "color": colour} for value, colour in steps]
    return {"mode": "absolute", "steps": [{"value": None, "color": base}, *above]}


def words(*meanings: tuple[object, str, str]) -> Json:
    """Return a value mapping: value, text, colour."""
    options = {
        str(value): {"index": index, "text": text, "color": colour}
        for index, (value, text, colour) in enumerate(meanings)
    }
    return {"type": "value", "options": options}


def verdict_codes() -> Json:
    """Return the words for verdict codes."""
    return words(*((code, verdict, VERDICT_COLOURS[verdict]) for code, verdict in VERDICTS.items()))


def verdict_words() -> Json:
    """Return the colours of verdicts that come as words."""
    return words(*((verdict, verdict, colour) for verdict, colour in VERDICT_COLOURS.items()))


def pump_states() -> Json:
    """Return the words for the pump's states."""
    return words(*((code, text, colour) for code, (text, colour) in PUMP_STATES.items()))


def pump_alarms() -> Json:
    """Return the words for every combination of the first edition's alarm bits, and for each of the second's alone."""
    meanings = [(0, "none", GREEN)]
    for mask in range(1, 2 * max(PUMP_ALARMS)):
        names = [name for bit, name in PUMP_ALARMS.items() if mask & bit]
        meanings.append((mask, " + ".join(names), RED))
    meanings += [(bit, name, RED) for bit, name in LATER_ALARMS.items()]
    return words(*meanings)
