"""Order texts as hospitals write them, each with the ingredients it names."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

HERE = Path(__file__).parent
STYLES = ("epic", "name", "clinical", "cerner", "branded", "brand", "upper")

_EPIC_FORMS = {"tablet": "TABS", "capsule": "CAPS", "vial": "SOLR", "solution": "SOLN", "syringe": "SOSY"}
_LOCAL_FORMS = {
    "de": {"tablet": "Tbl.", "capsule": "Kps.", "vial": "Inj.-Lsg.", "solution": "Lsg."},
    "fr": {"tablet": "cp", "capsule": "gél", "vial": "inj", "solution": "sol"},
    "es": {"tablet": "comp", "capsule": "cáps", "vial": "vial", "solution": "sol"},
    "zh": {"tablet": "片", "capsule": "胶囊", "vial": "注射液", "solution": "溶液"},
}
_ROUTES = {
    "en": {},
    "de": {"PO": "p.o.", "IV": "i.v.", "SC": "s.c.", "IM": "i.m.", "NEB": "inhal.", "SL": "s.l.", "TOP": "topisch"},
    "fr": {"PO": "Orale", "IV": "IV", "SC": "SC", "NEB": "Inhalée", "SL": "Sublinguale", "TOP": "Cutanée"},
    "es": {"PO": "Oral", "IV": "Intravenosa", "SC": "Subcutánea", "NEB": "Inhalatoria", "SL": "Sublingual"},
    "zh": {"PO": "口服", "IV": "静脉滴注", "SC": "皮下注射", "NEB": "雾化吸入", "SL": "舌下含服"},
}


@dataclass(frozen=True, slots=True)
class OrderText:
    """One order as written. `plain`: in English, so the program must know it; no `ingredients`: it orders no drug."""

    text: str
    ingredients: frozenset[str]
    plain: bool = True
    dose: str = ""
    route: str = ""


@cache
def table() -> dict[str, Any]:
    """`drugs.yaml`."""
    loaded: dict[str, Any] = yaml.safe_load((HERE / "drugs.yaml").read_text(encoding="utf-8"))
    return loaded


def ingredients_of(key: str) -> frozenset[str]:
    """The ingredients of a key of the table: "piperacillin+tazobactam" are two."""
    return frozenset(key.split("+"))


def names() -> list[str]:
    """Every drug of the table: an ingredient, or the ingredients of a product joined by "+"."""
    return [*table()["single"], *table()["products"]]


def keys_within(ingredients: frozenset[str]) -> list[str]:
    """The drugs of the table that an admission's real orders contain."""
    return [key for key in names() if ingredients_of(key) <= ingredients]


def order_text(rng: Random, key: str, style: str, language: str = "en") -> OrderText:
    """An order of a drug in one of `STYLES`; in another language than English under its local name where it has one."""
    if key in table()["products"]:
        texts = table()["products"][key]
        text = texts[1] if style == "name" else rng.choice(texts)
        return OrderText(text, ingredients_of(key))
    entry = table()["single"][key]
    strength, route, form = entry["form"]
    shown_route = _ROUTES[language].get(route, route)
    if language != "en" and language in entry:
        name, local = entry[language], _LOCAL_FORMS[language].get(form, "")
        written = name if style in ("name", "brand") else f"{name}{'' if language == 'zh' else ' '}{strength} {local}"
        if language == "zh" and style not in ("name", "brand"):
            written = f"{name}{local} {strength}"
        return OrderText(written.strip(), ingredients_of(key), False, strength, shown_route)
    return OrderText(_english(entry, style), ingredients_of(key), True, strength, shown_route)


def _english(entry: dict[str, Any], style: str) -> str:
    name, brand = entry["text"], entry.get("brand", "")
    strength, route, form = entry["form"]
    if style == "epic":
        return f"{name} {strength} {route} {_EPIC_FORMS.get(form, form)}".upper()
    if style == "clinical":
        return f"{name} {strength} {form}"
    if style == "cerner":
        return f"{name} {strength}, {form}, {route}, q12h"
    if style == "branded" and brand:
        return f"{name} ({brand.upper()}) {form} {strength}"
    if style == "brand" and brand:
        return str(brand)
    return name.upper() if style == "upper" else name[:1].upper() + name[1:]


def no_drug(rng: Random) -> OrderText:
    """A flush, fluid, contrast agent or vaccine: an order of the pharmacy that is not the order of a drug."""
    return OrderText(rng.choice(rng.choice(list(table()["no_drug"].values()))), frozenset())
