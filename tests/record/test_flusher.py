"""What brings a record's journal to the disk ends when the record is closed, at whatever moment that is."""

import threading

from rig.record import disk
from rig.record.disk import Flusher
from tests.patience import patient


def test_it_ends_when_it_is_closed_between_its_look_and_its_flush(tmp_path, monkeypatch):
    made = []

    class ClosedMeanwhile(threading.Event):
        """An event of a flusher that is closed in the moment before its news are cleared."""

        def __init__(self):
            super().__init__()
            made.append(self)

        def clear(self):
            for one in made:
                one.set()
            super().clear()

    monkeypatch.setattr(disk, "FLUSH_EVERY_S", 0.0)
    with monkeypatch.context() as patched:
        patched.setattr(disk.threading, "Event", ClosedMeanwhile)
        flusher = Flusher(tmp_path / "journal of its own")
    (thread,) = (one for one in threading.enumerate() if one.name == "flushing journal of its own")
    flusher.appended()
    thread.join(patient(5.0))
    assert not thread.is_alive()
