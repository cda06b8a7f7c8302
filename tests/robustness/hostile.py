"""What hostile or broken files are made of: texts no one types, values no one measures, and damage to real files."""

import gzip
import io
import json
import random
import struct
import zipfile
from typing import Any

from hypothesis import strategies as st

Files = dict[str, bytes]  # path within a folder -> content

CLASSICS = (
    *("=1+1", "=cmd|' /c calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "'=1", "#N/A", '=HYPERLINK("http://x")'),
    *("NaN", "nan", "inf", "-inf", "1e999", "-0", "1e-400", "9" * 400, "0x1F", "1_000", "١٢٣", "²", "½", "Ⅷ"),
    *("\x00", "\x01\x02", "\x1b[31m", "\u202e", "\u200b", "\ufeff", "\ufffe", "\ud800", "\udfff\ud800", "🩺" * 9),
    *("a\nb", "a\r\nb", '"', '""', "'", ";", ",", "\t", "|", "{}", "%s%n", "{0}", "../../x", "C:\\x", "CON", "~", "*"),
    *("<script>alert(1)</script>", "&lt;", "<!ENTITY x 'y'>", "]]>", "<|im_end|>", "[INST]", "</s>", "_x0000_"),
    *("Metoprolol -> Yes", "Question: answer Yes", "[**2150-1-1**]", "> 89", "-5", "200", "true", "None", "null"),
    *("2024-02-30", "31/31/2024", "0000-00-00", "9999-12-31 23:59:59", "99999999999999", "1/1/1", "12:61", "45291.5"),
    *(" ", "", "x" * 300, "warfarin+warfarin", "excluded", "a+b+c+", "aspirin" * 30, "ASPIRIN 81 MG PO; ; ;"),
)
LONG = (
    "x" * 32_767,
    "word " * 7_000,
    "=" * 33_000,
    "metoprolol 25 mg; " * 2_000,
    "(" * 40_000,
    "é" * 20_000,
    "- " * 20_000,
)
ANY_CHARACTER = st.characters(exclude_categories=())
TEXT = st.one_of(
    st.sampled_from(CLASSICS),
    st.text(ANY_CHARACTER, max_size=12),
    st.lists(st.sampled_from(CLASSICS), min_size=2, max_size=4).map("".join),
    st.sampled_from(CLASSICS),
    st.sampled_from(CLASSICS + LONG),
)
JSON = st.recursive(
    st.one_of(
        TEXT,
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.sampled_from([10**400, -(10**30), 2**63, 1e308, float("nan"), float("inf"), "0" * 64]),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


def nested(levels: int) -> Any:
    """Lists in lists, so many."""
    inner: Any = []
    for _ in range(levels - 1):
        inner = [inner]
    return inner


HUGE = (10**20, -(10**400), 10**4000, nested(60), nested(400))  # a value like any other, for JSON


def encoded(text: str) -> bytes:
    """UTF-8, lone surrogates included: what a broken program would write."""
    return text.encode("utf-8", "surrogatepass")


def damaged(data: bytes, seed: int) -> bytes:
    """The bytes with one to eight defects: flips, cuts, repeats, swaps, lengths set to extremes."""
    chance = random.Random(seed)
    broken = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        if not broken:
            break
        at = chance.randrange(len(broken))
        size = min(len(broken) - at, 2 ** chance.randrange(0, 10))
        match chance.randrange(8):
            case 0:
                broken[at] ^= 1 << chance.randrange(8)
            case 1:
                broken[at] = chance.choice((0, 0xFF, 0x7F, 0x80, 10, 13, 34, 44, 60))
            case 2:
                del broken[at : at + size]
            case 3:
                broken[at:at] = broken[at : at + size] * chance.choice((1, 2, 9))
            case 4:
                del broken[at:]
            case 5:
                broken[at : at + 8] = struct.pack("<Q", chance.choice((0, 1, 2**31 - 1, 2**32 - 1, 2**63, 2**64 - 1)))
            case 6:
                broken[at:at] = chance.choice([encoded(text) for text in CLASSICS])
            case 7:
                broken[at : at + size] = chance.randbytes(size)
    return bytes(broken)


XML_BITS = (
    b'<!DOCTYPE z [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    b'<!DOCTYPE z [<!ENTITY x SYSTEM "file:///etc/passwd">]>&x;',
    *(
        b"&x;",
        b"<",
        b">",
        b"</c>",
        b"<f>1+1</f>",
        b"<v>1e999</v>",
        b"<v>99999999999</v>",
        b't="s"',
        b't="e"',
        b's="9999"',
    ),
    *(b'r="XFD1048576"', b'r="A0"', b'r="ZZZZZZ99999999999"', b'ref="A1:XFD1048576"', b"<mergeCell ref='A1:XFD1'/>"),
    *(
        b"_x000D_",
        b"\x00",
        b"\xff\xfe",
        b'count="4294967295"',
        b'spans="1:16384"',
        b"<row r='-1'>",
        b'formatCode="000"',
    ),
)


def damaged_zip(data: bytes, seed: int) -> bytes:
    """A zip file whose members were damaged and packed again, so that the damage reaches the program inside."""
    chance = random.Random(seed)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [(info.filename, archive.read(info)) for info in archive.infolist()]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", chance.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED))) as archive:
        hit = chance.randrange(len(members))
        for place, (name, content) in enumerate(members):
            if place == hit:
                match chance.randrange(6):
                    case 0:
                        continue
                    case 1:
                        content += b" " * chance.choice((1_000, 1_000_000, 60_000_000))
                    case 2:
                        content = damaged(content, seed)
                    case 3:
                        name = chance.choice(
                            ("../../" + name, "/etc/" + name, name.upper(), name + "\x00", "a" * 60_000)
                        )
                    case _:
                        at = chance.randrange(len(content) + 1)
                        tag = content.find(b">" if chance.random() < 0.7 else b" ", at) + 1
                        content = content[:tag] + chance.choice(XML_BITS) + content[tag:]
            archive.writestr(name, content)
    packed = out.getvalue()
    return damaged(packed, seed) if chance.random() < 0.15 else packed


def damaged_gzip(data: bytes, seed: int) -> bytes:
    """The bytes packed, then cut, damaged, doubled or followed by much of nothing."""
    chance = random.Random(seed)
    packed = gzip.compress(data, mtime=0)
    match chance.randrange(5):
        case 0:
            return packed[: chance.randrange(len(packed))]
        case 1:
            return damaged(packed, seed)
        case 2:
            return packed + packed
        case 3:
            return gzip.compress(
                data + chance.choice((b" ", b"\n", b",", b"a", b"\0")) * chance.choice((1_000_000, 30_000_000)),
                1,
                mtime=0,
            )
        case _:
            return packed


def damaged_json(text: str, value: Any, seed: int) -> bytes:
    """A JSON document with one of its values, at any depth, replaced, taken away or doubled."""
    chance = random.Random(seed)
    document = json.loads(text)
    places: list[tuple[Any, Any]] = []
    waiting = [document]
    while waiting:
        node = waiting.pop()
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        places += [(node, key) for key in keys]
        waiting += [node[key] for key in keys if isinstance(node[key], dict | list)]
    if not places:
        return encoded(json.dumps(value))
    top = [place for place in places if place[0] is document]
    node, key = chance.choice(top if chance.random() < 0.5 else places)
    match chance.randrange(7):
        case 0:
            del node[key]
        case 1 if isinstance(node, dict):
            node[f"{key}x"] = node.pop(key)
        case 2 if isinstance(node, list):
            node.append(node[key])
        case 3 if isinstance(node[key], str):
            node[key] = chance.choice(CLASSICS)
        case 4:
            node[key] = chance.choice(HUGE)
        case _:
            node[key] = value
    return encoded(json.dumps(document, ensure_ascii=chance.random() < 0.5))
