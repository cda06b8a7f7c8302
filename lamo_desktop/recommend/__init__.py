"""From scores to lists: calibration and policy, safety flags, why. Nothing here reads or writes a file."""
