"""The Noise page: batches, order, late gradients, and what is minimized instead of the aim."""
