"""Every hand-written rule cites a label of one of the drugs it is about."""

import re

from lamo_desktop.formulary import Formulary, load_formulary
from lamo_desktop.formulary.fixed_combinations import parts_of
from lamo_desktop.formulary.rules import Rule

LABEL = re.compile(r"(?:FDA label|EMA product information) of ([^,(]+?)(?: \(of the class of ([^)]+)\))?,")


def about(drugs: tuple[str, ...], title: str, formulary: Formulary) -> bool:
    match = LABEL.match(title)
    if title == "FDA labels of these drugs":
        return True
    if match is None:
        return "label" not in title and "{" not in title
    named = {*drugs, *(part for drug in drugs for part in parts_of(drug))}
    label = {match[1], *formulary.map(match[1]).ingredients}
    if match[2]:
        classes = {formulary.drug_class(name) for name in label}
        return match[2] in named and formulary.drug_class(match[2]) in classes
    return bool(label & named)


def test_pairs_cite_a_label_of_their_own_drugs() -> None:
    formulary = load_formulary()
    pairs: dict[tuple[str, str], Rule] = {}
    for one, partners in formulary.rules.partners.items():
        pairs |= {(min(one, other), max(one, other)): rule for other, rule in partners.items()}
    wrong = [
        (pair, rule.source.title)
        for pair, rule in pairs.items()
        if not about(
            pair, rule.source.said_of(pair, [group for group, _ in rule.needs], formulary.drug_class).title, formulary
        )
    ]
    assert wrong == []


def test_contraindications_cite_a_label_of_their_own_drugs() -> None:
    formulary = load_formulary()
    wrong = [
        (drug, entry.name, entry.source.title)
        for drug, entries in formulary.rules.by_condition.items()
        for entry in entries
        if not about((drug,), entry.source.said_of((drug,), (entry.drugs,), formulary.drug_class).title, formulary)
    ]
    assert wrong == []
