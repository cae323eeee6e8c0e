"""What belongs to the page Check a network alone: choices, charts, words, scenarios."""
