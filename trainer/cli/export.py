"""The verb `lamo-train export`: its options, and what it runs."""

import argparse
from pathlib import Path

from lamo_desktop.formulary import load_formulary
from lamo_desktop.model.package import load_package
from trainer.cli.options import say

PRECISIONS = ("F16", "Q8_0", "Q4_K_M")


def add_export(export: argparse.ArgumentParser) -> None:
    """Options of `lamo-train export`."""
    export.add_argument("run_folder", type=Path, metavar="RUN", help="a folder made by `lamo-train fit`")
    export.add_argument(
        "-o", "--output", type=Path, required=True, metavar="PACKAGE", help="the package folder to write"
    )
    export.add_argument(
        "--base", type=Path, metavar="FILE.gguf", help="the base as GGUF; the embedded package's by default"
    )
    export.add_argument("--name", default="lamo-trained", help="name of the package")
    export.add_argument("--version", default="0.1.0", help="version of the package")
    export.add_argument("--licence", default="", help="licence of the adapters")
    export.add_argument(
        "--merge", choices=PRECISIONS, help="merge a single whole-prompt adapter into the base at this precision"
    )
    export.add_argument("--threads", type=int, default=1, help="CPU threads for quantising")


def run_export(options: argparse.Namespace) -> None:
    """Write a run as a model package: GGUF adapters beside the base, or one merged base."""
    from trainer.fit.run_folder import load_run
    from trainer.package.export import export_adapters, export_merged

    run, formulary = load_run(options.run_folder), load_formulary()
    start = load_package()
    base = options.base or start.base_path
    about = {"name": options.name, "version": options.version, "licence": options.licence}
    if options.merge:
        export_merged(run, base, options.output, options.merge, formulary.drug_class, about, options.threads)
    else:
        source = start.base_source if base.name == start.base_file else ""
        export_adapters(run, base, options.output, formulary.drug_class, {**about, "base_source": source})
    say(f"wrote {options.output}: now run `lamo-train calibrate COHORT --model {options.output} -o PACKAGE`")
