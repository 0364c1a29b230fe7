"""The tray between STAGE and COMMIT."""

from instruments.intrathecal_pump.messages import ReplyResult, StagePart
from instruments.intrathecal_pump.programme import Programme, programme_crc
from instruments.intrathecal_pump.simulated.part import Part

MAX_PROGRAMME_BYTES = 1024


class Staging(Part):
    """Holds one programme, or the parts of one as far as they came; neither moves anything."""

    def __init__(self) -> None:
        self._staged: Programme | None = None
        self._came = b""
        self._total = 0

    @property
    def staged(self) -> Programme | None:
        """Return the staged programme as READ_STAGED tells it, None without one."""
        return self._staged

    def stage(self, programme: Programme) -> None:
        """Lay a programme down in place of the one before."""
        self._forget()
        self._staged = programme

    def collect(self, part: StagePart) -> bytes | ReplyResult:
        """Add a part; return what has come so far, or why the part is none. The first part replaces what was staged."""
        if part.total > MAX_PROGRAMME_BYTES:
            return ReplyResult.OUT_OF_RANGE
        if part.offset and (part.total, part.offset) != (self._total, len(self._came)):
            return ReplyResult.NOT_IN_ORDER
        if part.offset + len(part.data) > part.total:
            return ReplyResult.NOT_IN_ORDER
        if part.offset == 0:
            self._forget()
        self._total = part.total
        self._came += part.data
        return self._came

    def take(self, crc: int) -> Programme | ReplyResult:
        """Return the staged programme to whoever knows its CRC, or else why not; it is used up either way."""
        programme = self._staged
        self._forget()
        if programme is None:
            return ReplyResult.NOTHING_STAGED
        return programme if programme_crc(programme) == crc else ReplyResult.CRC_MISMATCH

    def drop(self) -> None:
        """Forget the staged programme."""
        self._forget()

    def power_lost(self) -> None:
        """Forget the staged programme: a COMMIT that is repeated across a restart starts nothing."""
        self._forget()

    def _forget(self) -> None:
        self._staged = None
        self._came = b""
        self._total = 0
