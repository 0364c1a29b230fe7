"""Every recorded channel over the whole run, for whoever wants to see what the instruments saw."""

from collections.abc import Iterator

from reports.facts.charts import Axis, Chart, Curve
from reports.facts.run_facts import RecordedSignal
from reports.facts.traces import Trace, hours_since, traces
from rig.channels import Channel
from rig.record.reader import RecordReader


def read_signals(reader: RecordReader, begin_ns: int, end_ns: int) -> tuple[RecordedSignal, ...]:
    """Return each channel that has samples in [begin_ns, end_ns), thinned to what a graph can show."""
    return tuple(_signals(reader, begin_ns, end_ns))


def _signals(reader: RecordReader, begin_ns: int, end_ns: int) -> Iterator[RecordedSignal]:
    for stream in reader.streams():
        channels = reader.channels(stream)
        found = traces(reader, stream, [channel.name for channel in channels], begin_ns, end_ns)
        for channel in channels:
            if channel.name in found:
                yield _signal(stream, channel, found[channel.name], begin_ns)


def _signal(stream: str, channel: Channel, trace: Trace, begin_ns: int) -> RecordedSignal:
    unit = "" if channel.unit == "1" else channel.unit
    shown = f", {len(trace.t_ns)} of them shown with every peak kept" if trace.thinned else ""
    chart = Chart(
        name="signal",
        title=f"{stream}: {channel.name.replace('_', ' ')}",
        caption=f"{channel.meaning or channel.name}: {trace.recorded} samples{shown}.",
        x=Axis("time since the run began", "h"),
        y=Axis(channel.name.replace("_", " "), unit),
        curves=(Curve(channel.name.replace("_", " "), "signal", hours_since(trace.t_ns, begin_ns), trace.values),),
        origin_ns=begin_ns,
        group="signals",
        height=200,
    )
    return RecordedSignal(
        stream=stream,
        channel=channel.name,
        unit=unit,
        meaning=channel.meaning,
        recorded=trace.recorded,
        smallest=trace.smallest,
        mean=trace.mean,
        largest=trace.largest,
        chart=chart,
    )
