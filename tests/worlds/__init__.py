"""Worlds in which doses are weighed, as records with a known truth: how often does the evaluation say what is so?

The physics is written here from public references and shares nothing with `rig.metrology`. `catalogue.py` has the
worlds, `make coverage` the table of them (docs/coverage.md).
"""
