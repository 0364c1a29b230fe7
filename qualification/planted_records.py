"""Mistakes between an instrument and a verdict: in its dialect, in the record, in what witnesses are held to.

Nothing of the rig is imported here: `planting` reads this before the rig is.
"""

from qualification.mistake import Mistake

_EVALUATION = ("tests/evaluation",)
_RECORD = ("tests/record/test_blocks.py", "tests/record/test_series.py", "tests/record/test_chain.py")
_CORE = ("tests/core/test_stamping.py", "tests/core/test_quantities.py")
_BALANCE = ("tests/instruments/mettler_mt_sics",)
_FLOW = ("tests/instruments/sensirion_scc1",)
_DAQ = ("tests/instruments/ni_daq",)
_PUMP = ("tests/instruments/intrathecal_pump",)

_E = "rig.evaluation."

RECORDED = (
    Mistake(
        "M28",
        "the motor's edges are held to nothing",
        _E + "evidence.motor",
        "    far = abs(found.moved_ul - found.weighed_ul) > allowed_ul\n",
        "    far = False\n",
        ("tests/evaluation", "tests/truth/test_faulty_pumps.py"),
    ),
    Mistake(
        "M29",
        "the pump's books are held to themselves",
        _E + "evidence.books",
        "    if abs(found.gained_ul - found.weighed_ul) > allowed_ul:\n",
        "    if abs(found.gained_ul - found.gained_ul) > allowed_ul:\n",
        ("tests/evaluation", "tests/truth/test_faulty_pumps.py"),
    ),
    Mistake(
        "M30",
        "lost readings of the balance are no reason",
        _E + "inputs",
        '    invalid = [f"{series.lost} balance readings were lost"] if series.lost else []\n',
        "    invalid: list[str] = []\n",
        _EVALUATION,
    ),
    Mistake(
        "M31",
        "no contradiction takes a PASS away",
        _E + "settle",
        "    against = evidence.against\n    if not against:\n",
        "    against = evidence.against\n    if True:\n",
        ("tests/evaluation", "tests/truth/test_faulty_pumps.py"),
    ),
    Mistake(
        "M32",
        "mL/day taken for mL/h",
        "rig.quantities",
        '    "mL/day": ("flow", Fraction(1000, 24)),\n',
        '    "mL/day": ("flow", Fraction(1000)),\n',
        _CORE,
    ),
    Mistake(
        "M33",
        "samples stamped one period late",
        "rig.stamping",
        "        k = np.arange(first, first + count, dtype=np.int64)\n",
        "        k = np.arange(first + 1, first + count + 1, dtype=np.int64)\n",
        _CORE,
    ),
    Mistake(
        "M34",
        "columns of a block read in another order than written: the neighbour's channel",
        "rig.record.blocks",
        "offset + 8 * n * names.index(name))",
        "offset + 8 * n * ((names.index(name) + 1) % len(names)))",
        _RECORD,
    ),
    Mistake(
        "M35",
        "an unstable weight taken for a stable one",
        "instruments.mettler_mt_sics.dialect",
        '    return Weight(mass_mg, stable, text.rfind(" "), digit_mg)',
        '    return Weight(mass_mg, True, text.rfind(" "), digit_mg)',
        _BALANCE,
    ),
    Mistake(
        "M36",
        "the flow sensor's scale upside down",
        "instruments.sensirion_scc1.dialect",
        "        return float(ul_h_per_unit(self.unit) / self.scale)",
        "        return float(ul_h_per_unit(self.unit) * self.scale)",
        _FLOW,
    ),
    Mistake(
        "M37",
        "the pump's clock read as seconds",
        "instruments.intrathecal_pump.readings",
        "(status.clock_ms * NS_PER_MS - t_ns) / NS_PER_S}",
        "(status.clock_ms * NS_PER_S - t_ns) / NS_PER_S}",
        _PUMP,
    ),
    Mistake(
        "M38",
        "line pressure and supply current swapped",
        "instruments.ni_daq.channels",
        'physical="ai0", name="line_pressure", unit="kPa", scale=20.0',
        'physical="ai1", name="line_pressure", unit="kPa", scale=20.0',
        _DAQ,
    ),
)
"""All of them, by their keys: they go on behind those of `planted`."""
