"""What belongs to the page Backprop graph alone: a scene for each view, its charts and its words."""
