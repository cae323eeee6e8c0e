"""What belongs to the page Gradient flow alone: choices, charts, words, scenarios."""
