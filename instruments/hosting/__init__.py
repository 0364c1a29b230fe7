"""Puts twins on pseudo-terminals, TCP sockets and gRPC, where unmodified drivers find them."""
