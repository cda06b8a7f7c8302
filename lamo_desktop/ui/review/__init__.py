"""The page Review: one admission's list, why, what if, and the analyst's marks."""
