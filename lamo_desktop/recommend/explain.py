"""Why a drug, and what if: the model asked again about one admission, with a part left out or with another context.

"Why" leaves one piece of the prompt out at a time and scores the drug again: what its probability loses is what the
piece carries, given all the rest. Pieces can carry the same thing twice, or matter only together, so changes do not
add up. Nothing here is saved, and no list is changed.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from lamo_desktop.admissions.cohort import Admission, Observation
from lamo_desktop.admissions.findings import Band, band, finding_code, finding_of, worst_values
from lamo_desktop.model.knowledge_terms import Reason
from lamo_desktop.model.package import ModelPackage
from lamo_desktop.model.prompt import NOTE, Part, parts
from lamo_desktop.model.protocol import Scored
from lamo_desktop.model.site import Context, Learned
from lamo_desktop.model.terms import line_of
from lamo_desktop.recommend.policy import probabilities
from lamo_desktop.stats import logit

FINDINGS = "findings"  # the name of what Why leaves out beside the prompt's parts
UNKNOWN_PATIENT = "Patient: age and sex not recorded.\n"  # what the prompt says of a patient of whom nothing is known

_CUT = re.compile(r"(?P<name>.+) \((?P<kept>\d+) of \d+ (?P<unit>entries|words) kept\)")
_SENTENCE_END = re.compile(r"(?<=[.!?]) ")

DrugClass = Callable[[str], str]


class Scorer(Protocol):
    """What scores: an `EngineProcess`."""

    def score(self, parts: Sequence[Part], candidates: Sequence[str], codes: Sequence[str] = ()) -> Scored:
        """Scores of the candidates after a prompt."""
        ...

    def reasons(self, parts: Sequence[Part], drug: str) -> tuple[Reason, ...]:
        """What speaks for or against a drug by its uses and its mentions, what weighs most first."""
        ...

    def findings(self, codes: Sequence[str], drug: str) -> Mapping[str, float]:
        """What each finding adds to a drug's score, by its code."""
        ...


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A prompt without one piece: of the part named `part`, the entry or sentence `entry`, or ("") the whole part."""

    part: str
    entry: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class FindingShare:
    """What a finding adds to a drug's logit, against the average of the patients in whom it was known in training."""

    observation: Observation
    band: Band | None
    logits: float


@dataclass(frozen=True, slots=True)
class Effect:
    """What leaving something out does: the drug's probability without it, and what it had carried (with - without).

    `left_out` says what: nothing (the first, for comparison), a part, an entry of one, or everything. The findings are
    a part of this name, though no part of the prompt. The first also has the `reasons` that drug knowledge gives, what
    each of the `findings` adds, the largest first, and what was `learned` of the hospital.
    """

    left_out: Literal["nothing", "part", "entry", "everything"]
    part: str
    entry: str
    probability: float
    carried: float
    reasons: tuple[Reason, ...] = ()
    findings: tuple[FindingShare, ...] = ()
    learned: tuple[Learned, ...] = ()


@dataclass(frozen=True, eq=False)
class Answer:
    """The model's answer to a context: probabilities (d,) of the candidates in use, and what was cut for length."""

    probabilities: NDArray[np.float64]
    cut: tuple[str, ...]


def as_seen(whole: Sequence[Part], cut: Sequence[str]) -> tuple[Part, ...]:
    """The prompt as the model saw it: without what the engine said it cut ("NAME (3 of 9 entries kept)")."""
    said = {match["name"]: match for match in map(_CUT.fullmatch, cut) if match}
    seen = []
    for part in whole:
        match = said.get(part.name)
        if match is None:
            seen.append(part)
        elif kept := int(match["kept"]):
            heading, body = _split(part)
            pieces = body.split("; ") if match["unit"] == "entries" else body.split()
            text = "; ".join(pieces[:kept]) + "." if match["unit"] == "entries" else " ".join(pieces[:kept])
            seen.append(replace(part, text=f"{heading}: {text}\n"))
    return tuple(seen)


def entries(part: Part) -> tuple[str, ...]:
    """The entries of a list, the sentences of a narrative; none for a part of a single piece."""
    body = _split(part)[1]
    found = _SENTENCE_END.split(body) if part.name.startswith(NOTE) else body.removesuffix(".").split("; ")
    return tuple(found) if len(found) > 1 else ()


def leave_outs(seen: Sequence[Part], with_entries: bool = False) -> Iterator[LeftOut]:
    """Every prompt with one piece left out: each part, then (if asked) each entry of it. The question always stays.

    Age and sex cannot be left out of a line that every prompt has: it then says that they are not recorded.
    """
    for place, part in enumerate(seen[:-1]):
        rest = (*seen[:place], *seen[place + 1 :])
        if part.name != "patient":
            yield LeftOut(part.name, "", rest)
        elif part.text != UNKNOWN_PATIENT:
            yield LeftOut(part.name, "", (*seen[:place], replace(part, text=UNKNOWN_PATIENT), *seen[place + 1 :]))
        for number, entry in enumerate(entries(part) if with_entries and part.name != "patient" else ()):
            shorter = replace(part, text=_without(part, number))
            yield LeftOut(part.name, entry, (*seen[:place], shorter, *seen[place + 1 :]))


