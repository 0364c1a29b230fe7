"""The writer's locks on its record outlast its own looks at it: the system takes them away with any descriptor."""

import sys

from rig.record.bodies.others import Note
from rig.record.reader import RecordReader

# SQLite's shared range: what a process that writes by a journal holds a read lock on for as long as it is connected.
IS_FREE = """
import fcntl, sys
with open(sys.argv[1], "rb+") as file:
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 510, 0x40000002)
        print("free")
    except OSError:
        print("held")
"""


def test_they_are_held_after_the_writer_has_read_its_own_record(record, children):
    record.note(Note("remark", {}))
    with RecordReader(record.path) as reader:
        reader.counts()
    assert children.run([sys.executable, "-c", IS_FREE, str(record.path)]).stdout == "held\n"
