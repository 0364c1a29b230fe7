"""A process of its own that stops the pump when the run no longer can: what it is told, what it does, how it is kept.

The run's side is `keeper`; what both sides say to each other is in `orders`; the process itself is `__main__`.
"""