def why(
    scorer: Scorer,
    package: ModelPackage,
    admission: Admission,
    cut: Sequence[str],
    drug: str,
    with_entries: bool = False,
    drug_class: DrugClass = lambda drug: "",
) -> Iterator[Effect]:
    """What carries a drug's probability, one effect as each is scored; each costs a prefix.

    First the prompt as it was, then each piece left out, last everything. Raises RowFailed when one cannot be scored.
    """
    seen = as_seen(parts(admission), cut)
    bare = [code for code in admission.codes if not finding_of(code)]

    def asked(prompt: Sequence[Part], codes: Sequence[str] = admission.codes) -> tuple[Scored, Context]:
        left_out = {part.name for part in seen} - {part.name for part in prompt}
        scored = scorer.score(prompt, [drug], codes)
        kept = [code for code in codes if line_of(code) not in left_out]
        return scored, Context(kept, admission.labels, scored.state)

    def chance(scored: Scored, context: Context) -> float:
        return float(_probabilities(package, [drug], scored.logits, drug_class, context)[0])

    scored, context = asked(seen)
    whole, learned = chance(scored, context), _learned(package, drug, scored.logits, drug_class, context)
    findings = _finding_shares(scorer, package, admission, drug, scored, drug_class)
    yield Effect("nothing", "", "", whole, 0.0, scorer.reasons(seen, drug), findings, learned)
    for less in leave_outs(seen, with_entries):
        probability = chance(*asked(less.parts))
        yield Effect("entry" if less.entry else "part", less.part, less.entry, probability, whole - probability)
    if findings:
        probability = chance(*asked(seen, bare))
        yield Effect("part", FINDINGS, "", probability, whole - probability)
    nothing = chance(*asked((Part("patient", UNKNOWN_PATIENT, 0), seen[-1]), bare))
    yield Effect("everything", "", "", nothing, whole - nothing)


def what_if(
    scorer: Scorer,
    package: ModelPackage,
    admission: Admission,
    candidates: Sequence[str],
    drug_class: DrugClass = lambda drug: "",
) -> Answer:
    """The model's answer to an admission as someone imagined it. Raises RowFailed when it cannot be scored."""
    scored = scorer.score(parts(admission), candidates, admission.codes)
    context = Context(admission.codes, admission.labels, scored.state)
    return Answer(_probabilities(package, candidates, scored.logits, drug_class, context), scored.cut)


def _probabilities(
    package: ModelPackage,
    candidates: Sequence[str],
    logits: NDArray[np.float32],
    drug_class: DrugClass,
    context: Context,
) -> NDArray[np.float64]:
    found: NDArray[np.float64] = probabilities(package, candidates, logits[np.newaxis, :], drug_class, [context])[0]
    return found


def _finding_shares(
    scorer: Scorer, package: ModelPackage, admission: Admission, drug: str, scored: Scored, drug_class: DrugClass
) -> tuple[FindingShare, ...]:
    """What each finding adds to a drug's calibrated logit, the largest first; a hospital's own terms are not in it."""
    added = scorer.findings(admission.codes, drug)
    told = [(each, band(each, admission.sex)) for each in worst_values(admission.observations, admission.sex)]
    found = [(each, at, added[code]) for each, at in told if (code := finding_code(each, at)) in added]
    if not found:
        return ()
    scores = np.float64(scored.logits[0]) - np.array([[0.0], *([share] for _, _, share in found)])
    with_all, *without = logit(probabilities(replace(package, site=None), [drug], scores, drug_class))[:, 0].tolist()
    shares = [FindingShare(each, at, with_all - less) for (each, at, _), less in zip(found, without, strict=True)]
    return tuple(sorted(shares, key=lambda share: -abs(share.logits)))


def _learned(
    package: ModelPackage, drug: str, logits: NDArray[np.float32], drug_class: DrugClass, context: Context
) -> tuple[Learned, ...]:
    """What a hospital's own terms add to a drug's logit; nothing where there are none."""
    if package.site is None or package.site.terms is None:
        return ()
    shipped = logit(_probabilities(replace(package, site=None), [drug], logits, drug_class, context))
    return package.site.terms.learned(drug, float(shipped[0]), context)


def _split(part: Part) -> tuple[str, str]:
    heading, _, body = part.text.partition(": ")
    return heading, body.rstrip("\n")


def _without(part: Part, number: int) -> str:
    heading, _ = _split(part)
    rest = [entry for place, entry in enumerate(entries(part)) if place != number]
    joined = " ".join(rest) if part.name.startswith(NOTE) else "; ".join(rest) + "."
    return f"{heading}: {joined}\n"
