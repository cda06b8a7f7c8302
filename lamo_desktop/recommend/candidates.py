"""Which drugs a run asks about: by name, by class, or every drug that package and formulary know."""

from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches

from lamo_desktop.errors import InputError
from lamo_desktop.formulary import Formulary, product_of, shown_name
from lamo_desktop.model.package import ModelPackage

ALL = "all"
CLASS = "class:"
NEAREST = 3  # classes named where one is not known
MOST_COMMAS = 4  # pieces of a name


def by_class(package: ModelPackage, formulary: Formulary) -> dict[str, tuple[str, ...]]:
    """Every drug that can be a candidate by its class, classes and drugs in alphabetical order; "" is no class."""
    found: dict[str, list[str]] = {}
    for drug in sorted(_everything(package, formulary)):
        known = package.by_name.get(drug)
        found.setdefault((known.drug_class if known else "") or formulary.drug_class(drug), []).append(drug)
    return {name: tuple(drugs) for name, drugs in sorted(found.items())}


def candidates_named(written: Iterable[str], package: ModelPackage, formulary: Formulary) -> list[str]:
    """The candidates that names, "class:NAME" or "all" stand for: the package's in its order, then the others.

    Raises InputError for what is neither a drug nor a class, or when there is none.
    """
    pieces = [" ".join(piece.split()).lower() for piece in written]
    pieces = [piece for piece in pieces if piece]
    if pieces == [ALL]:
        return _everything(package, formulary)
    classes = {name.lower(): drugs for name, drugs in by_class(package, formulary).items() if name}
    with_comma = frozenset(
        name for name in (*map(CLASS.__add__, classes), *package.by_name, *formulary.drugs) if ", " in name
    )
    shown = {shown_name(drug): drug for drug in (*package.by_name, *formulary.drugs)}
    names: list[str] = []
    for piece in _joined(pieces, with_comma):
        if piece.startswith(CLASS):
            names += _of_class(piece.removeprefix(CLASS).strip(), classes)
            continue
        if piece not in package.by_name and piece not in shown and not formulary.known(piece):
            raise InputError(f'The candidate "{piece[:60]}" is neither in the model package nor in the formulary.')
        names.append(piece if _by_ingredient(piece, package) else product_of(shown.get(piece, piece)))
    if not names:
        raise InputError("The list of candidates is empty.")
    chosen = frozenset(names)
    own = [drug.name for drug in package.drugs if drug.name in chosen]
    return [*own, *(name for name in dict.fromkeys(names) if name not in package.by_name)]


def _everything(package: ModelPackage, formulary: Formulary) -> list[str]:
    vocabulary = package.candidates
    return [*vocabulary, *(drug for drug in formulary.drugs if drug not in package.by_name)]


def _by_ingredient(name: str, package: ModelPackage) -> bool:
    """Whether the package knows a part of a fixed combination, and not the combination."""
    return name in package.by_name and product_of(name) not in package.by_name


def _joined(pieces: Sequence[str], with_comma: Collection[str]) -> list[str]:
    """The pieces, those of a name with a comma put together again: "class:hypnotic" and "z-drug"."""
    found, at = [], 0
    while at < len(pieces):
        longer = [
            end
            for end in range(at + 2, min(at + MOST_COMMAS, len(pieces)) + 1)
            if ", ".join(pieces[at:end]) in with_comma
        ][-1:]
        end = longer[0] if longer else at + 1
        found.append(", ".join(pieces[at:end]))
        at = end
    return found


def _of_class(name: str, classes: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    if name in classes:
        return classes[name]
    near = [known for known in classes if len(name) > 3 and name.rstrip("s") in known] or get_close_matches(
        name, classes
    )
    hint = f"similar ones are {'; '.join(near[:NEAREST])}" if near else "one is, for example, beta blocker"
    raise InputError(f'There is no drug class "{name[:60]}": {hint}.')
