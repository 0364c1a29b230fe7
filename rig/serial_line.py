"""How a serial line is set, what the system checks of it, and who else may open it: pyserial leaves the last two out.

Sources: POSIX termios (INPCK and PARMRK), tty_ioctl(4) (TIOCEXCL), RFC 2217.
"""

import contextlib
import os
import warnings
from dataclasses import dataclass

import serial
from serial.rs485 import RS485Settings

try:
    import fcntl
    import termios
except ImportError:  # Windows has neither
    _HAS_TERMIOS = False
else:
    _HAS_TERMIOS = True

PARITIES = {
    "none": serial.PARITY_NONE,
    "even": serial.PARITY_EVEN,
    "odd": serial.PARITY_ODD,
    "mark": serial.PARITY_MARK,
    "space": serial.PARITY_SPACE,
}
HANDSHAKES = ("none", "xon/xoff", "rts/cts", "dsr/dtr")
# Which level RTS has while the rig sends on RS-485; adapters that switch by themselves need neither.
RS485 = ("off", "rts high to send", "rts low to send")
_MARK = 0xFF
_PSEUDO_TERMINALS = ("/dev/pts/", "/dev/ttyp")
_OF_THIS_MACHINE = "RS-485 is switched by RTS on serial ports of this machine alone: take rs485 out"


@dataclass(frozen=True, slots=True)
class Line:
    """How a serial line is set. `exclusive`: nobody else may open the port meanwhile."""

    baud: int = 9600
    data_bits: int = 8
    parity: str = "none"
    stop_bits: float = 1
    handshake: str = "none"
    rs485: str = "off"
    exclusive: bool = True

    @property
    def is_plain(self) -> bool:
        """Tell whether its rate is all that is to be said of it: 8N1 without handshake."""
        said = (self.data_bits, self.parity, self.stop_bits, self.handshake, self.rs485)
        return said == (8, "none", 1, "none", "off")


def open_line(device: str, line: Line, timeout_s: float) -> serial.Serial:
    """Open a device or a URL that pyserial knows; reads wait `timeout_s`.

    Raises what pyserial raises: SerialException, OSError, ValueError, NotImplementedError or termios.error.
    """
    is_url = "://" in device
    if is_url and line.rs485 != "off":
        raise ValueError(_OF_THIS_MACHINE)
    with warnings.catch_warnings():
        if device.lower().startswith("rfc2217://"):  # whose reader's thread pyserial starts in an old way
            warnings.simplefilter("ignore", DeprecationWarning)
        port = serial.serial_for_url(
            device,
            baudrate=line.baud,
            bytesize=line.data_bits,
            parity=PARITIES[line.parity],
            stopbits=line.stop_bits,
            xonxoff=line.handshake == "xon/xoff",
            rtscts=line.handshake == "rts/cts",
            dsrdtr=line.handshake == "dsr/dtr",
            exclusive=True if line.exclusive and not is_url and os.name != "nt" else None,
            timeout=timeout_s,
        )
    if line.rs485 != "off":
        high = line.rs485 == "rts high to send"
        try:
            port.rs485_mode = RS485Settings(rts_level_for_tx=high, rts_level_for_rx=not high)
        except Exception:
            port.close()
            raise
    return port


def check_parity(port: serial.SerialBase, line: Line) -> str:
    """Have the system mark bytes that came with a wrong parity; return why it does not, empty where it does.

    To be called when nothing of the port will be set any more: pyserial switches the check off each time.
    """
    if line.parity == "none":
        return ""
    descriptor = _descriptor(port)
    if descriptor is None:
        return f"parity {line.parity} is set, but nobody here checks it on receipt: this port is none of the system's"
    flags = termios.tcgetattr(descriptor)
    flags[0] = (flags[0] | termios.INPCK | termios.PARMRK) & ~(termios.IGNPAR | termios.ISTRIP)
    termios.tcsetattr(descriptor, termios.TCSANOW, flags)
    kept = termios.tcgetattr(descriptor)[0]
    if not (kept & termios.INPCK and kept & termios.PARMRK):
        return f"parity {line.parity} is set, but this port's driver does not check it on receipt"
    return ""


def keep_to_oneself(port: serial.SerialBase, line: Line) -> None:
    """Have the system refuse everybody else who opens the device; pyserial's own lock stops only who asks for it.

    Pseudo-terminals stay open at their other end, and would be refused for ever when this process is killed.
    """
    descriptor = _descriptor(port)
    if line.exclusive and descriptor is not None and not str(port.name).startswith(_PSEUDO_TERMINALS):
        refuse_others(descriptor)


def refuse_others(descriptor: int) -> None:
    """Have the system refuse whoever opens the terminal from now on, root excepted; silent where it cannot."""
    with contextlib.suppress(OSError):
        fcntl.ioctl(descriptor, termios.TIOCEXCL)


class ParityMarks:
    """Takes the marks out of what a port with checked parity gives: FF 00 X is a wrong X, FF FF is FF."""

    def __init__(self) -> None:
        self._pending = b""
        self.wrong = b""

    def forget(self) -> None:
        """Forget a mark that was begun, and what was wrong."""
        self._pending = self.wrong = b""

    def unmark(self, data: bytes) -> bytes:
        """Return the bytes that came, the wrong ones among them; those are added to `wrong`, too."""
        data = self._pending + data
        self._pending = b""
        plain = bytearray()
        at = 0
        while at < len(data):
            if data[at] != _MARK:
                plain.append(data[at])
                at += 1
                continue
            mark = data[at : at + 3]
            if mark[1:2] == b"\xff":
                plain.append(_MARK)
                at += 2
            elif len(mark) == 3 and mark[1] == 0:
                plain.append(mark[2])
                self.wrong += mark[2:]
                at += 3
            elif len(mark) < 3 and mark[1:2] in (b"", b"\0"):
                self._pending = mark
                break
            else:  # no mark: what made the port give a single FF has switched the marks off
                plain.append(_MARK)
                at += 1
        return bytes(plain)


def is_selectable(port: serial.SerialBase) -> bool:
    """Tell whether the system can say when a port takes bytes: all but Windows' serial ports and some of the URLs."""
    try:
        return int(port.fileno()) >= 0
    except (AttributeError, OSError):
        return False


def _descriptor(port: serial.SerialBase) -> int | None:
    """Return the descriptor of a device of this system; None for URLs and on Windows."""
    if not _HAS_TERMIOS or not isinstance(port, serial.Serial):
        return None
    descriptor = int(port.fileno())
    return descriptor if os.isatty(descriptor) else None
