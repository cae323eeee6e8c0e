"""What belongs to the page Race alone: choices, charts, words, scenarios."""
