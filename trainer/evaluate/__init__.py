"""The benchmark: packages and simple models on the same rows, and drugs that no model was trained on."""
