"""Streaming: InfluxDB is fed from the run record, by a process of its own that may be away, killed or late."""
