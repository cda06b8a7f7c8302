"""What the analyst thinks of one drug of one admission. A mark never changes a score or a list."""

from dataclasses import dataclass

AGREE, DISAGREE, UNSURE = "agree", "disagree", "unsure"
MARKS = (AGREE, DISAGREE, UNSURE)
LONGEST_COMMENT = 4000  # characters


@dataclass(frozen=True, slots=True)
class Mark:
    """`mark` is one of MARKS or "" (a comment alone)."""

    mark: str = ""
    comment: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing is said."""
        return not self.mark and not self.comment


NOTHING = Mark()
Line = tuple[int, str]  # ordinal of the admission in the job, drug
Marks = dict[Line, Mark]
