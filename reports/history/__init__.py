"""Many runs together: which were asked for, what repeats, and a result over time with its statistics."""
