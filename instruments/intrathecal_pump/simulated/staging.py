"""The tray between STAGE and COMMIT."""

from instruments.intrathecal_pump.messages import ReplyResult
from instruments.intrathecal_pump.programme import Programme, programme_crc
from instruments.intrathecal_pump.simulated.part import Part


class Staging(Part):
    """Holds one programme, which moves nothing."""

    def __init__(self) -> None:
        self._staged: Programme | None = None

    @property
    def staged(self) -> Programme | None:
        """Return the staged programme as READ_STAGED tells it, None without one."""
        return self._staged

    def stage(self, programme: Programme) -> None:
        """Lay a programme down in place of the one before."""
        self._staged = programme

    def take(self, crc: int) -> Programme | ReplyResult:
        """Return the staged programme to whoever knows its CRC, or else why not; it is used up either way."""
        programme, self._staged = self._staged, None
        if programme is None:
            return ReplyResult.NOTHING_STAGED
        return programme if programme_crc(programme) == crc else ReplyResult.CRC_MISMATCH

    def drop(self) -> None:
        """Forget the staged programme."""
        self._staged = None

    def power_lost(self) -> None:
        """Forget the staged programme: a COMMIT that is repeated across a restart starts nothing."""
        self._staged = None
