"""Whether a bench that weighs knows the air that it weighs in: without it a mass is no volume."""

from rig.bench_file.reading import BenchFile, InstrumentEntry

AIR = ("air_temperature", "air_pressure", "air_humidity", "liquid_temperature")
_TABLE = (
    "[ambient]\n"
    "air_temperature_c = 22.0\n"
    "liquid_temperature_c = 22.0\n"
    "air_pressure_hpa = 1013.0 # of the air, not reduced to sea level\n"
    "air_humidity_percent = 45.0"
)


def unknown_air(bench_file: BenchFile) -> str:
    """Return what is missing on a bench with a balance whose air is neither measured nor stated; "" for nothing."""
    weighs = any(entry.role == "balance" for entry in bench_file.instruments)
    if not weighs or bench_file.ambient is not None:
        return ""
    missing = [_missing(entry) for entry in bench_file.instruments if entry.capability == "daq"]
    if not all(missing):
        return ""
    measured = "; ".join(missing) or "no DAQ measures them"
    return (
        f"{bench_file.path}: air and liquid around the balance are neither measured ({measured}) nor stated, and every "
        f"weighed result would be INVALID; add what the laboratory has, such as\n{_TABLE}"
    )


def _missing(daq: InstrumentEntry) -> str:
    """Say what keeps a DAQ from measuring air and liquid; "" for nothing, and for channels not known before opening."""
    if daq.sample_every_s is None:
        return f"{daq.name} has no sample_every_s"
    channels = getattr(daq.settings, "channels", None) or getattr(daq.driver, "channels", None)
    if not isinstance(channels, tuple):
        return ""
    lacking = [name for name in AIR if name not in {channel.name for channel in channels}]
    return f"{daq.name} has no channel {', '.join(lacking)}" if lacking else ""
