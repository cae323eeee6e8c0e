"""Components that stay mounted and answer while the hand still moves."""
