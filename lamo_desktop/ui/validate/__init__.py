"""The page Validate: agreement with what was ordered, and adapting to the hospital."""
