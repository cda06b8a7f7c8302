"""A job as a person looks at it: its results as arrays, its comparison with other models, questions to the model."""
