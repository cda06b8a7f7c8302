"""The `lamo-train` command: a cohort with orders becomes a calibrated model package, and a package its figures.

Exit codes as for `lamo`: 0 done, 2 unusable input or usage, 3 the model or the engine failed, 130 cancelled.
"""

import argparse
import sys
from collections.abc import Callable, Sequence

from lamo_desktop.errors import LamoError
from trainer.cli.calibrate import add_calibrate, run_calibrate
from trainer.cli.cohort import add_cohort, run_cohort
from trainer.cli.evaluate import add_evaluate, run_evaluate
from trainer.cli.export import add_export, run_export
from trainer.cli.fit import add_fit, run_fit


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code. Every failure is one sentence on stderr, never a traceback."""
    options = parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], None] = options.run
    try:
        run(options)
    except LamoError as error:
        print(f"lamo-train: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("lamo-train: cancelled; scores made so far are kept.", file=sys.stderr)
        return 130
    except MemoryError:
        print("lamo-train: the computer's memory is not enough for this cohort.", file=sys.stderr)
        return 3
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        print(f"lamo-train: {error.strerror or error}{where}.", file=sys.stderr)
        return 2
    return 0


def parser() -> argparse.ArgumentParser:
    """The command line with every option and its default."""
    top = argparse.ArgumentParser(prog="lamo-train", description="Train, calibrate and judge model packages for lamo.")
    verbs = top.add_subparsers(required=True, metavar="COMMAND")

    add_cohort(
        _verb(verbs, "cohort", run_cohort, "read an export with orders and split it into training and test rows")
    )
    add_fit(_verb(verbs, "fit", run_fit, "train adapters on a cohort's training rows by a recipe"))
    add_export(_verb(verbs, "export", run_export, "write a trained run as a model package of GGUF files"))
    add_calibrate(
        _verb(verbs, "calibrate", run_calibrate, "score tuning rows, fit each drug's calibration and the thresholds")
    )
    add_evaluate(
        _verb(verbs, "evaluate", run_evaluate, "judge packages on some rows beside simple models, in one table")
    )
    return top


def _verb(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    run: Callable[[argparse.Namespace], None],
    purpose: str,
) -> argparse.ArgumentParser:
    defaults = argparse.ArgumentDefaultsHelpFormatter
    verb = verbs.add_parser(name, help=purpose, description=f"{purpose.capitalize()}.", formatter_class=defaults)
    verb.set_defaults(run=run)
    return verb
