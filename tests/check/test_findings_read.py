"""What Check says of the findings of an export."""

from lamo_desktop.admissions.cohort import Admission, Cohort, Observation, Source
from lamo_desktop.check.account import audit_lines
from lamo_desktop.check.findings import finding_lines, findings_read
from lamo_desktop.check.leakage import audit
from lamo_desktop.formulary import load_formulary

WORST = Observation("creatinine", 2.3, "mg/dL", worst=True)
TIMED = Observation("creatinine", 1.1, "mg/dL", -3.0, written="µmol/L", source="Labs!C2")
COHORT = Cohort(
    (
        Admission("1", "p1", orders=("aspirin",), observations=(TIMED, WORST)),
        Admission("2", "p2", orders=("heparin",), observations=(WORST, Observation("GCS", 7, worst=True))),
        Admission("3", "p3", orders=()),
    ),
    Source("export", {}, "eicu"),
    unread_values={"potassium": 4},
)


def test_every_finding_is_counted_with_its_units_and_what_was_set_aside() -> None:
    found = {each.name: each for each in findings_read(COHORT)}
    assert list(found) == ["creatinine", "potassium", "GCS"]
    creatinine = found["creatinine"]
    assert (creatinine.admissions, creatinine.converted, creatinine.units, creatinine.worst) == (2, 1, ("µmol/L",), 1)
    assert (found["potassium"].admissions, found["potassium"].set_aside) == (0, 4)
    lines = list(finding_lines(COHORT))
    assert lines[0] == "findings of the first day, in 2 of 3 admissions:"
    assert "from Labs!C2, 1 converted from µmol/L" in lines[1] and "4 values set aside" in lines[2]
    assert "as old as the orders" in lines[-1] and "(2 admissions)" in lines[-1]
    assert not list(finding_lines(Cohort((Admission("1", "p"),), Source("export", {}, "flat"))))


def test_the_leakage_audit_says_how_old_findings_are() -> None:
    found = audit(COHORT.admissions, {}, load_formulary())
    assert (found.known_before, found.as_old_as_orders) == (1, 2)
    (said,) = (line for line in audit_lines(found) if "findings" in line)
    assert "2 have the worst value of the first 24 hours, which is as old as the orders" in said
