"""The report as data: one JSON document with a schema and a version."""
