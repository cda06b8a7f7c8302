"""The rules a pharmacist checks orders by: shipped ones hold, a site's own stand above them, bad ones are refused."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from lamo_desktop.errors import InputError
from lamo_desktop.formulary import Formulary, load_formulary
from lamo_desktop.formulary.rules import Hit
from lamo_desktop.formulary.tables import rows
from lamo_desktop.paths import resource


@pytest.fixture(scope="module")
def formulary() -> Formulary:
    return load_formulary()


def hits(formulary: Formulary, drugs: Iterable[str], home: Iterable[str] = (), *conditions: str) -> list[Hit]:
    found = formulary.rules.conditions(conditions, (), ())
    return formulary.rules.hits(frozenset(drugs), frozenset(home), found)


@pytest.mark.parametrize(
    ("drugs", "severity"),
    [
        ("fentanyl lorazepam", "serious"),
        ("fentanyl morphine oxycodone", "caution"),
        ("pantoprazole famotidine", "caution"),
        ("aspirin heparin", "caution"),
        ("aspirin clopidogrel", "caution"),
        ("warfarin aspirin", "caution"),
        ("warfarin heparin", "caution"),
        ("warfarin enoxaparin", "caution"),
        ("warfarin metronidazole", "serious"),
        ("warfarin ibuprofen", "serious"),
        ("warfarin amiodarone", "serious"),
        ("clopidogrel omeprazole", "caution"),
        ("lisinopril spironolactone", "caution"),
        ("digoxin amiodarone", "serious"),
        ("linezolid sertraline", "serious"),
        ("phenelzine sertraline", "contraindicated"),
        ("sildenafil nitroglycerin", "contraindicated"),
        ("haloperidol methadone", "serious"),
        ("warfarin aspirin clopidogrel", "serious"),
        ("heparin enoxaparin", "serious"),
        ("omeprazole pantoprazole", "caution"),
        ("sildenafil nitroprusside", "contraindicated"),
        ("clozapine carbamazepine", "serious"),
        ("selegiline dopamine", "serious"),
        ("ranolazine diltiazem", "caution"),
        ("citalopram fluconazole", "caution"),
        ("adenosine dipyridamole", "caution"),
        ("oxycodone baclofen", "caution"),
        ("promethazine hydromorphone", "note"),
    ],
)
def test_what_every_pharmacist_checks_is_one_finding(formulary: Formulary, drugs: str, severity: str) -> None:
    (hit,) = hits(formulary, drugs.split())
    assert hit.severity == severity
    assert hit.drugs == frozenset(drugs.split())
    assert hit.rule.reason and hit.rule.source.title and hit.rule.source.dated


@pytest.mark.parametrize(
    "drugs",
    [
        ("potassium chloride", "atropine"),
        ("aspirin", "ascorbic acid"),
        ("insulin aspart", "insulin lispro"),
        ("piperacillin", "tazobactam"),
        ("sulfamethoxazole", "trimethoprim"),
        ("fentanyl", "morphine"),
        ("aspirin", "furosemide"),
        ("docusate", "bisacodyl"),
        ("rocuronium", "succinylcholine"),
        ("warfarin", "acetaminophen"),
        ("ephedrine", "phenylephrine"),
    ],
)
def test_what_a_ward_pharmacist_would_not_say_is_no_finding(formulary: Formulary, drugs: tuple[str, ...]) -> None:
    assert hits(formulary, drugs) == []


def test_a_set_is_said_once_with_all_its_drugs_and_not_pair_by_pair(formulary: Formulary) -> None:
    found = hits(formulary, ("aspirin", "clopidogrel", "heparin"))
    assert [sorted(hit.drugs) for hit in found] == [["aspirin", "clopidogrel", "heparin"]]
    found = hits(formulary, ("piperacillin", "tazobactam", "vancomycin"))
    assert [sorted(hit.drugs) for hit in found] == [["piperacillin", "vancomycin"]]


def test_a_graver_pair_is_said_beside_the_set(formulary: Formulary) -> None:
    severities = {hit.severity for hit in hits(formulary, ("nalbuphine", "morphine", "oxycodone"))}
    assert severities == {"caution", "serious"}


def test_what_is_usual_in_a_condition_is_only_noted(formulary: Formulary) -> None:
    (hit,) = hits(formulary, ("fentanyl", "midazolam"), (), "Acute respiratory failure, mechanically ventilated")
    assert hit.severity == "note"


def test_a_home_medication_makes_a_finding_that_is_a_tier_less_grave(formulary: Formulary) -> None:
    (hit,) = hits(formulary, ("ibuprofen",), ("warfarin",))
    assert (hit.severity, hit.drugs, hit.home) == ("caution", {"ibuprofen"}, {"warfarin"})
    (hit,) = hits(formulary, ("warfarin", "ibuprofen"), ("warfarin",))
    assert (hit.severity, hit.home) == ("serious", frozenset())
    assert hits(formulary, (), ("warfarin", "ibuprofen")) == []
    assert hits(formulary, ("enalapril",), ("lisinopril",)) == []  # the hospital's own of the same class


@pytest.mark.parametrize(
    ("drug", "text", "severity"),
    [
        ("acetaminophen", "Overdose, analgesic (aspirin, acetaminophen)", "contraindicated"),
        ("acetaminophen", "acetaminophen overdose", "contraindicated"),
        ("acetaminophen", "acute liver failure", "contraindicated"),
        ("acetaminophen", "cirrhosis: ascites", "caution"),
        ("metformin", "metabolic acidosis, lactic acidosis", "contraindicated"),
        ("metformin", "ESRD (end stage renal disease)", "contraindicated"),
        ("metformin", "acute renal failure", "serious"),
        ("ibuprofen", "upper GI bleeding", "contraindicated"),
        ("ibuprofen", "chronic kidney disease", "serious"),
        ("metoprolol", "status asthmaticus", "serious"),
        ("metoprolol", "third degree heart block", "serious"),
        ("potassium chloride", "hyperkalemia", "contraindicated"),
    ],
)
def test_a_condition_speaks_against_a_drug(formulary: Formulary, drug: str, text: str, severity: str) -> None:
    conditions = formulary.rules.conditions((text,), (), ())
    assert {entry.severity for entry in formulary.rules.contraindicated(drug, conditions)} == {severity}


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("HIT II 2018", True),
        ("HIT type II", True),
        ("Z. n. HIT Typ II", True),
        ("HIT 2", True),
        ("HIT 2 (2018)", True),
        ("HIT 2018", True),
        ("HIT", True),
        ("Heparin-induzierte Thrombozytopenie", True),
        ("pedestrian hit 2 days ago", False),
        ("no HIT", False),
    ],
)
def test_heparin_induced_thrombocytopenia_is_known_by_its_short_names(
    formulary: Formulary, text: str, known: bool
) -> None:
    conditions = formulary.rules.conditions((), (text,), ())
    assert bool(formulary.rules.contraindicated("heparin", conditions)) == known


@pytest.mark.parametrize(
    "text",
    [
        "no acute renal failure",
        "GI bleeding ruled out",
        "diverticulosis without mention of gi bleed",
        "h/o GI bleeding",
        "denies acetaminophen overdose",
        "aspirin taken at home",
        "",
    ],
)
def test_what_is_denied_or_long_past_is_no_condition(formulary: Formulary, text: str) -> None:
    conditions = formulary.rules.conditions((text,), (), ())
    assert formulary.rules.contraindicated("ketorolac", conditions) == []
    assert formulary.rules.contraindicated("acetaminophen", conditions) == []


def test_the_past_history_knows_lasting_conditions_only(formulary: Formulary) -> None:
    past = formulary.rules.conditions((), ("upper GI bleeding", "CHF"), ())
    assert [entry.name for entry in formulary.rules.contraindicated("ibuprofen", past)] == ["heart failure"]


@pytest.mark.parametrize("code", ["icd:276.7", "icd:2767", "dx:E87.5", "dx:e875"])
def test_icd_codes_name_conditions(formulary: Formulary, code: str) -> None:
    conditions = formulary.rules.conditions((), (), (code, "age:578", "med:586", "icd:nonsense"))
    assert formulary.rules.contraindicated("potassium chloride", conditions)
    assert formulary.rules.contraindicated("ketorolac", conditions) == []


def test_a_site_s_rows_stand_above_the_shipped(tmp_path: Path) -> None:
    (tmp_path / "pairs.csv").write_text(
        "a,b,severity,reason,source,dated,link\n"
        "aspirin,heparin,none,usual here,our committee,2026-01,\n"
        "metoprolol,lisinopril,note,a local study,our committee,2026-01,https://example.org\n"
    )
    (tmp_path / "sets.csv").write_text(
        "name,needs,kind,severity,usual_in,reason,source,dated,link\n"
        "acid suppression,proton pump inhibitor + h2 blocker,duplicate class,none,,usual here,our committee,2026-01,\n"
        "two vitamins,thiamine + folic acid,interaction,note,,just to see,our committee,2026-01,\n"
    )
    (tmp_path / "contraindications.csv").write_text(
        "drugs,condition,when,words,codes,severity,reason,source,dated,link\n"
        "ketorolac,gastrointestinal bleeding,now,gi bleeding,,note,our view,our committee,2026-01,\n"
    )
    own = load_formulary(knowledge=tmp_path)
    assert hits(own, ("aspirin", "heparin")) == [] and hits(own, ("pantoprazole", "famotidine")) == []
    assert [hit.rule.source.link for hit in hits(own, ("metoprolol", "lisinopril"))] == ["https://example.org"]
    assert [hit.rule.reason for hit in hits(own, ("thiamine", "folic acid"))] == ["just to see"]
    bleeding = own.rules.conditions(("gi bleeding",), (), ())
    assert [entry.severity for entry in own.rules.contraindicated("ketorolac", bleeding)] == ["note"]
    assert [entry.severity for entry in own.rules.contraindicated("ibuprofen", bleeding)] == ["contraindicated"]
    assert own.knowledge_sha256["site pairs.csv"] != own.knowledge_sha256["pairs.csv"]


def test_one_file_of_a_site_is_told_by_its_columns(tmp_path: Path) -> None:
    table = tmp_path / "ours.csv"
    table.write_text("a;b;severity;reason;source;dated;link\naspirin;heparin;serious;stop;we;2026;\n")
    assert [hit.severity for hit in hits(load_formulary(knowledge=table), ("aspirin", "heparin"))] == ["serious"]


def test_a_site_s_interactions_are_findings(tmp_path: Path) -> None:
    table = tmp_path / "site.csv"
    table.write_text("drug_a,drug_b,severity\nTylenol,Zofran,major\nLasix,Zofran,moderate\n")
    own = load_formulary(interactions=table)
    assert [hit.severity for hit in hits(own, ("acetaminophen", "ondansetron"))] == ["serious"]
    assert [hit.severity for hit in hits(own, ("furosemide", "ondansetron"))] == ["caution"]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("pairs.csv", "a,b,severity,reason,source,dated,link\naspirin,foo,note,x,y,,\n", "row 2: 'foo' is neither"),
        ("pairs.csv", "a,b,severity,reason,source,dated,link\naspirin,heparin,bad,x,y,,\n", "row 2: severity 'bad'"),
        ("pairs.csv", "a,b,severity,reason,source,dated,link\naspirin,heparin,note,,y,,\n", "row 2: reason must"),
        ("groups.csv", "group,members\nmine,class:none\n", "row 2: 'class:none' is neither"),
        (
            "sets.csv",
            "name,needs,kind,severity,usual_in,reason,source,dated,link\na,opioid*x,interaction,note,,b,c,,\n",
            "row 2: 'opioid[*]x' does not end in a number",
        ),
        ("other.csv", "group,members\nmine,aspirin\n", "other.csv, which is no table"),
    ],
)
def test_a_bad_table_is_refused_with_file_and_row(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match=said):
        load_formulary(knowledge=tmp_path)


def test_every_rule_written_by_hand_names_a_source_with_its_date() -> None:
    for name in ("pairs", "sets", "contraindications", "cross_allergies"):
        for row, cells in rows(resource(f"knowledge/{name}.csv"), ("reason", "source", "dated")):
            assert all(cells), (name, row)
