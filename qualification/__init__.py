"""Proof of the rig itself: which seeded defects its plans find, and whether a bench is fit today."""
