"""A package's terms, ready to score: what its model is asked, and what becomes of the answers."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from lamo_desktop.admissions.findings import finding_of
from lamo_desktop.model.knowledge_terms import DrugFacts, KnowledgeScorer, read_knowledge
from lamo_desktop.model.manifest import ModelPackage
from lamo_desktop.model.prompt import Part, shown, without_allergies
from lamo_desktop.model.terms import features, read_terms, without_findings

Floats32 = NDArray[np.float32]


class NoFacts:
    """Knows no drug: for packages whose scores need no facts about drugs."""

    def drug_class(self, ingredient: str, /) -> str:
        """Of no class."""
        return ""

    def mentioned(self, text: str, /) -> frozenset[str]:
        """No drug."""
        return frozenset()

    def allergic_to(self, allergies: Sequence[str], /) -> frozenset[str]:
        """No drug."""
        return frozenset()


class PackageTerms:
    """What a package adds to its model's answers, linear terms and knowledge; it may have neither.

    With knowledge the model is not shown the allergies, and is asked about the drugs it was trained on alone: another
    takes over, `slope` times, what the linear terms say of the known drugs that are used like it, save for findings: a
    high creatinine that speaks for insulin need not speak for metformin.
    """

    def __init__(self, package: ModelPackage, facts: DrugFacts) -> None:
        self._package, self._facts = package, facts
        self.linear = read_terms(package.path / package.terms.file) if package.terms else None
        self.knowledge: KnowledgeScorer | None = None
        if package.knowledge:
            self.knowledge = KnowledgeScorer(read_knowledge(package.path / package.knowledge.file), facts)

    def shown(self, parts: Sequence[Part]) -> Sequence[Part]:
        """The prompt that the model sees of an admission's."""
        return without_allergies(parts) if self.knowledge else shown(parts, self._package.prompt_version)

    def asked(self, candidates: Sequence[str]) -> list[str]:
        """The candidates that the model is asked about."""
        known = self._package.by_name
        return [drug for drug in candidates if drug in known or not self.knowledge]

    def scores(
        self,
        parts: Sequence[Part],
        codes: Sequence[str],
        candidates: Sequence[str],
        llm: Floats32,
        state: Floats32 | None,
    ) -> Floats32:
        """The package's scores (candidates,) from the model's answers to those of them that it was `asked` about.

        Raises ModelError when the state is missing or of another size.
        """
        if self.linear is None:
            return llm
        found = features(without_allergies(parts) if self.knowledge else parts, codes)
        if self.knowledge is None:
            return self.linear.scores(candidates, llm, found, state, self._kin)
        answers = dict(zip(self.asked(candidates), llm.tolist(), strict=True))
        linear, column = self.linear.linear(found, state), self.linear.column
        unseen = linear if len(answers) == len(candidates) else self.linear.linear(without_findings(found), state)
        known = [
            float(self.linear.gain[column[drug]]) * (answers[drug] - float(self.linear.centre[column[drug]]))
            + float(linear[column[drug]])
            if drug in answers
            else self.knowledge.terms.slope * float((self.knowledge.likeness(drug) * unseen).sum())
            for drug in candidates
        ]
        return np.asarray(np.array(known) + self.knowledge.scores(parts, candidates), dtype=np.float32)

    def findings(self, codes: Sequence[str], drug: str) -> dict[str, float]:
        """What each finding among an admission's codes adds to a drug's score; only those that have weights."""
        if self.linear is None:
            return {}
        found = self.linear.known(frozenset(f"code {code}" for code in codes if finding_of(code)))
        if drug in self.linear.column:
            columns: Sequence[int] = [self.linear.column[drug]]
        elif self.knowledge:
            return {}
        else:
            known = self.linear.column
            columns = [known[name] for name in self._kin(drug) if name in known] or range(len(known))
        return {name.removeprefix("code "): float(self.linear.of(name)[columns].mean()) for name in found}

    @property
    def _kin(self) -> Callable[[str], Sequence[str]]:
        return lambda drug: [known.name for known in self._package.kin(self._facts.drug_class(drug))]
