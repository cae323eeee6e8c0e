"""What belongs to the page Steps alone: choices, charts, words, lessons' marks."""
