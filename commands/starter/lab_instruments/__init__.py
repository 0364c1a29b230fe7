"""Instruments of this laboratory: a folder each, named in bench files as `lab_instruments.NAME.driver:Driver`."""
