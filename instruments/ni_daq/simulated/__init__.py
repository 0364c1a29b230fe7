"""The simulated device behind the twin, from the converter up to NI's gRPC methods."""
