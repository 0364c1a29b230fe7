"""Many runs together: repeats, gage studies, capability, control charts."""
