"""Training: a recipe and a cohort become adapters in a run folder. Needs PyTorch."""
