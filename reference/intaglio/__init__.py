"""Intaglio: exact numeric arrays in a picture anyone can look at.

    import intaglio as ig
    ig.imsave("m.png", a, cmap="rainbow")
    a = ig.imread("m.png")

Names are imported when they are first used, so that who only asks what a file
holds does not wait for what draws pictures.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from intaglio._api import (
        dumps,
        embed,
        extract,
        imread,
        imsave,
        info,
        load,
        load_dict,
        loads,
        loads_dict,
        open,  # noqa: A004
        save,
        verify,
    )
    from intaglio._diff import diff
    from intaglio._differences import Diff
    from intaglio._errors import (
        ContentError,
        DecodeError,
        EncodeError,
        IntaglioError,
        PictureWarning,
        Reason,
    )
    from intaglio._info import ArrayInfo, Info
    from intaglio._lazy import IntaglioFile, LazyArray
    from intaglio._limits import Limits
    from intaglio._peek import is_intaglio
    from intaglio._plan import Plan, plan
    from intaglio._recolor import recolor
    from intaglio._restore import Restored, restore
    from intaglio._strip import strip
    from intaglio.figures import FigureData, capture, load_figure, savefig

__version__ = "0.1.0"

__all__ = [
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
    "PictureWarning",
    "Plan",
    "Reason",
    "Restored",
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

_ROOMS: Final = {
    "_diff": ("diff",),
    "_differences": ("Diff",),
    "_errors": (
        "ContentError",
        "DecodeError",
        "EncodeError",
        "IntaglioError",
        "PictureWarning",
        "Reason",
    ),
    "_info": ("ArrayInfo", "Info"),
    "_lazy": ("IntaglioFile", "LazyArray"),
    "_limits": ("Limits",),
    "_peek": ("is_intaglio",),
    "_plan": ("Plan", "plan"),
    "_recolor": ("recolor",),
    "_restore": ("Restored", "restore"),
    "_strip": ("strip",),
    "figures": ("FigureData", "capture", "load_figure", "savefig"),
}
_ROOM_OF: Final = {name: room for room, names in _ROOMS.items() for name in names}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    if name not in __all__:
        message = f"module 'intaglio' has no attribute {name!r}"
        raise AttributeError(message)
    value = getattr(import_module(f"intaglio.{_ROOM_OF.get(name, '_api')}"), name)
    globals()[name] = value
    return value


def load_ipython_extension(shell: Any) -> None:  # noqa: ANN401 - IPython's InteractiveShell
    """%load_ext intaglio: figures shown inline carry their data."""
    import_module("intaglio._ipython").load(shell)


def unload_ipython_extension(shell: Any) -> None:  # noqa: ANN401
    """%unload_ext intaglio: they no longer do."""
    import_module("intaglio._ipython").unload(shell)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
