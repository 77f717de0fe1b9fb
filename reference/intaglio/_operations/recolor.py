"""recolor: put the same data, metadata and attributes into a new picture."""

from typing import Unpack

from intaglio._inspect.reading import reading
from intaglio._io import Source
from intaglio._options import Options
from intaglio._packing.encoder import write_file
from intaglio._packing.signatures import explicit
from intaglio.limits import DEFAULT_LIMITS, Limits


@explicit(defaults=dict.fromkeys(("profile", "metadata", "attrs"), "the source's"))
def recolor(
    source: Source,
    target: Source,
    *,
    limits: Limits = DEFAULT_LIMITS,
    **options: Unpack[Options],
) -> None:
    """Write the data of `source` to `target` with another look.

    Parameters
    ----------
    source : path or binary file object
        An Intaglio file.
    target : path or binary file object
        A path that ends in .png. May be the same path as `source`.
    limits : Limits
        What the reader may use for `source`.
    **options
        As for `save`. By default profile, metadata and attrs are those of `source`.

    Raises
    ------
    DecodeError
        `source` cannot be read.
    EncodeError
        The new picture cannot carry the data, or an option is invalid.
    OSError
        A file cannot be opened or written.
    """
    with reading(source, limits) as opened:
        opened.check_output(opened.names, limits)
        arrays = {name: opened.array(name) for name in opened.names}
        attrs = dict(zip(opened.names, opened.contents.attrs, strict=True))
        metadata, depths = opened.contents.metadata, opened.contents.prologue.depths
    options.setdefault("metadata", metadata)
    options.setdefault("attrs", attrs)
    options.setdefault("profile", depths)
    write_file(target, arrays, options, None)
