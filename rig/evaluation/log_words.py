"""The words of a pump's log: what it writes for each order, and which of its words tell of trouble.

A word that stands in none of these tables is not judged: another maker's log may say more than this one knows.
"""

import re
from collections.abc import Collection

from rig.evaluation.orders import (
    BOLUS,
    BRIDGE,
    COMBINATION,
    FLEX,
    MINIMUM,
    PATIENT,
    PRIME,
    RAMP,
    RUN,
    SET_CLOCK,
    SQUARE,
    STOP,
)

INFUSION_STARTED, BOLUS_STARTED, BOLUS_ENDED = "infusion_started", "bolus_started", "bolus_ended"
STOPPED, POWER_ON, CLOCK_SET, COMMIT_REFUSED = "stopped", "power_on", "clock_set", "commit_refused"
PATIENT_GIVEN, PATIENT_REFUSED = "patient_bolus_given", "patient_bolus_refused"
# The alarm of a pump whose delivery ended with its power.
RESET = "reset"
SQUARE_STARTED, SQUARE_ENDED = "square_started", "square_ended"
PRIMED, RAMP_ENDED, BRIDGE_ENDED = "primed", "ramp_ended", "bridge_ended"

# What a log writes for an order that the pump took, each line in any of the words that stand together.
LINES_OF: dict[str, tuple[frozenset[str], ...]] = {
    RUN: (frozenset({INFUSION_STARTED}),),
    FLEX: (frozenset({INFUSION_STARTED, "flex_started"}),),
    RAMP: (frozenset({INFUSION_STARTED, "ramp_started"}),),
    MINIMUM: (frozenset({INFUSION_STARTED, "minimum_started"}),),
    BRIDGE: (frozenset({INFUSION_STARTED, "bridge_started"}),),
    BOLUS: (frozenset({BOLUS_STARTED}),),
    SQUARE: (frozenset({SQUARE_STARTED}),),
    COMBINATION: (frozenset({BOLUS_STARTED}), frozenset({SQUARE_STARTED})),
    PATIENT: (frozenset({PATIENT_GIVEN}), frozenset({BOLUS_STARTED})),
    PRIME: (frozenset({"prime_started"}),),
    SET_CLOCK: (frozenset({CLOCK_SET}),),
    "set_link_watchdog": (frozenset({"watchdog_set"}),),
    "allow_patient_boluses": (frozenset({"patient_set"}),),
    "refilled": (frozenset({"refilled"}),),
    "set_low_reservoir": (frozenset({"low_mark_set"}),),
    "self_test": (frozenset({"self_tested"}),),
    "set_dose_limit": (frozenset({"dose_limit_set"}),),
    "begin_trial": (frozenset({"trial_set"}),),
    "end_trial": (frozenset({"trial_set"}),),
}
# What of these tells a pump something, and lets it deliver neither more nor less.
MOVES_NO_DOSE = frozenset(LINES_OF) - {RUN, FLEX, RAMP, MINIMUM, BRIDGE, BOLUS, SQUARE, COMBINATION, PATIENT, PRIME}
# What a log writes when what an order began is over.
ENDS_OF: dict[str, tuple[str, ...]] = {
    BOLUS: (BOLUS_ENDED,),
    SQUARE: (SQUARE_ENDED,),
    COMBINATION: (BOLUS_ENDED, SQUARE_ENDED),
    PATIENT: (BOLUS_ENDED,),
    PRIME: (PRIMED,),
    RAMP: (RAMP_ENDED,),
    BRIDGE: (BRIDGE_ENDED,),
}
# What may be written to an order, according to what the pump was doing.
MAYBE_OF: dict[str, tuple[str, ...]] = {"acknowledge_alarms": ("alarms_acknowledged",), STOP: (STOPPED,)}
# Words that every pump's log of this family has from its first day.
FIRST_WORDS = frozenset({INFUSION_STARTED, BOLUS_STARTED, BOLUS_ENDED, STOPPED, POWER_ON, "watchdog_set", CLOCK_SET})
KNOWN = frozenset(
    {
        *(word for lines in LINES_OF.values() for words in lines for word in words),
        *(word for words in (*ENDS_OF.values(), *MAYBE_OF.values()) for word in words),
        POWER_ON,
        COMMIT_REFUSED,
        PATIENT_REFUSED,
    }
)
# Alarms whose end must stand in the log with its time (IT-04).
ENDS_ARE_TOLD = frozenset({"stall"})
# Alarms that end delivery wherever they come: what only warns is none of them.
ENDS_DELIVERY = frozenset(
    {
        "battery_depleted",
        "dose_limit",
        "end_of_service",
        "link_lost",
        "memory_error",
        "over_infusion",
        "reservoir_empty",
        "stall",
        "trial_over",
    }
)
# Behind an alarm's own word: it is over.
ALARM_ENDED = "_ended"
_TROUBLE = re.compile("alarm|fault|fail|error|stall|lost|low|empty|deplet|occlu|over|under|dose_limit|too_long")


def tells_of_trouble(word: str) -> bool:
    """Tell whether a word of a log is that of an alarm or a fault."""
    return word not in KNOWN and bool(_TROUBLE.search(word))


def orders_by_words(verbs: Collection[str]) -> tuple[tuple[frozenset[str], tuple[str, ...]], ...]:
    """Return words that may stand for one another, each with the verbs that it is written for, one for each line.

    Of `verbs` only: how often any of the words stands is how often any of its verbs was told.
    """
    groups: list[tuple[frozenset[str], tuple[str, ...]]] = []
    for verb, lines in LINES_OF.items():
        for words in lines if verb in verbs else ():
            sharing = [one for one in groups if one[0] & words]
            apart = [one for one in groups if not one[0] & words]
            merged = frozenset(words).union(*(one[0] for one in sharing))
            groups = [*apart, (merged, (*(v for one in sharing for v in one[1]), verb))]
    return tuple(groups)


def alarm_of(word: str) -> str:
    """Return the alarm that a word of a log tells of, its begin or its end."""
    return word.removesuffix(ALARM_ENDED)
