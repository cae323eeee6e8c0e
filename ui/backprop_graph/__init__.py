"""What belongs to the page Backprop graph alone: its values, its graphs, a scene for each view."""
