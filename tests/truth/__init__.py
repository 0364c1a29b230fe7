"""Whole runs over the wire, against pumps and worlds that are wrong in one way each: what is said must be true.

What the evaluation makes of any pump by itself is in `make test`. Plans of the catalogue that look for one fault each
are nightly (`test_plans_*`): a quick qualification stands for them in `make test`, the detection matrix asks them all.
"""
