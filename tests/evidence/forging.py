"""What somebody does to a bundle who knows its form: every checksum of the file is right again."""

import base64
import hashlib
import json
import sqlite3

from reports.evidence.container import Container, write_container
from rig.record.chain import GENESIS, entry_hash


def contents_of(bundle):
    with Container(bundle) as container:
        return {name: container.read(name) for name in container.members}


def rewritten(bundle, changes=(), *, without=()):
    """Write a bundle anew with other bytes in some of its files."""
    contents = contents_of(bundle)
    for name in without:
        del contents[name]
    write_container(bundle, {**contents, **dict(changes)})


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def listed_anew(bundle, changes):
    """Change files and write into the manifest what they are now."""
    rewritten(bundle, changes)
    contents = contents_of(bundle)
    manifest = json.loads(contents["manifest.json"])
    for name in manifest["files"]:
        digest = hashlib.sha256(contents[name]).hexdigest()
        manifest["files"][name] = {"bytes": len(contents[name]), "sha256": digest}
    rewritten(bundle, {"manifest.json": canonical(manifest)})


def with_payload(envelope, change):
    """Return an envelope whose payload says something else."""
    said = json.loads(envelope)
    payload = json.loads(base64.b64decode(said["payload"]))
    change(payload)
    return canonical({**said, "payload": base64.b64encode(canonical(payload)).decode()})


def turned(body):
    """Turn a result's verdict."""
    body["verdict"] = "FAIL" if body.get("verdict") == "PASS" else "PASS"


def altered_record(record, *, seq, chained, change=turned):
    """Change what an entry of a record says; with `chained`, compute all hashes anew as a knowing forger does."""
    connection = sqlite3.connect(record)
    connection.execute("PRAGMA writable_schema = ON")
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    (body,) = connection.execute("SELECT body FROM entry WHERE seq = ?", (seq,)).fetchone()
    changed = json.loads(body)
    change(changed)
    connection.execute("UPDATE entry SET body = ? WHERE seq = ?", (canonical(changed).decode(), seq))
    if chained:
        previous = GENESIS
        for row in connection.execute("SELECT seq, t_ns, kind, name, body, data FROM entry ORDER BY seq").fetchall():
            previous = entry_hash(previous, *row)
            connection.execute("UPDATE entry SET hash = ? WHERE seq = ?", (previous, row[0]))
    for _, sql in triggers:
        connection.execute(sql)
    connection.commit()
    connection.close()
