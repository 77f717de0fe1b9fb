"""Intaglio: exact numeric arrays in a picture anyone can look at.

    import intaglio as ig
    ig.imsave("m.png", a, cmap="rainbow")
    a = ig.imread("m.png")
"""

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
from intaglio._errors import DecodeError, EncodeError, IntaglioError, Reason
from intaglio._info import ArrayInfo, Info
from intaglio._lazy import IntaglioFile, LazyArray
from intaglio._limits import Limits

__version__ = "0.1.0"

__all__ = [
    "ArrayInfo",
    "DecodeError",
    "EncodeError",
    "Info",
    "IntaglioError",
    "IntaglioFile",
    "LazyArray",
    "Limits",
    "Reason",
    "dumps",
    "embed",
    "extract",
    "imread",
    "imsave",
    "info",
    "load",
    "load_dict",
    "loads",
    "loads_dict",
    "open",
    "save",
    "verify",
]
