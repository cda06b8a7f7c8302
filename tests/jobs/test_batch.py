from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lamo_desktop.admissions.cohort import AttritionStep
from lamo_desktop.errors import InputError
from lamo_desktop.formulary import Formulary, load_formulary
from lamo_desktop.jobs.batch import Progress, create_job, results, run_job
from lamo_desktop.jobs.store import JobStore
from lamo_desktop.model.package import Drug, ModelPackage
from lamo_desktop.model.process import EngineSettings
from lamo_desktop.recommend.policy import Policy
from lamo_desktop.recommend.recommendations import Recommendations
from tests.jobs.jobs import ADMISSIONS, COHORT, VOCABULARY, new_job, outcome, package, work


@pytest.fixture(scope="module")
def formulary() -> Formulary:
    return load_formulary()


def done(folder: Path, formulary: Formulary, candidates: tuple[str, ...] = VOCABULARY) -> Recommendations:
    with new_job(folder / "a.lamo", candidates=candidates) as store:
        store.start("0" * 64, {"device": "cpu"})
        store.record([outcome(item.ordinal, len(candidates)) for item in store.claim(9)])
        return results(store, package(), formulary)


def test_a_list_is_what_policy_makes_of_the_saved_scores(tmp_path: Path, formulary: Formulary) -> None:
    found = done(tmp_path, formulary)
    assert [item.state for item in found.items] == ["done", "done", "failed", "done"]
    for ordinal, item in enumerate(found.items):
        scores = outcome(ordinal).scores
        if scores is None:
            assert item.failed == "The model gave no number."
            assert np.isnan(item.probabilities).all()
            assert not item.recommended.any()
            assert (item.lines, item.flags) == ((), ())
        else:
            assert item.probabilities == pytest.approx(1 / (1 + np.exp(-scores.astype(np.float64))))
            probable = {d for d, s in zip(VOCABULARY, scores, strict=True) if s >= 0}
            withheld = {"aspirin"} & probable if ordinal == 0 else set()  # the first patient is allergic to it
            assert set(item.withheld) == withheld
            assert set(item.recommended_drugs) == probable - withheld


def test_lines_are_sorted_and_agree_with_the_orders(tmp_path: Path, formulary: Formulary) -> None:
    item = done(tmp_path, formulary).items[0]
    inside = [line for line in item.lines if line.probability is not None]
    assert [line.probability for line in inside] == sorted((line.probability for line in inside), reverse=True)
    assert {line.drug for line in item.lines} == {*item.recommended_drugs, *item.ordered_drugs}
    for line in item.lines:
        assert line.ordered == (line.drug in ADMISSIONS[0].orders)
        names = {(True, True): "both", (True, False): "recommended only", (False, True): "ordered only"}
        assert line.agreement == names[line.recommended, line.ordered]
    assert item.lines[-1].drug == "zzz-unlisted"
    assert [flag.kind for flag in item.lines[-1].flags] == ["not a candidate"]
    aspirin = next(line for line in item.lines if line.drug == "aspirin")
    assert 'Recorded allergy: "ASPIRIN". (ordered: aspirin)' in [flag.text for flag in aspirin.flags]
    assert (aspirin.recommended, aspirin.withheld, aspirin.agreement) == (False, "allergy to ASPIRIN", "ordered only")


def test_one_switch_shows_what_is_withheld_and_is_written_down(tmp_path: Path, formulary: Formulary) -> None:
    with new_job(tmp_path / "a.lamo") as store:
        work(store)
        usual = results(store, package(), formulary)
        shown = results(store, package(), formulary, Policy(show_withheld=True))
    assert usual.items[0].withheld == {"aspirin": "allergy to ASPIRIN"}
    assert shown.items[0].withheld == {}
    assert set(shown.items[0].recommended_drugs) == {*usual.items[0].recommended_drugs, "aspirin"}
    assert shown.figures.n_recommended == usual.figures.n_recommended + 1
    assert (usual.figures.n_withheld, shown.figures.n_withheld) == (1, 0)
    assert usual.provenance["policy"]["withheld_drugs"] == "kept off the list"
    assert shown.provenance["policy"]["withheld_drugs"] == "shown on the list"
    assert len(usual.provenance["formulary"]["knowledge_sha256"]["pairs.csv"]) == 64


def test_the_summary_counts_by_hand(tmp_path: Path, formulary: Formulary) -> None:
    found = done(tmp_path, formulary)
    figures = found.figures
    lists = [set(found.items[n].recommended_drugs) for n in (0, 1, 3)]
    orders = [{"aspirin", "metoprolol", "warfarin"}, {"lisinopril"}]
    both = [len(p & g) for p, g in zip(lists, orders, strict=False)]
    assert (figures.n_admissions, figures.n_scored, figures.n_failed, figures.n_pending) == (4, 3, 1, 0)
    assert figures.n_recommended == sum(map(len, lists))
    assert (figures.n_compared, figures.n_ordered, figures.n_both) == (2, 4, sum(both))
    assert figures.ratio == (len(lists[0]) + len(lists[1])) / 4
    assert figures.jaccard == pytest.approx(
        sum(b / len(p | g) for b, p, g in zip(both, lists, orders, strict=False)) / 2
    )
    assert (figures.n_outside, figures.n_unmapped) == (1, 1)
    assert figures.flags["allergy"] == 1
    assert figures.flags["context cut"] == figures.flags["low coverage"] == 1


