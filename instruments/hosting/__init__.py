"""Puts twins where unmodified drivers find them (pseudo-terminals, TCP, gRPC), on wires that can be made faulty."""
