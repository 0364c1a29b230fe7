"""The proofs of a bench, from the records of a folder: what the newest of each part came to, and what it rests on."""

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from rig.clock import NS_PER_S
from rig.errors import RecordCorruptError, RecordError
from rig.record.bodies.events import Connected
from rig.record.bodies.proof_parts import PARTS
from rig.record.bodies.proofs import PartFound, PartTried, ProofBegins, RestsOn, Standing
from rig.record.bodies.start import Start
from rig.record.folder import run_id
from rig.record.reader import RecordReader
from rig.record.schema import SUFFIX

# What marks the name of a proof's record, so that it is found among ten thousand others.
MARK = "proof"
LIQUID = "[liquid]"
# Keys of an instrument that make no other value of what it reads, or that are held to what was met.
_NO_VALUE = frozenset(
    {"driver", "role", "twin", "calibration", "serial", "port", "address", "baud", "data_bits", "parity", "stop_bits"}
    | {"handshake", "rs485", "exclusive", "visa_library", "timeout_s", "action_timeout_s", "deadline_s", "away_s"}
    | {"sample_every_s", "sample_rate_hz", "buffer_s", "ca_file", "client_cert_file", "client_key_file", "server_name"}
    | {"adjust_at_opening", "adjust_within_s", "valid_h", "required"}
)
# What is stated in more characters is kept as its hash.
_LONG = 60
DIGEST = "sha256 "
# So many proofs back a part is looked for: one that lies farther back has long been overdue.
_MOST_PROOFS = 40


def name_of(bench: str) -> str:
    """Return what the name of a proof's record has in place of its bench's name."""
    return f"{bench}-{MARK}"


def proof_paths(runs: Path, bench: str) -> list[Path]:
    """Return the records of a folder that may be proofs of a bench, the newest first by their names."""
    return sorted(runs.glob(f"*-{name_of(bench)}-*{SUFFIX}"), key=lambda path: path.name, reverse=True)


def proofs_of(runs: Path, bench: str, *, mocked: bool | None = None) -> Iterator[RecordReader]:
    """Yield the proofs of a bench that can be read, open, the newest first.

    `mocked` takes those of simulated instruments alone, or of real ones: a rehearsal may bear the bench's name.
    """
    for path in proof_paths(runs, bench):
        try:
            with RecordReader(path) as reader:
                if _is_proof_of(reader, bench, mocked=mocked):
                    yield reader
        except RecordError:
            continue  # `rig runs` says what is wrong with it


def _is_proof_of(reader: RecordReader, bench: str, *, mocked: bool | None) -> bool:
    start = reader.start()
    return start.bench == bench and mocked in (None, start.mocked) and bool(reader.events(ProofBegins))


def newest_parts(runs: Path, bench: str, *, mocked: bool | None = None) -> tuple[PartFound, ...]:
    """Return what the newest try of each part of a bench's proofs came to; `mocked` as `proofs_of` has it.

    What a record says that is not what was recorded is not proven, and no older proof speaks in its place: nor in that
    of a record which cannot be read, of whatever parts it was.
    """
    found: dict[str, PartFound] = {}
    looked = 0
    for path in proof_paths(runs, bench):
        try:
            with RecordReader(path) as reader:
                if not _is_proof_of(reader, bench, mocked=mocked):
                    continue
                tried = _tried(reader)
        except RecordError as error:
            tried = _unread(path, bench, error)
        for one in tried:
            found.setdefault(one.part, one)
        looked += bool(tried)
        if found.keys() >= PARTS.keys() or looked >= _MOST_PROOFS:
            break
    return tuple(found[part] for part in PARTS if part in found)


def _tried(reader: RecordReader) -> tuple[PartFound, ...]:
    """Return what each try of a part came to in a proof, the last first."""
    altered, run = _altered(reader), run_id(reader.path)
    entries = reversed(reader.events(PartTried))
    if altered:
        return tuple(
            PartFound(one.body.part, Standing.NOT_PROVEN, one.t_ns, run, altered, one.body.rests_on) for one in entries
        )
    return tuple(
        PartFound(one.body.part, one.body.standing, one.t_ns, run, one.body.why, one.body.rests_on) for one in entries
    )


def _unread(path: Path, bench: str, error: RecordError) -> tuple[PartFound, ...]:
    """Return every part as not proven by a proof that cannot be read; () where the file is no proof of this bench.

    A file of no bytes is that of a proof that never began.
    """
    run = run_id(path)
    begun = re.fullmatch(rf"(\d{{8}}T\d{{6}})Z-{re.escape(name_of(bench))}-[0-9a-f]+", run)
    if begun is None or not path.stat().st_size:
        return ()
    at_ns = int(datetime.strptime(f"{begun[1]}Z", "%Y%m%dT%H%M%S%z").timestamp()) * NS_PER_S
    why = f"the record of its newest proof, {run}, cannot be read ({error}): prove the bench again"
    return tuple(PartFound(part, Standing.NOT_PROVEN, at_ns, run, why) for part in PARTS)


def _altered(reader: RecordReader) -> str:
    """Return that a proof's record is not what was recorded, "" where it is: it is short, and soon gone through."""
    try:
        reader.verify_chain()
    except RecordError as error:
        entry = f", entry {error.seq}" if isinstance(error, RecordCorruptError) and error.seq is not None else ""
        return f"the record of its proof, {run_id(reader.path)}, was altered{entry}"
    return ""


def rests_on(reader: RecordReader, part: str) -> dict[str, RestsOn]:
    """Return what a part rests on in the run of a record, by the names of instruments, as they were met last."""
    start = reader.start()
    met = {entry.body.instrument: entry.body.identity.get("serial", "") for entry in reader.events(Connected)}
    roles = PARTS[part].rests_on if part in PARTS else ()
    found = {name: _as_declared(start, name, met.get(name, "")) for name in start.instruments}
    kept = {name: one for name, one in found.items() if start.instruments[name].serves_as in roles}
    if part == "known flow" and start.liquid is not None:
        kept[LIQUID] = RestsOn(start.liquid.name, f"{start.liquid.density_kg_m3:g} kg/m³")
    tables = stated_in(start.bench_file.text)
    kept = {name: replace(one, stated=tables.get(name, {}) if tables else None) for name, one in kept.items()}
    wanted = PARTS[part].tables if part in PARTS else ()
    return kept | {name: RestsOn(stated=tables[name]) for name in wanted if name in tables and name not in kept}


def _as_declared(start: Start, name: str, serial: str) -> RestsOn:
    declared = start.instruments[name]
    return RestsOn(declared.driver, serial, declared.calibration.id if declared.calibration is not None else "")


def stated_in(text: str) -> dict[str, dict[str, str]]:
    """Return what a bench file states: keys by the names of instruments and by tables, `[weighing]`; {} for no TOML.

    Left out is what makes no other value of a reading: where an instrument is reached, how often and how patiently it
    is read, its calibration and its serial number, which are held to what was met.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}
    instruments = tables.pop("instruments", {})
    found = {name: _told(table) for name, table in instruments.items() if isinstance(table, dict)}
    return found | {f"[{name}]": _told(table) for name, table in tables.items() if isinstance(table, dict)}


def _told(table: dict[str, object]) -> dict[str, str]:
    said = {key: json.dumps(value, sort_keys=True, default=str) for key, value in table.items() if key not in _NO_VALUE}
    return {
        key: text if len(text) <= _LONG else f"{DIGEST}{sha256(text.encode()).hexdigest()}"
        for key, text in said.items()
    }
