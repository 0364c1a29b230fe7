"""What a plan does to a pump and its line: `bench.challenge`. The bench file says by what; each is on the record.

What lasts is a context manager: it ends with its block, also when an error or Ctrl-C leaves that. What is over at once
is a method. All of them raise ChallengeRefusedError for figures that are not allowed, for one that another excludes
and for one that this bench cannot do; then nothing was done.
"""

import contextlib
from collections.abc import Callable
from types import TracebackType
from typing import TypeVar

from rig.bench.realisers import BY_OPERATOR, Moment, Realiser, Realisers
from rig.bench_file.challenges import CHALLENGES, wrong_figures
from rig.errors import ChallengeRefusedError, GarbledReplyError, NoReplyError, PlanError, RigError
from rig.record.bodies.challenges import ChallengeBegins, ChallengeEnds
from rig.record.writer import RunRecord
from rig.safety import interrupts

# While one of these is on there is nobody to be asked at the other end of the pump's link.
_OUT_OF_REACH = frozenset({"link_belated", "link_lost", "link_stalled", "power_cut"})
_OF_THE_LINK = frozenset(verb for verb, spec in CHALLENGES.items() if spec.theme in ("link", "power"))


class Lasting(contextlib.AbstractContextManager[None]):
    """A challenge that was said and begins with its `with` block; until then nothing has been done."""

    def __init__(self, challenges: "Challenges", verb: str, figures: dict[str, float]) -> None:
        self.verb = verb
        self._challenges = challenges
        self._figures = figures

    def __enter__(self) -> None:
        """Begin the challenge; raises ChallengeRefusedError."""
        self._challenges.begin(self, self._figures)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        """End the challenge, unless the plan or the bench has ended it already; no error goes lost."""
        try:
            if isinstance(error, Exception):
                self._challenges.on_failure(error)
        finally:
            self._challenges.end(self)
        return None


