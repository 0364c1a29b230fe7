"""How the simulated balance is set, what it does by itself because of that: it tracks its zero, and adjusts itself."""

from pydantic import Field

from instruments.mettler_mt_sics.dialect import END
from instruments.mettler_mt_sics.simulated.load_cell import NS_PER_S, CellParameters
from rig.clock import Clock

# AutoZero follows what moves slower than half a digit in a second.
_DIGITS_PER_S = 0.5
_NEAR_ZERO_DIGITS = 1.0
_MOST = {"M01": 6, "M02": 5, "M03": 1}


class MenuParameters(CellParameters):
    """What is set in the balance's menu, and what it does by itself."""

    weighing_mode: int = Field(default=0, ge=0, le=6)
    environment: int = Field(default=2, ge=0, le=5)
    zero_tracking: bool = False
    doors: int = Field(default=0, ge=0, le=9)
    adjusts_every_h: float = Field(default=0.0, ge=0, le=10_000)
    adjust_s: float = Field(default=30.0, gt=0, le=3600)


class Menu:
    """Answers the questions about settings; `adjusting` says that the balance is busy with itself."""

    def __init__(self, parameters: MenuParameters, clock: Clock) -> None:
        self._parameters = parameters
        self._clock = clock
        self._born_ns = clock.now_ns()
        self._set = {
            "M01": parameters.weighing_mode,
            "M02": parameters.environment,
            "M03": int(parameters.zero_tracking),
        }
        self._adjusted_by_command_ns: int | None = None
        self._told_done = True
        # The last net mass that was shown, and when: what moved slowly since then is swallowed.
        self._last: tuple[int, float] | None = None

    @property
    def adjusting(self) -> bool:
        """Tell whether the balance adjusts itself now, by command or because it is time to."""
        now_ns, p = self._clock.now_ns(), self._parameters
        lasts_ns = p.adjust_s * NS_PER_S
        ordered_ns = self._adjusted_by_command_ns
        if ordered_ns is not None and now_ns - ordered_ns < lasts_ns:
            return True
        period_ns = p.adjusts_every_h * 3600 * NS_PER_S
        return period_ns > 0 and now_ns - self._born_ns >= period_ns and (now_ns - self._born_ns) % period_ns < lasts_ns

    def setting(self, name: str, parameters: list[str]) -> bytes:
        """Answer M01, M02 or M03: how it is set, or set it to what is given."""
        if not parameters:
            return f"{name} A {self._set[name]}".encode("ascii") + END
        if len(parameters) > 1 or not parameters[0].isdecimal() or int(parameters[0]) > _MOST[name]:
            return f"{name} L".encode("ascii") + END
        self._set[name] = int(parameters[0])
        return f"{name} A".encode("ascii") + END

    def adjustment(self, parameters: list[str]) -> bytes:
        """Answer C0: whether it adjusts itself, and that it does so with its internal weight."""
        if parameters:
            return b"C0 L" + END
        return f'C0 A {int(self._parameters.adjusts_every_h > 0)} 0 ""'.encode("ascii") + END

    def doors(self, parameters: list[str]) -> bytes:
        """Answer WS: where the doors of the draft shield stand."""
        return b"WS L" + END if parameters else f"WS A {self._parameters.doors}".encode("ascii") + END

    def adjust(self, _: list[str]) -> bytes:
        """Begin an adjustment with the internal weight (C3)."""
        if self.adjusting:
            return b"C3 I" + END
        self._adjusted_by_command_ns = self._clock.now_ns()
        self._told_done = False
        return b"C3 B" + END

    def cancel(self) -> None:
        """Abort an adjustment that was begun by command (@); one that the balance began itself goes on."""
        self._adjusted_by_command_ns = None
        self._told_done = True

    def unsolicited(self) -> bytes:
        """Return that a commanded adjustment is done, once."""
        if self._told_done or self.adjusting:
            return b""
        self._told_done = True
        return b"C3 A" + END

    def swallowed_mg(self, net_mg: float) -> float:
        """Return what the zero follows: all of a net mass that crept away from zero; 0 without zero tracking."""
        last, self._last = self._last, (self._clock.now_ns(), net_mg)
        if not self._set["M03"] or last is None:
            return 0.0
        digit_mg = self._parameters.readability_mg
        crept_mg = _DIGITS_PER_S * digit_mg * (self._clock.now_ns() - last[0]) / NS_PER_S
        near_zero = abs(last[1]) <= _NEAR_ZERO_DIGITS * digit_mg
        if not near_zero or abs(net_mg) > crept_mg + _NEAR_ZERO_DIGITS * digit_mg:
            return 0.0
        self._last = (self._clock.now_ns(), 0.0)
        return net_mg
