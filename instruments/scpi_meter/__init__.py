"""Multimeters that speak SCPI."""
