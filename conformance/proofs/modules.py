"""The modules of the plain reader, and how to import them changed.

A wrong decoder is the plain reader (`reference/reader`) with the source of a module or two
exchanged. It lives in a process of its own.
"""

import ast
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Final

READER: Final = Path(__file__).resolve().parents[2] / "reference" / "reader"
MODULES: Final = (
    *("conventions", "png", "carrier", "header", "container", "metadata"),
    *("blocks", "filters", "arrays", "decode", "registry"),
)
ADAPTER: Final = "adapters.plain"
_SLOW: Final = (("png", "_unfiltered"), ("png", "read_pixels"), ("carrier", "body_bytes"))
_LINES: Final = ("_unfiltered", "paeth", "(module)")
_KEPT: Final[dict[tuple[str, str], Callable[..., bytes]]] = {}


def source(module: str) -> str:
    """The source of a module as it is."""
    return (READER / f"{module}.py").read_text("utf-8")


def compiled(module: str, changed: str | ast.Module) -> CodeType:
    """A module's changed source, or tree, as code."""
    return compile(changed, f"<changed {module}>", "exec", dont_inherit=True)


def install(changed: Mapping[str, CodeType], *, afresh: bool = False) -> None:
    """From here on this process has the plain reader with those modules changed.

    Unless all are to be imported afresh, modules that import none of them, directly or not, stay
    as they are, with what `remember` has put into them.
    """
    before = [finder for finder in sys.meta_path if isinstance(finder, _Changed)]
    stale = changed.keys() | {module for finder in before for module in finder.modules}
    for name in list(sys.modules):
        top, _, module = name.partition(".")
        if top == "reader":
            stays = before and module and not afresh and not _imported_by(module) & stale
        else:
            stays = name != ADAPTER
        if not stays:
            del sys.modules[name]
    package = ModuleType("reader")
    package.__path__ = [str(READER)]
    sys.modules["reader"] = package
    sys.meta_path[:] = [finder for finder in sys.meta_path if finder not in before]
    sys.meta_path.insert(0, _Changed(changed))


def remember() -> None:
    """Let the right reader keep what its slow functions give.

    They depend on their arguments alone. A wrong decoder has them, too, unless it has changed
    something in their module.
    """
    for module, name in _SLOW:
        there = import_module(f"reader.{module}")
        _KEPT[module, name] = cache(getattr(there, name))
        setattr(there, name, _KEPT[module, name])


def use_kept_lines(function: str) -> None:
    """Give a `png` with a change in that function the right reader's scan lines, if it can have them.

    They depend on the functions of `_LINES` and on what stands outside all functions.
    """
    if function not in _LINES:
        png = import_module("reader.png")
        png._unfiltered = _KEPT["png", "_unfiltered"]  # type: ignore[attr-defined]


@cache
def _imported_by(module: str) -> frozenset[str]:
    """A module, and the modules that it imports, directly or not."""
    near = []
    for node in ast.walk(ast.parse(source(module))):
        if isinstance(node, ast.ImportFrom) and node.module == "reader":
            near += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and str(node.module).startswith("reader."):
            near.append(str(node.module).partition(".")[2])
    return frozenset({module}.union(*map(_imported_by, near)))


class _Changed(MetaPathFinder, Loader):
    def __init__(self, modules: Mapping[str, CodeType]) -> None:
        self.modules = modules

    def find_spec(
        self, name: str, _path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        top, _, module = name.partition(".")
        is_changed = top == "reader" and module in self.modules
        return spec_from_loader(name, self) if is_changed else None

    def exec_module(self, module: ModuleType) -> None:
        name = module.__name__.partition(".")[2]
        exec(self.modules[name], module.__dict__)  # noqa: S102 - what this is for
