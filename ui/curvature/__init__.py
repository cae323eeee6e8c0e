"""What belongs to the page Curvature alone: choices, charts, words."""
