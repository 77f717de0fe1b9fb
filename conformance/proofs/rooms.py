"""The rooms of the reference decoder, and how to import them changed.

A wrong decoder is the reference with the source of a room or two exchanged.
It lives in a process of its own.
"""

import ast
import sys
from collections.abc import Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Final

REFERENCE: Final = Path(__file__).resolve().parents[2] / "reference" / "intaglio"
ROOMS: Final = (
    *("_png", "_png_stream", "_png_lines", "_carrier", "_prologue", "_records", "_header"),
    *("_metadata", "_blocks", "_filters", "_arrays", "_container", "_codec", "_spec"),
)
_NOT_NEEDED: Final = ("intaglio._picture",)  # the writer's; only named when the decoder is imported


def source(room: str) -> str:
    """The source of a room as it is."""
    return (REFERENCE / f"{room}.py").read_text("utf-8")


def compiled(room: str, changed: str | ast.Module) -> CodeType:
    """A room's changed source, or tree, as code."""
    return compile(changed, f"<changed {room}>", "exec", dont_inherit=True)


def install(changed: Mapping[str, CodeType]) -> None:
    """From here on this process has the reference decoder with those rooms changed."""
    for name in list(sys.modules):
        if name.partition(".")[0] == "intaglio" or name == "adapters.reference":
            del sys.modules[name]
    package = ModuleType("intaglio")  # the face is not needed: its rooms are
    package.__path__ = [str(REFERENCE)]
    sys.modules["intaglio"] = package
    for name in _NOT_NEEDED:
        stand_in = ModuleType(name)
        stand_in.__getattr__ = lambda _: None  # type: ignore[method-assign]
        sys.modules[name] = stand_in
    codes = {f"intaglio.{room}": code for room, code in changed.items()}
    sys.meta_path.insert(0, _Changed(codes))


class _Changed(MetaPathFinder, Loader):
    def __init__(self, codes: Mapping[str, CodeType]) -> None:
        self._codes = codes

    def find_spec(
        self, name: str, _path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return spec_from_loader(name, self) if name in self._codes else None

    def exec_module(self, module: ModuleType) -> None:
        exec(self._codes[module.__name__], module.__dict__)  # noqa: S102 - what this is for
