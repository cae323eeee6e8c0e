"""What belongs to the page Recurrent alone: a scene for each view, its charts and its words."""
