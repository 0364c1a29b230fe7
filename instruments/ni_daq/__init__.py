"""An NI data acquisition device: sampled analogue inputs, an edge counter and the interlock relay's line."""
