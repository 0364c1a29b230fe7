"""Firmware that notices a frame which it was sent before, where it should only say again what it answered then."""

from instruments.intrathecal_pump.messages import Command, Reply, Stage
from instruments.intrathecal_pump.programme import Programme
from instruments.intrathecal_pump.simulated.built_in_firmware import BuiltInFirmware


class HearsRepeats(BuiltInFirmware):
    """Remembers its last command and what was staged last; does `repeated` for a frame that brought no command."""

    staged: Programme | None = None
    last: Command | None = None
    handled = True

    def repeated(self, now_ns: int) -> None:
        """Take a frame that was heard once more for what the defect takes it for."""

    def heard(self, now_ns: int) -> None:
        """Notice that the frame before was not followed by a command of its own."""
        if not self.handled:
            self.repeated(now_ns)
        self.handled = False
        super().heard(now_ns)

    def handle(self, command: Command, now_ns: int) -> Reply:
        """Carry a command out, and remember it."""
        self.handled, self.last = True, command
        self.staged = command.programme if isinstance(command, Stage) else self.staged
        return super().handle(command, now_ns)
