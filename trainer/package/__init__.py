"""From a run to a package: export, the fitted terms beside the model, calibration and thresholds."""
