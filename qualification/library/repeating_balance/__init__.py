"""A balance that says again what it said a minute ago: a defect of the rig, as an instrument of its own."""
