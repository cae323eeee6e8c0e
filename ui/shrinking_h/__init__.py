"""What belongs to the page Shrinking h alone: choices, charts, words, scenarios."""
