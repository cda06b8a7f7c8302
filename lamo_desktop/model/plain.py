"""Any GGUF language model as an untuned package: asked the LAMO way, it lists every drug that it answers Yes to."""

from collections.abc import Sequence
from pathlib import Path

from lamo_desktop.errors import ModelError
from lamo_desktop.files import sha256_of
from lamo_desktop.model.gguf_header import header_strings
from lamo_desktop.model.package import Drug, ModelPackage
from lamo_desktop.model.prompt import PROMPT_VERSION


def plain_package(
    weights: Path, vocabulary: Sequence[Drug], policies: Sequence[str], context_tokens: int
) -> ModelPackage:
    """The model in a GGUF file, with the candidates of `vocabulary` and no calibration.

    Its probability of a drug is sigmoid(logit_yes - logit_no), and every policy lists a drug when Yes is more likely
    than No, as LAMO does. Raises ModelError when the file is missing or not a GGUF file.
    """
    if not weights.is_file():
        raise ModelError(f"There is no model file {weights}.")
    architecture = header_strings(weights).get("general.architecture", "unknown")
    drugs = [Drug(drug.name, 0.0, 1.0, 0.0, drug_class=drug.drug_class, n_train=0) for drug in vocabulary]
    return ModelPackage(
        path=weights.parent,
        name=weights.stem,
        version="as it is",
        fine_tuned=False,
        label=f"{weights.name}, untuned, asked yes or no for each drug",
        base_file=weights.name,
        base_sha256=sha256_of(weights),
        architecture=architecture,
        prompt_version=PROMPT_VERSION,
        context_tokens=context_tokens,
        adapters=(),
        drugs=tuple(drugs),
        policies=dict.fromkeys(policies, 0.0),
    )
