"""What the driver does beside a therapy: reservoir, alarms, clock, link watchdog and event log."""

from instruments.intrathecal_pump.conversation import Shown
from instruments.intrathecal_pump.messages import (
    Acknowledge,
    Alarm,
    ClockReading,
    DoneReply,
    Finding,
    FullStatus,
    GetClock,
    GetFullStatus,
    GetStatus,
    LogPage,
    ReadLog,
    Refilled,
    SelfTest,
    SelfTestReply,
    SetClock,
    SetLowMark,
    SetWatchdog,
    StatusReply,
)
from instruments.intrathecal_pump.programme import thousandths
from instruments.intrathecal_pump.programmer import Skill
from instruments.intrathecal_pump.readings import NS_PER_MS, log_entry
from rig.capabilities import LogEntry

MIN_WATCHDOG_S = 0.1
MAX_LOG_NUMBER = 2**32 - 1
# What SET_CLOCK takes: 2000-01-01 to the end of 2099.
_FIRST_CLOCK_MS = 946_684_800_000
_LAST_CLOCK_MS = 4_102_444_799_999
_TELL_AGAIN = "tell the pump again; until its status shows it, trust neither its reservoir nor its low-reservoir alarm"


class CareSkills(Skill):
    """What neither begins nor ends a delivery."""

    def read_log(self, *, first: int = 0) -> tuple[LogEntry, ...]:
        """Get the event log from entry number `first` on; entries that the pump no longer keeps are not in it."""
        if not 0 <= first <= MAX_LOG_NUMBER:
            raise self._programmer.reporter.out_of_range(
                f"log entry {first}", f"entries are numbered 0 to {MAX_LOG_NUMBER}"
            )
        entries: list[LogEntry] = []
        total = first + 1
        while first < total:
            answer = self._programmer.link.ask(ReadLog(first), LogPage)
            page = answer.reply
            begin = max(first, page.oldest)
            numbers = [record.number for record in page.records]
            if numbers != list(range(begin, begin + len(numbers))) or (not numbers and begin < page.total):
                raise self._programmer.link.senseless(
                    f"log entries {numbers} came where {begin} and following belong", answer.sent, answer.received
                )
            entries += [log_entry(record) for record in page.records]
            first, total = begin + len(numbers), page.total
        return tuple(entries)

    def set_link_watchdog(self, *, seconds: float) -> None:
        """Set after how many seconds of silence on the link the pump stops by itself.

        At least 0.1, at most 600, in whole ms; on the virtual clock, where no pump is real, up to 172800 (2 days).
        Raises OutOfRangeError, before anything is sent, for others.
        """
        longest_s = self._programmer.longest_watchdog_s
        watchdog_ms = thousandths(seconds)
        if watchdog_ms is None or not MIN_WATCHDOG_S <= seconds <= longest_s:
            allowed = f"a link watchdog is {MIN_WATCHDOG_S} to {longest_s:g} s in steps of 0.001 s"
            raise self._programmer.reporter.out_of_range(f"{seconds!r} s", allowed)
        with self._programmer.verb("set_link_watchdog", seconds=seconds) as talk:
            talk.ask(SetWatchdog(watchdog_ms), DoneReply)
            seen_ms = talk.ask(GetStatus(), StatusReply).watchdog_ms
            talk.check(f"a link watchdog of {watchdog_ms} ms", Shown("watchdog_ms", seen_ms, watchdog_ms))

    def read_clock_ns(self) -> int:
        """Get the pump's clock in UTC ns (it counts milliseconds)."""
        return self._programmer.link.ask(GetClock(), ClockReading).reply.clock_ms * NS_PER_MS

    def set_clock(self, *, t_ns: int) -> None:
        """Set the pump's clock to UTC ns, rounded down to its milliseconds; the pump takes the years 2000 to 2099."""
        if not _FIRST_CLOCK_MS <= t_ns // NS_PER_MS <= _LAST_CLOCK_MS:
            raise self._programmer.reporter.out_of_range(
                f"a clock of {t_ns} ns", "the pump takes 2000-01-01 to the end of 2099, in ns since 1970"
            )
        with self._programmer.verb("set_clock", t_ns=t_ns) as talk:
            talk.ask(SetClock(t_ns // NS_PER_MS), DoneReply)

    def refilled(self, *, volume_ul: float) -> None:
        """Set what the reservoir holds now, in µL; raises OutOfRangeError for more than it can hold."""
        volume_nl = self._content_nl("a content", volume_ul)
        before = self._programmer.full_status().therapy
        with self._programmer.verb("refilled", volume_ul=volume_ul) as talk:
            talk.ask(Refilled(volume_nl), DoneReply)
            after = talk.ask(GetFullStatus(), FullStatus)
            left_nl = after.first.reservoir_nl
            talk.check(
                f"a content of {volume_ul:g} µL",
                Shown("refills", after.therapy.refills, before.refills + 1),
                # A pump that infuses may have used some of it by now.
                Shown("reservoir_nl", left_nl, f"at most {volume_nl}", left_nl <= volume_nl),
                advice=_TELL_AGAIN,
            )

    def set_low_reservoir(self, *, volume_ul: float) -> None:
        """Set at which content in µL the pump warns; raises OutOfRangeError for more than the reservoir can hold."""
        volume_nl = self._content_nl("a low-reservoir mark", volume_ul)
        with self._programmer.verb("set_low_reservoir", volume_ul=volume_ul) as talk:
            talk.ask(SetLowMark(volume_nl), DoneReply)
            mark_nl = talk.ask(GetFullStatus(), FullStatus).therapy.low_mark_nl
            wanted = f"a low-reservoir mark of {volume_ul:g} µL"
            talk.check(wanted, Shown("low_mark_nl", mark_nl, volume_nl), advice=_TELL_AGAIN)

    def acknowledge_alarms(self) -> None:
        """Control the end of the alarms' signals; what ended delivery stays until `stop`."""
        with self._programmer.verb("acknowledge_alarms") as talk:
            talk.ask(Acknowledge(), DoneReply)
            sounding = talk.ask(GetFullStatus(), FullStatus).therapy.sounding
            talk.check("silenced alarms", Shown("sounding", sounding, Alarm(0)))

    def self_test(self) -> tuple[str, ...]:
        """Control the pump's test of itself; get what it found wrong: memory, motor, cell, clock."""
        with self._programmer.verb("self_test") as talk:
            said = talk.ask(SelfTest(), SelfTestReply).found
            found = tuple(str(finding.name).lower() for finding in Finding if finding in said)
            talk.note(found=list(found))
        return found

    def _content_nl(self, what: str, volume_ul: float) -> int:
        return self._programmer.whole_nl(what, volume_ul, (0, self._programmer.full.capacity_nl, 1), "µL")
