"""A made-up hospital whose orders really follow the stated probabilities."""

import numpy as np

from lamo_desktop.validate.outcomes import Outcomes


def hospital(n=300, d=25, seed=0, visits=1.3, tilt=1.0, shift=0.0) -> Outcomes:
    """n admissions; a patient effect ties visits together; `tilt` and `shift` spoil the model's calibration."""
    rng = np.random.default_rng(seed)
    patient = np.sort(rng.integers(0, max(1, int(n / visits)), n))
    base = np.sort(rng.normal(-2.0, 1.2, d))[::-1]
    codes = rng.random((n, 40)) < 0.15
    effects = np.where(rng.random((40, d)) < 0.1, rng.normal(0, 1.2, (40, d)), 0.0)
    truth = base + codes @ effects + 0.5 * rng.normal(size=(patient.max() + 1, 1))[patient]
    ordered = rng.random((n, d)) < 1 / (1 + np.exp(-truth))
    p = (1 / (1 + np.exp(-(tilt * truth + shift)))).astype(np.float32)
    interacting = np.triu(rng.random((d, d)) < 0.1, 1)
    threshold = np.full(d, np.sort(p, axis=None)[-int(ordered.sum())], dtype=np.float64)
    return Outcomes(
        admission_ids=tuple(f"a{i}" for i in range(n)),
        patient_ids=tuple(f"p{i}" for i in patient),
        drugs=tuple(f"drug {chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(d)),
        probabilities=p,
        recommended=p >= threshold,
        ordered=ordered,
        thresholds=threshold,
        interacting=interacting | interacting.T,
        interaction_source="made up",
        drug_classes=tuple(f"class {i % 5}" for i in range(d)),
        labels={
            "age band": tuple(rng.choice(["18-44", "45-64", "65-79", "80+"], n)),
            "sex": tuple(rng.choice(["female", "male"], n)),
            "unit": tuple(rng.choice(["MICU", "SICU", "CCU"], n)),
        },
        codes=tuple(tuple(f"dx:{j}" for j in np.flatnonzero(row)) for row in codes),
        n_outside=rng.integers(0, 3, n),
        n_unmapped=rng.integers(0, 2, n),
        outside={"rare drug": 3},
        unmapped={"XYZ 5": 2},
        missing={"age": 2},
        seconds=rng.random(n) + 1,
        prefix_tokens=rng.integers(200, 900, n),
        attrition=(("admissions in the export", n + 10, 0, ""), ("adults", n, 10, "under 18")),
        model={"name": "made up", "version": "1", "fine_tuned": True},
    )
