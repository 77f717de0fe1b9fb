"""The rooms of the reference decoder, and how to import them changed.

A wrong decoder is the reference with the source of a room or two exchanged.
It lives in a process of its own.
"""

import ast
import re
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Final

REFERENCE: Final = Path(__file__).resolve().parents[2] / "reference" / "intaglio"
ROOMS: Final = (
    *(
        "_png",
        "_png_stream",
        "_png_inflate",
        "_png_lines",
        "_carrier",
        "_prologue",
        "_records",
        "_header",
    ),
    *("_metadata", "_alike", "_blocks", "_filters", "_arrays", "_container", "_codec", "_threads"),
    *("_limits", "_spec", "_errors"),
)
_NOT_NEEDED: Final = (  # everything in them is None
    "intaglio._picture",  # the writer's; only named when the decoder is imported
    "intaglio._kernels",  # compiled, they would do right what a changed room does wrong
)


def source(room: str) -> str:
    """The source of a room as it is."""
    return (REFERENCE / f"{room}.py").read_text("utf-8")


def compiled(room: str, changed: str | ast.Module) -> CodeType:
    """A room's changed source, or tree, as code."""
    return compile(changed, f"<changed {room}>", "exec", dont_inherit=True)


def install(changed: Mapping[str, CodeType], *, anew: bool = False) -> None:
    """From here on this process has the reference decoder with those rooms changed.

    Unless all is to be imported anew, rooms that import none of them, near or far, stay as
    they are if they came from here.
    """
    before = [finder for finder in sys.meta_path if isinstance(finder, _Changed)]
    stale = changed.keys() | {room for finder in before for room in finder.rooms}
    for name in list(sys.modules):
        top, _, room = name.partition(".")
        stays = before and room and not anew and not _imported_by(room) & stale
        if name == "adapters.reference" or (top == "intaglio" and not stays):
            del sys.modules[name]
    package = ModuleType("intaglio")  # the face is not needed: its rooms are
    package.__path__ = [str(REFERENCE)]
    sys.modules["intaglio"] = package
    for name in _NOT_NEEDED:
        stand_in = ModuleType(name)
        stand_in.__getattr__ = lambda _: None  # type: ignore[method-assign]
        sys.modules[name] = stand_in
    sys.meta_path[:] = [finder for finder in sys.meta_path if finder not in before]
    sys.meta_path.insert(0, _Changed(changed))


@cache
def _imported_by(room: str) -> frozenset[str]:
    """A room, and the rooms that it needs, near or far."""
    path = REFERENCE / f"{room}.py"
    text = path.read_text("utf-8") if path.is_file() else ""
    near = re.findall(r"^\s*from intaglio\.(\w+) import", text, re.MULTILINE)
    return frozenset({room}.union(*map(_imported_by, near)))


class _Changed(MetaPathFinder, Loader):
    def __init__(self, rooms: Mapping[str, CodeType]) -> None:
        self.rooms = rooms

    def find_spec(
        self, name: str, _path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        top, _, room = name.partition(".")
        is_changed = top == "intaglio" and room in self.rooms
        return spec_from_loader(name, self) if is_changed else None

    def exec_module(self, module: ModuleType) -> None:
        room = module.__name__.partition(".")[2]
        exec(self.rooms[room], module.__dict__)  # noqa: S102 - what this is for
