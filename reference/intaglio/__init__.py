"""Intaglio: exact numeric arrays in a picture anyone can look at.

    import intaglio as ig
    ig.imsave("m.png", a, cmap="rainbow")
    a = ig.imread("m.png")

Public names are imported on first use. So reading a file does not wait for the modules that
draw pictures.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from intaglio._inspect.info import ArrayInfo, Info
    from intaglio._inspect.lazy import IntaglioFile, LazyArray
    from intaglio._inspect.peek import is_intaglio
    from intaglio._inspect.reading import (
        extract,
        imread,
        info,
        load,
        load_dict,
        loads,
        loads_dict,
        open,  # noqa: A004
        verify,
    )
    from intaglio._operations.diff import diff
    from intaglio._operations.differences import Diff
    from intaglio._operations.recolor import recolor
    from intaglio._operations.restore import Restored, restore
    from intaglio._operations.strip import strip
    from intaglio._packing.plan import Plan, plan
    from intaglio.api import dumps, embed, imsave, save
    from intaglio.errors import (
        AmbiguousNameError,
        ContentError,
        DecodeError,
        EncodeError,
        IntaglioError,
        MissingExtraError,
        PictureWarning,
        Reason,
        UnknownNameError,
    )
    from intaglio.figures import FigureData, capture, load_figure, savefig
    from intaglio.limits import Limits

__version__ = "0.1.0"

__all__ = [
    "AmbiguousNameError",
    "ArrayInfo",
    "ContentError",
    "DecodeError",
    "Diff",
    "EncodeError",
    "FigureData",
    "Info",
    "IntaglioError",
    "IntaglioFile",
    "LazyArray",
    "Limits",
    "MissingExtraError",
    "PictureWarning",
    "Plan",
    "Reason",
    "Restored",
    "UnknownNameError",
    "capture",
    "diff",
    "dumps",
    "embed",
    "extract",
    "imread",
    "imsave",
    "info",
    "is_intaglio",
    "load",
    "load_dict",
    "load_figure",
    "loads",
    "loads_dict",
    "open",
    "plan",
    "recolor",
    "restore",
    "save",
    "savefig",
    "strip",
    "verify",
]

_MODULES: Final = {
    "_operations.diff": ("diff",),
    "_operations.differences": ("Diff",),
    "errors": (
        "AmbiguousNameError",
        "ContentError",
        "DecodeError",
        "EncodeError",
        "IntaglioError",
        "MissingExtraError",
        "PictureWarning",
        "Reason",
        "UnknownNameError",
    ),
    "_inspect.info": ("ArrayInfo", "Info"),
    "_inspect.lazy": ("IntaglioFile", "LazyArray"),
    "limits": ("Limits",),
    "_inspect.reading": (
        "extract",
        "imread",
        "info",
        "load",
        "load_dict",
        "loads",
        "loads_dict",
        "open",
        "verify",
    ),
    "_inspect.peek": ("is_intaglio",),
    "_packing.plan": ("Plan", "plan"),
    "_operations.recolor": ("recolor",),
    "_operations.restore": ("Restored", "restore"),
    "_operations.strip": ("strip",),
    "figures": ("FigureData", "capture", "load_figure", "savefig"),
}
_MODULE_OF: Final = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any public object
    if name not in __all__:
        message = f"module 'intaglio' has no attribute {name!r}"
        raise AttributeError(message)
    value = getattr(import_module(f"intaglio.{_MODULE_OF.get(name, 'api')}"), name)
    globals()[name] = value
    return value


def load_ipython_extension(shell: Any) -> None:  # noqa: ANN401 - IPython's InteractiveShell
    """Start with %load_ext intaglio: figures shown inline carry their data."""
    import_module("intaglio.ipython").load(shell)


def unload_ipython_extension(shell: Any) -> None:  # noqa: ANN401
    """Stop with %unload_ext intaglio: figures shown inline no longer carry their data."""
    import_module("intaglio.ipython").unload(shell)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
