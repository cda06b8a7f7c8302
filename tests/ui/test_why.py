"""The panel Why: what drug knowledge says stands in words above what the parts left out carry."""

from pytestqt.qtbot import QtBot

from lamo_desktop.admissions.cohort import Observation
from lamo_desktop.model.knowledge_terms import TOPICS, Reason
from lamo_desktop.recommend.explain import Effect, FindingShare
from lamo_desktop.ui.review.why import WhyPanel


def test_why_says_what_the_drug_is_given_for_and_where_it_is_named(qtbot: QtBot) -> None:
    panel = WhyPanel()
    qtbot.addWidget(panel)
    reasons = (
        Reason("problems", "sepsis", "sepsis, pulmonary", 1.3),
        Reason("home medications", "", "vancomycin", 2.0),
        Reason("allergies", "", "vancomycin", -1.4),
    )
    panel.show_drug("vancomycin", [Effect("nothing", "", "", 0.4, 0.0, reasons)], usable=True)
    assert panel.reasons.text().split("\n") == [
        "•  Given for sepsis; the patient has: sepsis, pulmonary",
        "•  On the home medication list: vancomycin",
        "•  Against it, a recorded allergy: vancomycin",
    ]
    panel.show_drug("aspirin", [Effect("nothing", "", "", 0.4, 0.0)], usable=True)
    assert panel.reasons.text() == "" and panel.reasons.isHidden()


def test_every_topic_has_a_sentence(qtbot: QtBot) -> None:
    panel = WhyPanel()
    qtbot.addWidget(panel)
    every = tuple(Reason(topic, "pain", "headache", 1.0) for topic in TOPICS)
    panel.show_drug("aspirin", [Effect("nothing", "", "", 0.4, 0.0, every)], usable=True)
    sentences = panel.reasons.text().split("\n")
    assert len(set(sentences)) == len(TOPICS) and all("headache" in sentence for sentence in sentences)


def test_findings_are_named_with_their_values_and_what_they_add(qtbot: QtBot) -> None:
    panel = WhyPanel()
    qtbot.addWidget(panel)
    findings = (
        FindingShare(Observation("creatinine", 2.3, "mg/dL"), "very high", -0.7),
        FindingShare(Observation("intubated", 0.0, ""), "no", 0.1),
        FindingShare(Observation("dialysis", 1.0, ""), "yes", 0.06),
        FindingShare(Observation("potassium", 4.1, "mmol/L"), "normal", 0.02),
        FindingShare(Observation("platelets", 210.0, "10^9/L"), "normal", -0.003),
    )
    panel.show_drug("enoxaparin", [Effect("nothing", "", "", 0.4, 0.0, findings=findings)], usable=True)
    assert panel.reasons.text().split("\n") == [
        "•  Finding: creatinine 2.3 mg/dL, very high (0.5 times the odds)",
        "•  Finding: not intubated (1.1 times the odds)",
        "•  Finding: on dialysis (1.1 times the odds)",
    ]
