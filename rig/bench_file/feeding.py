"""Whether something feeds the simulated pump of a mocked bench: without power it is silent and cannot say why."""

from rig.bench_file.reading import BenchFile


def unfed_pump(bench_file: BenchFile) -> str:
    """Return what is missing on a mocked bench whose pump has no power; "" for nothing."""
    entries = bench_file.instruments
    by_supply = getattr(bench_file.laboratory, "pump_power", "") == "supply"
    if not by_supply or all(entry.capability != "pump" for entry in entries):
        return ""
    if all(entry.role != "supply" for entry in entries):
        return (
            f"{bench_file.path}: the bench has no supply, and its pump would be without power; add a supply with "
            'driver = "scpi_supply" and [power], or write pump_power = "battery" in [laboratory]'
        )
    if bench_file.power is None:
        return (
            f"{bench_file.path}: the supply is not told how to feed the pump; add [power], such as voltage_v = 3.0 and "
            'current_limit_a = 0.1, or write pump_power = "battery" in [laboratory]'
        )
    return ""
