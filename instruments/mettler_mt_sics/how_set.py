"""How a balance is set: it is asked at the opening, and refused where that would swallow what a pump delivers.

M01 weighing mode, M02 environment, M03 zero tracking (AutoZero), C0 adjustment, WS doors: each balance knows some of
them. What one does not know, or does not answer, is not told, which the record says.
"""

from dataclasses import asdict, dataclass
from typing import Literal

from instruments.mettler_mt_sics.dialect import Executed, Figures
from instruments.mettler_mt_sics.talk import Talk
from rig.driving import Reporter
from rig.errors import ConnectionFailedError, GarbledReplyError, NoReplyError, RefusedError

NOT_TOLD = "not told"
Mode = Literal["universal", "dosing", "sensor", "check weighing", "raw"]
Environment = Literal["very stable", "stable", "standard", "unstable", "very unstable", "automatic"]
Doors = Literal["closed", "open"]
MODES: dict[int, Mode] = {0: "universal", 1: "dosing", 2: "sensor", 3: "check weighing", 6: "raw"}
ENVIRONMENTS: dict[int, Environment] = {
    0: "very stable",
    1: "stable",
    2: "standard",
    3: "unstable",
    4: "very unstable",
    5: "automatic",
}
_ON = {0: "off", 1: "on"}
# Which of the doors stand open is no matter; from 8 on they move, or cannot.
_DOORS = {0: "closed", **dict.fromkeys(range(1, 8), "open")}
_MENU = "set it in the balance's menu, or state in the bench file what is wanted"
_TRACKING_ADVICE = (
    "switch AutoZero off in the balance's menu, or let the rig do it: zero_tracking = 'switch off' in the bench file"
)


@dataclass(frozen=True, slots=True)
class HowSet:
    """What the balance told of its settings, in words; "not told" where it does not know the question."""

    weighing_mode: str = NOT_TOLD
    environment: str = NOT_TOLD
    zero_tracking: str = NOT_TOLD
    automatic_adjustment: str = NOT_TOLD
    doors: str = NOT_TOLD


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a bench demands; None demands nothing."""

    weighing_mode: str | None
    environment: str | None
    zero_tracking: str
    automatic_adjustment: str
    doors: str | None


def ask_how_set(talk: Talk) -> HowSet:
    """Ask a balance how it is set. One that leaves a question unanswered is asked no further ones."""
    told = {}
    for key, command, words in (
        ("weighing_mode", "M01", MODES),
        ("environment", "M02", ENVIRONMENTS),
        ("zero_tracking", "M03", _ON),
        ("automatic_adjustment", "C0", _ON),
        ("doors", "WS", _DOORS),
    ):
        try:
            first = _first_figure(talk, command)
        except (RefusedError, GarbledReplyError):
            continue  # unknown to this balance, or not to be told now
        except NoReplyError:
            break
        told[key] = words.get(first, f"{command} {first}")
    return HowSet(**told)


def _first_figure(talk: Talk, command: str) -> int:
    return talk.agreed(command, lambda: talk.ask(command, Figures)).figures[0]


def demand(reporter: Reporter, told: HowSet, wanted: Wanted) -> None:
    """Raise ConnectionFailedError for a balance whose settings are not those that are wanted."""
    for what, found, demanded in (
        ("weighing mode (M01)", told.weighing_mode, wanted.weighing_mode),
        ("environment (M02)", told.environment, wanted.environment),
        ("state of the doors (WS)", told.doors, wanted.doors),
    ):
        reporter.demand(what, found, demanded or "", _MENU)
    if told.zero_tracking not in ("off", NOT_TOLD) and wanted.zero_tracking == "refuse":
        said = "the balance tracks its zero (M03 is on): near zero it swallows a flow as slow as a pump's"
        raise reporter.error(ConnectionFailedError, said, _TRACKING_ADVICE)
    if told.automatic_adjustment == "on" and wanted.automatic_adjustment == "refuse":
        said = "the balance adjusts itself when it likes (C0 says automatic): no readings come meanwhile"
        raise reporter.error(ConnectionFailedError, said, f"switch FACT to manual: {_MENU}")


def switch_tracking_off(reporter: Reporter, talk: Talk) -> None:
    """Control the zero tracking: off. Raises RefusedError where the balance does not take it."""
    with reporter.verb("switch_zero_tracking_off"):
        talk.ask("M03 0", Executed)


def report(reporter: Reporter, told: HowSet) -> None:
    """Report how the balance is set, for the record."""
    with reporter.verb("how_it_is_set", **asdict(told)):
        pass  # asked above: it is reported because verdicts rest on it
