"""From scores to lists: calibration and policy, safety flags, and the job that is saved as it runs."""
