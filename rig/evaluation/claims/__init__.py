"""The kinds of claim, a file each: its name and unit, what a window is asked, how it is computed, how it is shown.

A module of this folder that holds `KINDS` is found unaided (`rig.evaluation.registry`): adding a kind of claim is
adding a file. A plan asks for it by `window.ask("its name", …)`.
"""
