"""docs/influxdb-schema.md against the lines that records become: each row of its tables, each name that is written."""

import re
from dataclasses import replace

import numpy as np
import pytest

from rig.channels import Channel
from rig.clock import VirtualClock
from rig.exchange import Exchange
from rig.record.bodies.agreement import AGREEMENT
from rig.record.bodies.events import ZeroFlow
from rig.record.bodies.others import Note, Stop
from rig.record.reader import RecordReader
from rig.samples import Block
from rig.streaming.encoder import RecordEncoder
from rig.streaming.expected import Expected
from rig.streaming.names import unit_suffix
from rig.streaming.state import EncoderState
from tests.dashboards import laboratory, odd
from tests.docs.pages import DOCS
from tests.docs.tables import rows_of
from tests.streaming import records
from tests.streaming.test_declared import JUDGED_BY
from tests.streaming.test_derived import PUMP, lines_of, told

PAGE = (DOCS / "influxdb-schema.md").read_text(encoding="utf-8")
_SECTION = re.compile(r"^### (`.*?): .*\n((?:(?!^##).*\n)+)", re.MULTILINE)
# What a section says, by the measurements that its heading names.
SECTIONS = {tuple(re.findall(r"`(\w+)`", heading)): text for heading, text in _SECTION.findall(PAGE)}
OF = {name: text for names, text in SECTIONS.items() for name in names}
_LINE = re.compile(r"(?P<tags>(?:\\.|[^\\ ])+) (?P<fields>.+) (?P<t_ns>-?\d+)")
_TAG = re.compile(r"(?<!\\),((?:\\.|[^,=\\])+)=((?:\\.|[^,\\])*)")
_FIELD = re.compile(r'((?:\\.|[^,=\\" ])+)=("(?:\\.|[^"\\])*"|[^,]+)(?:,|$)')
_TYPED = re.compile(r"(`[^`]+`) \((float|int|text)")
_ANY = r"[^ ]+"


BALANCE = {"balance": {"capability": "balance", "driver": "a balance"}}


def keys_of(text):
    """Return the names in backticks as expressions for what is written; a unit of 1 has no letters."""
    names = [re.sub(r"<[\w ]+>", "<>", name) for name in re.findall(r"`([^`]+)`", text)]
    return [re.escape(name).replace("_<>", f"(?:_{_ANY})?").replace("<>", _ANY) for name in names]


def meant(name, keys):
    """Return the expression that means a field, "" for none: of several the one that says most of it."""
    return max((key for key in keys if re.fullmatch(key, name)), key=said_by, default="")


def typed(section):
    """Return the names of a section that have a type, in its tables or in its text."""
    named = [row[0] for row in rows_of(section)] + [key for key, _ in _TYPED.findall(section)]
    return [key for keys in named for key in keys_of(keys)]


def said_by(key):
    """Return how many letters of a name an expression has itself."""
    return len(key.replace(f"(?:_{_ANY})?", "").replace(_ANY, ""))


def kind_of(value):
    return "text" if value[0] == '"' else "int" if value.endswith("i") else "float"


def parsed(line):
    """Return measurement, tags and kinds of the fields of a line."""
    found = _LINE.fullmatch(line)
    measurement = re.match(r"\w+", found["tags"])[0]
    kinds = {key: kind_of(value) for key, value in _FIELD.findall(found["fields"])}
    return measurement, dict(_TAG.findall(found["tags"])), kinds


def judged(folder):
    """Write a run with what the others lack: limits and requirements, a programme, weighings, an agreement, a note."""
    clock = VirtualClock(records.EPOCH_NS)
    with records.begin(folder, "judged", clock, instruments=PUMP | BALANCE, **JUDGED_BY) as record:
        record.descriptor("balance", [Channel("mass", "mg", "net")], {"every_s": 10.0})
        told(record, clock, "run_continuous", rate_ul_h=36.0)
        begun_ns = clock.now_ns()
        clock.wait_s(7200.0)
        t_ns = begun_ns + np.arange(0, 7200, 10) * records.SECOND_NS
        mass = np.linspace(0.0, -0.1, len(t_ns)) + 0.001 * np.sin(np.arange(len(t_ns)))
        mass[-1] = np.nan  # behind what is weighed
        record.samples("balance", Block(t_ns, {"mass": mass}), due_ns=clock.now_ns())
        record.event(ZeroFlow(begun_ns, begun_ns + 7100 * records.SECOND_NS))
        record.event(ZeroFlow(begun_ns + 10**15, begun_ns + 10**15 + 1))
        record.event(odd.projection(1.0))
        plain = odd.result(1.0, 0.25, "PASS")
        number = replace(plain.number, dof=12.0)
        asked = replace(plain.recipe, parameters={"programmed_ul_h": 20.0, "programmed_ul": 50.0})
        record.result(
            "mean flow error",
            replace(plain, recipe=asked, number=number, volume_at_c=20.0, reasons=("one", "two")),
        )
        recipe = replace(plain.recipe, function=AGREEMENT, parameters={})
        record.result(
            "agreement of all witnesses",
            replace(
                plain,
                recipe=recipe,
                unit="1",
                limit=None,
                number=None,
                fact="not so",
                details={"balance": "weighed 1 mg"},
                reasons=("balance: it is not so",),
            ),
        )
        record.note(Note("seen by", {"who": "somebody"}))
        record.command(Exchange("pump", "stop", {}, b"s", b"r", clock.now_ns(), clock.now_ns()))
        record.stop(Stop("FINISHED", selected=(odd.PLAN,)))
    return record.path


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    folder = tmp_path_factory.mktemp("schema")
    return [laboratory.trouble(folder / "trouble"), records.everything(folder), judged(folder)]