class Stalling(Lasting):
    """A link that stalls within an order: that the order fails is what was wanted, and ends the block."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        """End the challenge; raises PlanError for a block that came to its end."""
        super().__exit__(kind, error, trace)
        if error is None:
            raise PlanError(
                f"bench.challenge.{self.verb}: the block came to its end, so the link did not stall within an order; "
                "give the pump an order of more frames in it, or say fewer after_frames"
            )
        return isinstance(error, NoReplyError | GarbledReplyError)


L = TypeVar("L", bound=Lasting)


class Challenges:
    """The challenges of one open bench, and which of them are on; `begun` counts all that ever began."""

    def __init__(self, realisers: Realisers, record: RunRecord, on_the_link: Callable[[frozenset[str]], None]) -> None:
        self._on_the_link = on_the_link
        self._realisers = realisers
        self._record = record
        self._on: dict[str, Realiser] = {}
        self._begun_by: dict[str, Lasting] = {}
        self._only_said: list[Lasting] = []
        self.begun = 0
        # Told of an error that leaves a challenge's block, while the challenge is still on.
        self.on_failure: Callable[[Exception], object] = lambda _: None

    # The line -----------------------------------------------------------------------------------------------------

    def occlusion(self) -> Lasting:
        """Close the line; what the pump moves meanwhile is held back, and comes when the line is opened again."""
        return self._lasting("occlusion")

    def leak(self, *, share_percent: float) -> Lasting:
        """Let a share of what arrives, in %, leave the line before its tip."""
        return self._lasting("leak", share_percent=share_percent)

    def disconnection(self) -> Lasting:
        """Take the catheter off: nothing arrives, and nothing presses back."""
        return self._lasting("disconnection")

    def kink(self, *, times_resistance: float) -> Lasting:
        """Raise the resistance of the line by a factor."""
        return self._lasting("kink", times_resistance=times_resistance)

    def back_pressure(self, *, kpa: float, beat_kpa: float = 0.0, breath_kpa: float = 0.0) -> Lasting:
        """Press on the catheter's tip with `kpa`, and with the amplitudes of heartbeat and breathing on top of it."""
        return self._lasting("back_pressure", kpa=kpa, beat_kpa=beat_kpa, breath_kpa=breath_kpa)

    def bubble(self, *, volume_ul: float) -> None:
        """Let the pump move so much air, in µL, in place of liquid."""
        self._at_once("bubble", volume_ul=volume_ul)

    # Surroundings -------------------------------------------------------------------------------------------------

    def temperature(self, *, liquid_c: float) -> Lasting:
        """Bring pump and liquid to a temperature in °C."""
        return self._lasting("temperature", liquid_c=liquid_c)

    def ambient_pressure(self, *, hpa: float) -> Lasting:
        """Bring the air around the bench to a pressure in hPa."""
        return self._lasting("ambient_pressure", hpa=hpa)

    def magnet(self) -> Lasting:
        """Hold a magnet to the pump."""
        return self._lasting("magnet")

    def evaporation(self, *, times: float) -> Lasting:
        """Multiply what evaporates from the vessel by a factor."""
        return self._lasting("evaporation", times=times)

    def bump_balance(self, *, mg: float) -> None:
        """Bump the balance, so that it shows so much more, in mg, and stays there."""
        self._at_once("bump_balance", mg=mg)

    # The pump -----------------------------------------------------------------------------------------------------

    def supply_voltage(self, *, v: float) -> Lasting:
        """Feed the pump with so many V."""
        return self._lasting("supply_voltage", v=v)

    def power_cut(self) -> Lasting:
        """Take the pump's power away; it is not read until that is back and its electronics are up."""
        return self._lasting("power_cut")

    def link_lost(self) -> Lasting:
        """Cut the pump's link; it is not read until that is back."""
        return self._lasting("link_lost")

    def link_garbled(self, *, flipped_bits: int, one_frame_in: int = 2) -> Lasting:
        """Turn so many bits of one frame of the rig in every `one_frame_in` on its way to the pump."""
        return self._lasting("link_garbled", flipped_bits=flipped_bits, one_frame_in=one_frame_in)

    def link_noisy(self, *, flipped_bits: int, one_answer_in: int = 2) -> Lasting:
        """Turn so many bits of one answer of the pump in every `one_answer_in`."""
        return self._lasting("link_noisy", flipped_bits=flipped_bits, one_answer_in=one_answer_in)

    def link_replayed(self) -> Lasting:
        """Let each frame of the rig arrive twice, and once more behind the next one."""
        return self._lasting("link_replayed")

    def link_stalled(self, *, after_frames: int) -> Stalling:
        """Let so many frames more reach the pump, and then nothing but noise pass until the order in the block fails.

        That it fails is what was wanted, and ends the block. Raises PlanError for a block that came to its end.
        """
        return self._stalling("link_stalled", after_frames=after_frames)

    def link_belated(self, *, after_frames: int, late_s: float) -> Stalling:
        """Do as `link_stalled`, but lose nothing: what did not come reaches the pump `late_s` behind the block.

        It comes behind the first frame that is sent then.
        """
        return self._stalling("link_belated", after_frames=after_frames, late_s=late_s)

    def press_button(self) -> None:
        """Press the patient's button."""
        self._at_once("press_button")

    def refill(self, *, volume_ul: float) -> None:
        """Fill so much, in µL, into the reservoir; the pump is told of it by a verb of its own."""
        self._at_once("refill", volume_ul=volume_ul)

    def drain_battery(self, *, mah: float) -> None:
        """Draw so much of the charge of the pump's battery, in mAh, past the pump."""
        self._at_once("drain_battery", mah=mah)

    def fill_anew(self, *, volume_ul: float) -> None:
        """Empty the reservoir and fill so much, in µL, into it; the pump is told of it by a verb of its own."""
        self._at_once("fill_anew", volume_ul=volume_ul)

    # What the bench asks ------------------------------------------------------------------------------------------

    @property
    def pump_out_of_reach(self) -> bool:
        """Tell whether the pump cannot answer because of what is done to it."""
        return not _OUT_OF_REACH.isdisjoint(self._on)

    @property
    def under_way(self) -> tuple[str, ...]:
        """Return the verbs of the challenges that are on."""
        return tuple(self._on)

    def restore_reach(self) -> None:
        """End what keeps the pump from hearing that it must stop, but for what an operator would have to be asked."""
        self._end_all([verb for verb in self._on if verb in _OF_THE_LINK and self._on[verb].by != BY_OPERATOR])

    def never_begun(self) -> tuple[str, ...]:
        """Return the verbs of what was said without a `with`, since the last `close`: none of it was done."""
        return tuple(one.verb for one in self._only_said)

    def close(self) -> None:
        """End everything that is still on, the newest first; raise the first failure when all were tried."""
        self._only_said.clear()
        self._end_all(list(self._on))

    def begin(self, lasting: Lasting, figures: dict[str, float]) -> None:
        """Begin what was said; raises ChallengeRefusedError, and then nothing was done."""
        if lasting in self._only_said:
            self._only_said.remove(lasting)
        self._begin(lasting.verb, figures)
        self._begun_by[lasting.verb] = lasting

    def end(self, lasting: Lasting) -> None:
        """End what was begun, unless the plan or the bench has ended it already."""
        if lasting.verb in self._on and self._begun_by.get(lasting.verb) is lasting:
            self._end(lasting.verb)

    # How ----------------------------------------------------------------------------------------------------------

    def _lasting(self, verb: str, **figures: float) -> Lasting:
        return self._said(Lasting(self, verb, figures))

    def _stalling(self, verb: str, **figures: float) -> Stalling:
        return self._said(Stalling(self, verb, figures))

    def _said(self, lasting: L) -> L:
        self._only_said.append(lasting)
        return lasting

    def _at_once(self, verb: str, **figures: float) -> None:
        realiser = self._allowed(verb, figures)
        with _undisturbed(realiser):
            self._tell_begun(verb, figures, realiser, realiser.begin())

    def _begin(self, verb: str, figures: dict[str, float]) -> None:
        realiser = self._allowed(verb, figures)
        told = False
        try:
            with _undisturbed(realiser):
                self._on[verb] = realiser
                self._tell_link()
                self._tell_begun(verb, figures, realiser, realiser.begin())
                told = True
        except BaseException as error:
            # What may have begun half-way ends as well.
            try:
                self._end(verb, told=told)
            except RigError as also:
                error.add_note(f"and it could not be taken back: {also}")
            raise

    def _allowed(self, verb: str, figures: dict[str, float]) -> Realiser:
        """Return what does a challenge; raise ChallengeRefusedError when it may not be done now, or not here."""
        problems = [f"bench.challenge.{verb}: {words}" for words in wrong_figures(verb, figures)]
        theme = CHALLENGES[verb].theme
        excluding = [other for other in self._on if CHALLENGES[other].theme == theme]
        if excluding:
            problems.append(f"bench.challenge.{verb}: {excluding[0]} is on; end it first, one at a time is allowed")
        if problems:
            raise ChallengeRefusedError("\n".join([*problems, "nothing was done"]))
        realiser = self._realisers.of(verb, figures)
        unable = realiser.unable()
        if unable:
            raise ChallengeRefusedError(f"bench.challenge.{verb}: {unable}; nothing was done")
        return realiser

    def _tell_begun(self, verb: str, figures: dict[str, float], realiser: Realiser, moment: Moment) -> None:
        self.begun += 1
        kind = CHALLENGES[verb].kind
        self._record.event(ChallengeBegins(kind, realiser.by, moment.at_ns, moment.u_s, dict(figures)))

    def _end(self, verb: str, *, told: bool = True) -> None:
        """Take a challenge away; `told` says whether the record knows that it has begun."""
        realiser = self._on[verb]
        with _undisturbed(realiser):
            moment = realiser.end()
            if told:
                self._record.event(ChallengeEnds(CHALLENGES[verb].kind, realiser.by, moment.at_ns, moment.u_s))
            realiser.settle()
            del self._on[verb]  # only now is the pump read again
            self._tell_link()

    def _tell_link(self) -> None:
        """Say which challenges may silence the pump now."""
        self._on_the_link(_OF_THE_LINK.intersection(self._on))

    def _end_all(self, verbs: list[str]) -> None:
        with contextlib.ExitStack() as every_one:
            for verb in verbs:
                every_one.callback(self._end, verb)


def _undisturbed(realiser: Realiser) -> contextlib.AbstractContextManager[None]:
    """Hold signals back for as long as a challenge begins or ends; not while a person is waited for."""
    return contextlib.nullcontext() if realiser.by == BY_OPERATOR else interrupts.deferred()
