"""Converts names from files to file names by percent-escaping.

Names are untrusted: SPEC.md section 16. A resulting file name stays in its folder on every
file system, and two names never become the same file.
"""

import hashlib
import unicodedata
from collections.abc import Iterable
from typing import Final

FILE_NAME_BYTES_MAX: Final = 180  # of 255 bytes; the rest is for suffixes and temporary files
_KEPT: Final = frozenset("._-+=@,() ")
_RESERVED: Final = frozenset(
    ["con", "prn", "aux", "nul", "conin$", "conout$"]
    + [f"{port}{n}" for port in ("com", "lpt") for n in "0123456789¹²³"]
)


def file_names(names: Iterable[str]) -> dict[str, str]:
    """Return a unique file name without suffix for each name; case does not make a difference."""
    result: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        found = _file_name(name)
        if _folded(found) in taken:
            found = f"{found}~{_digest(name)}"  # "~" is always escaped in names, so this is unique
        taken.add(_folded(found))
        result[name] = found
    return result


def _file_name(name: str) -> str:
    last = len(name) - 1
    plain = unicodedata.is_normalized("NFC", name)
    parts = [
        c
        if _is_kept(c, plain) and not (i in (0, last) and c in ". ") and (i or c != "-")
        else _pc(c)
        for i, c in enumerate(name)
    ]
    if name.split(".")[0].rstrip(" ").casefold() in _RESERVED:
        parts[0] = _pc(name[0])
    found = "".join(parts)
    if len(found.encode()) > FILE_NAME_BYTES_MAX:
        head = found.encode()[: FILE_NAME_BYTES_MAX - 20].decode("utf-8", "ignore")
        return f"{head}~{_digest(name)}"
    return found


def _is_kept(c: str, plain: bool) -> bool:
    return c in _KEPT or (c.isalnum() and (c.isascii() or plain))


def _pc(c: str) -> str:
    return "".join(f"%{byte:02X}" for byte in c.encode("utf-8", "surrogatepass"))


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