def test_a_candidate_outside_the_vocabulary_is_scored_and_flagged(tmp_path: Path, formulary: Formulary) -> None:
    candidates = (*VOCABULARY, "atorvastatin", "newdrug")
    found = done(tmp_path, formulary, candidates)
    flagged = {drug for item in found.items for flag in item.flags if flag.kind == "unseen drug" for drug in flag.drugs}
    listed = {drug for item in found.items for drug in item.recommended_drugs}
    assert flagged == listed - set(VOCABULARY) != set()


def test_another_policy_needs_no_new_scores(tmp_path: Path, formulary: Formulary) -> None:
    with new_job(tmp_path / "a.lamo") as store:
        work(store)
        longer = results(store, package(), formulary, Policy(threshold_shift=-9.0))
        shorter = results(store, package(), formulary, Policy(threshold_shift=9.0))
        assert longer.figures.n_recommended + longer.figures.n_withheld == 3 * len(VOCABULARY)
        assert shorter.figures.n_recommended == 0
        assert (shorter.figures.ratio, shorter.figures.jaccard) == (0.0, 0.0)
        assert longer.provenance["policy"]["threshold_shift_logits"] == -9.0


def test_an_unfinished_job_has_results_too(tmp_path: Path, formulary: Formulary) -> None:
    with new_job(tmp_path / "a.lamo") as store:
        assert results(store, package(), formulary).figures.n_pending == 4
        work(store, 1)
        store.claim(1)
        found = results(store, package(), formulary)
        assert [item.state for item in found.items] == ["done", "pending", "pending", "pending"]


def test_only_the_first_admissions_when_limited(tmp_path: Path) -> None:
    with create_job(tmp_path / "a.lamo", COHORT, package(), EngineSettings(), VOCABULARY, Policy(), limit=3) as store:
        assert [item.admission for item in store.items()] == list(ADMISSIONS[:3])
        last = AttritionStep("first 3 admissions", 3, 1, "not scored: the run was limited")
        assert store.job().attrition == (*COHORT.attrition, last)


def test_jobs_that_cannot_be(tmp_path: Path) -> None:
    def create(cohort=COHORT, candidates=VOCABULARY, limit=None):
        return create_job(tmp_path / "a.lamo", cohort, package(), EngineSettings(), candidates, Policy(), limit)

    with pytest.raises(InputError, match="no admission that meets"):
        create(cohort=replace(COHORT, admissions=()))
    with pytest.raises(InputError, match="candidate drugs"):
        create(candidates=())
    with pytest.raises(InputError, match="candidate drugs"):
        create(candidates=("aspirin", "aspirin"))
    with pytest.raises(InputError, match="limit"):
        create(limit=0)
    assert list(tmp_path.iterdir()) == []


OTHER_DRUGS = (*package().drugs[1:], Drug("aspirin", 0.5, 1.0, 0.0))


@pytest.mark.parametrize(
    ("changed", "settings", "said"),
    [
        (package(drugs=OTHER_DRUGS), EngineSettings(), "model package test 1"),
        (package(base_sha256="d" * 64), EngineSettings(), "model package test 1"),
        (package(), EngineSettings(context_tokens=777), "context tokens .*, not 777"),
        (package(), EngineSettings(ubatch=99), "ubatch .*, not 99"),
    ],
)
def test_a_job_goes_on_only_as_it_began(
    tmp_path: Path, changed: ModelPackage, settings: EngineSettings, said: str
) -> None:
    with new_job(tmp_path / "a.lamo") as store:
        with pytest.raises(InputError, match=said):
            run_job(store, changed, settings, lambda progress: None, lambda: False)
        assert store.counts().pending == 4


def test_another_prompt_is_refused(tmp_path: Path, formulary: Formulary) -> None:
    with (
        new_job(tmp_path / "a.lamo") as store,
        pytest.raises(InputError, match="prompt version 2 and this model has 1"),
    ):
        results(store, package(prompt_version="1"), formulary)


def test_a_finished_job_needs_no_engine(tmp_path: Path) -> None:
    with new_job(tmp_path / "a.lamo") as store:
        work(store)
        seen: list[Progress] = []
        run_job(store, package(), EngineSettings(), seen.append, lambda: False)
        assert [(p.done, p.failed, p.total, p.eta) for p in seen] == [(4, 1, 4, 0.0)]


def test_results_do_not_depend_on_how_the_job_went(tmp_path: Path, formulary: Formulary) -> None:
    path = tmp_path / "b.lamo"
    with new_job(tmp_path / "a.lamo") as store:
        work(store)
        once = results(store, package(), formulary)
    new_job(path).close()
    for rows in (1, 2, None):
        with JobStore.open(path) as store:
            work(store, rows)
            store.claim(1)
    with JobStore.open(path, read_only=True) as store:
        again = results(store, package(), formulary)
    for one, two in zip(once.items, again.items, strict=True):
        assert (one.lines, one.flags, one.cut, one.failed) == (two.lines, two.flags, two.cut, two.failed)
        assert one.probabilities.tobytes() == two.probabilities.tobytes()
