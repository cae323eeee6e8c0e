"""The component that stays mounted and answers while the hand still moves."""
