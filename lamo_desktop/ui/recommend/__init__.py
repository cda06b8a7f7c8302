"""The page Recommend: a run with its model, its candidates and its first results."""
