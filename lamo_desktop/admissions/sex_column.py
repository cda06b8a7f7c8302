"""What the letters of a sex column mean: told by all of its values together, since "M" is a man or a mujer."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from lamo_desktop.admissions.cohort import Sex
from lamo_desktop.admissions.synonyms import normalised
from lamo_desktop.admissions.values import is_unknown, parse_sex

NOT_TOLD = (
    "the values {values} do not tell women from men; say what they mean with sex_values in a profile, for example "
    "{{{first}: female}}; sex left empty"
)
SHOWN = 4

_CERTAIN: Mapping[str, Sex] = {"f": "female", "w": "female", "h": "male"}  # in each of the languages that use them
_LETTERS = frozenset("fmwhv")
_KEY = re.compile(r"(?<!\w)(\w{1,2})\s*[=:-]\s*(\w+)")  # "Sex (1=male, 2=female)"
_SPANISH = ("sexo", "género", "genero")


class SexColumn:
    """The sexes of one column. `question`: what its values leave open, in one sentence; empty where all is told."""

    def __init__(self, header: str, cells: Sequence[str], told: Mapping[str, str]) -> None:
        """`told`: what a profile says that values mean."""
        known = {_word(text): sex for text, sex in told.items()} | _keys(header)
        self._sexes: dict[str, Sex | None] = {text: _reading(sex) for text, sex in known.items()}
        words = Counter(_word(cell) for cell in cells if not is_unknown(cell))
        here = words.keys() - self._sexes.keys()
        letters = here & _LETTERS
        named = letters if letters - {"m"} else letters | (set(normalised(header).split()) & _LETTERS)
        self._sexes |= {word: sex for word, sex in _CERTAIN.items() if word in here}
        self._sexes |= _of_m(header, named) if "m" in letters else {}
        codes = {word for word in here - self._sexes.keys() if word == "m" or word.isdecimal()}
        if 2 * sum(words[word] for word in codes) <= words.total():
            codes = codes & {"m"}  # a figure among words is a slip of one cell
        self.question = ""
        if codes and len(codes) <= SHOWN:
            values = " and ".join(repr(word.upper()) for word in sorted(codes))
            self.question = NOT_TOLD.format(values=values, first=sorted(codes)[-1].upper())
            self._sexes |= dict.fromkeys(codes)

    def read(self, text: str) -> Sex | None:
        """The sex in a cell; ValueError where it is none."""
        word = _word(text)
        return self._sexes[word] if word in self._sexes else parse_sex(text)


def _word(text: str) -> str:
    text = text.strip().casefold().rstrip(".")
    return re.sub(r"^(\d+)[.,]0+$", r"\1", text)


def _reading(text: str) -> Sex | None:
    try:
        return parse_sex(text)
    except ValueError:
        return None


def _keys(header: str) -> dict[str, str]:
    """What a header says of its values: "1 = male"."""
    return {key.casefold(): word for key, word in _KEY.findall(header) if _reading(word)}


def _of_m(header: str, letters: frozenset[str] | set[str]) -> Mapping[str, Sex]:
    """What "m" means beside the other letters; nothing where they do not tell."""
    others = letters - {"m"}
    if others and others <= {"h", "v"}:  # hombre or varón, and mujer
        return {"m": "female"}
    if others <= {"f", "w"} and (others or not any(word in header.casefold() for word in _SPANISH)):
        return {"m": "male"}
    return {}