@pytest.fixture(scope="module")
def lines(paths):
    """Return the lines of all records, parsed."""
    return [parsed(line) for path in paths for line in lines_of(path, "")]


@pytest.fixture(scope="module")
def written(lines):
    """Return the kinds of every field that was written, by measurement and key."""
    found = {}
    for measurement, _, kinds in lines:
        for key, kind in kinds.items():
            found.setdefault(measurement, {}).setdefault(key, set()).add(kind)
    return found


FIELD_ROWS = [
    pytest.param(names, row[0], row[1], id=f"{names[0]}: {row[0]}")
    for names, text in SECTIONS.items()
    for row in rows_of(text)
]
PROSE = [
    pytest.param(names, key, kind, id=f"{names[0]}: {key}")
    for names, text in SECTIONS.items()
    for key, kind in _TYPED.findall(text)
]


OF_ALL = {row[0].strip("`") for row in rows_of(PAGE.partition("## Measurements")[0])}
UNIT_ROWS = rows_of(PAGE.partition("## Units in names")[2].partition("\n## ")[0])
POINT_ROWS = rows_of(PAGE.partition("## How many points")[2].partition("\n## ")[0])


def test_every_measurement_has_its_section_and_every_section_its_measurement(written):
    assert set(written) == set(OF)


@pytest.mark.parametrize("measurements, keys, kind", FIELD_ROWS + PROSE)
def test_what_a_row_names_is_written_with_its_type(written, measurements, keys, kind):
    for key in keys_of(keys):
        kinds = {
            one
            for measurement in measurements
            for name, of_name in written[measurement].items()
            if meant(name, typed(SECTIONS[measurements])) == key
            for one in of_name
        }
        assert kinds == {kind}, f"{key} is {kinds}"


@pytest.mark.parametrize("measurement", OF)
def test_every_field_that_is_written_is_named(written, measurement):
    # Numbers of an event's body stand there under their own names.
    own = {"float"} if measurement == "events" else set()
    assert [
        key for key, kinds in written[measurement].items() if kinds != own and not meant(key, keys_of(OF[measurement]))
    ] == []


@pytest.mark.parametrize(
    "tag, many", [(row[0].strip("`"), row[2]) for row in rows_of(PAGE.partition("## Measurements")[0])]
)
def test_a_tag_of_every_point_is_on_every_point(lines, tag, many):
    values = {tags.get(tag) for _, tags, _ in lines}
    assert None not in values
    assert len(values) <= {"one per run": 3, "one per bench": 1, "one per pump": 2}.get(many, 2)


@pytest.mark.parametrize("measurement", OF)
def test_every_tag_that_is_written_is_named(lines, measurement):
    section = OF[measurement]
    referred = "".join(OF[name] for name in re.findall(r"[Tt]hose of `(\w+)`", section))
    named = set(re.findall(r"`(\w+)`", section + referred)) | OF_ALL
    assert {tag for name, tags, _ in lines if name == measurement for tag in tags} <= named


@pytest.mark.parametrize(
    "units, letters", [pair for row in UNIT_ROWS for pair in zip(row[::2], row[1::2], strict=True) if pair[0]]
)
def test_a_unit_stands_in_names_as_its_row_says(units, letters):
    if units == "others":
        units, letters = "kΩ·m/µs", "`kohm_m_us`"
    for unit, written_as in zip(units.split(", "), letters.replace("(nothing)", "``").split(", "), strict=True):
        assert f"`{unit_suffix(unit)}`" == written_as


@pytest.mark.parametrize("number", range(3))
def test_what_is_counted_is_what_was_written(paths, number):
    state, found = EncoderState(), []
    with RecordReader(paths[number]) as reader:
        encode = RecordEncoder(reader, state)
        while (group := encode.next_group()) is not None:
            found += [parsed(line.decode()) for body in group.bodies for line in body.text.splitlines()]
    for field in Expected(paths[number], state, ()).fields:
        there = [
            kinds
            for measurement, tags, kinds in found
            if measurement == field.measurement
            and tags.get("instrument") == (field.instrument or tags.get("instrument"))
        ]
        assert sum(field.key in kinds for kinds in there) == field.made, field


def test_each_measurement_is_counted_by_the_field_of_its_row(paths):
    counted = set()
    for path in paths:
        state = EncoderState()
        with RecordReader(path) as reader:
            encode = RecordEncoder(reader, state)
            while encode.next_group() is not None:
                pass
        for field in Expected(path, state, ()).fields:
            counted.add((field.measurement, "<field>" if field.measurement == "samples" else field.key))
    rows = {(name, row[2]) for row in POINT_ROWS for name in re.findall(r"`(\w+)`", row[0])}
    assert rows == {(name, f'`count("{key}")`') for name, key in counted}
