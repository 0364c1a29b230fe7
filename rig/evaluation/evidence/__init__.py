"""What every instrument, book and clock of a bench says about one plan, compared by itself.

A module of this folder that holds `WITNESS` is found unaided (`rig.evaluation.witnesses`): adding a witness is adding a
file. Nobody asks for it: each plan's record is compared when its claims are settled, and nothing that it contradicts
stays a PASS.
"""
