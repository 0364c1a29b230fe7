"""What keeps the pump from running on: stopping it by every path there is, and ending a run in good order.

Beyond this room, the pump's own link watchdog stops it when it no longer hears the rig, and `Bench` stops polling it
when the plan shows no more signs of life.
"""
