"""What a pump's doses are asked: boluses, cycles, changes of rate, occlusion, reservoir, clock."""
