"""What belongs to the page Slow neuron alone: choices, charts, words, scenarios."""
