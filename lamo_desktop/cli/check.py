"""`lamo check`: read an export and tell everything about how it was read, without scoring."""

from collections.abc import Callable, Iterable

from lamo_desktop.admissions.mapping import Export, save_profile
from lamo_desktop.admissions.read import nobody_left, read_export
from lamo_desktop.check.account import (
    account_lines,
    audit_lines,
    excluded_lines,
    mapping_lines,
    not_understood_lines,
    order_lines,
    unmapped_lines,
)
from lamo_desktop.check.findings import finding_lines
from lamo_desktop.check.leakage import Audit, audit, notes_of
from lamo_desktop.check.workbook import names_to_confirm, write_check, write_quarantine
from lamo_desktop.cli.options import Check
from lamo_desktop.errors import InputError
from lamo_desktop.files import check_writable, replacing
from lamo_desktop.formulary import Formulary, confirmed_names, load_formulary, write_site_names
from lamo_desktop.progress import Progress, Reporter


def check(options: Check) -> int:
    """Print columns, attrition, problems and unknown names; write what was asked for; 1 with `--strict` if rows left.

    An export without a single eligible admission is told like any other and then raises InputError.
    """
    for target, suffix in (
        (options.xlsx, ".xlsx"),
        (options.quarantine, ".xlsx"),
        (options.save_profile, ".yaml"),
        (options.save_names, ".csv"),
    ):
        if target is not None:
            check_writable(target, suffix, options.input)
    formulary = load_formulary(options.names, options.interactions, options.knowledge)
    told = _told(Reporter(options.progress))
    export = read_export(
        options.input, formulary, options.profile, told, order_window=options.order_window, encoding=options.encoding
    )
    cohort = export.cohort
    found = audit(cohort.admissions, notes_of(export, options.input), formulary) if options.audit else None
    orders = "with orders to compare with" if cohort.has_orders else "without orders to compare with"
    _print_all(mapping_lines(export))
    print(f"{len(cohort.admissions):,} admissions can be scored, {orders}")
    _print_all(order_lines(cohort))
    _print_all(account_lines(cohort))
    _print_all(excluded_lines(cohort))
    _print_all(finding_lines(cohort))
    _print_all(unmapped_lines(cohort, formulary))
    _print_all(not_understood_lines(cohort))
    if found is not None:
        _print_all(audit_lines(found))
    _save(export, formulary, options, found)
    if not cohort.admissions:
        raise InputError(nobody_left(cohort))
    return 1 if options.strict and cohort.set_aside else 0


def _told(reporter: Reporter) -> Callable[[str, float], None]:
    return lambda message, share: reporter(Progress("reading", round(100 * share), 100, message=message))


def _print_all(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)


def _save(export: Export, formulary: Formulary, options: Check, found: Audit | None) -> None:
    """Write the files that were asked for and say so."""
    if options.xlsx is not None:
        write_check(export, formulary, options.xlsx, found)
        print(f"Workbook: {options.xlsx}")
    if options.quarantine is not None:
        rows = write_quarantine(export, options.input, options.quarantine)
        print(f"Quarantine: {options.quarantine} ({rows:,} rows); repair them there and check it like any export")
    if options.save_profile is not None:
        with replacing(options.save_profile) as scratch:
            named = scratch.parent / options.save_profile.name  # the name of the file is the name of the profile
            save_profile(export, named)
            scratch.write_bytes(named.read_bytes())
        print(f"Profile: {options.save_profile}; use it with --profile {options.save_profile}")
    if options.save_names is not None:
        confirmed = confirmed_names(options.names) if options.names is not None else []
        with replacing(options.save_names) as scratch:  # it may hold what people have confirmed: all or nothing
            rows = write_site_names(scratch, names_to_confirm(export, formulary, confirmed))
        print(f"Names: {options.save_names} ({rows:,} rows); fill in 'ingredients', then use it with --names")
