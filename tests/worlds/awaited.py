"""Worlds that the evaluation does not hold yet. Their rows must keep the same; the runner tells what they fail."""

AWAITED = {
    "creep": "it is more than the loss may stray by the bench file (0.01 mg/h), and comes and goes with the window",
    "tared": "the pump's books and the programme are compared across a tare as if nothing had been shifted",
}
