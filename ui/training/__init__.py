"""What belongs to the page Training alone: choices, charts, words, scenarios."""
