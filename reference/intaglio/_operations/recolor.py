"""Recolor: the same data, metadata and attributes under a new picture."""

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
    """Write to `target` what `source` carries, looking as `options` say.

    options: as for `save`; profile, metadata and attrs are the source's, unless given.
    Errors: as for `load_dict` and `save`.
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
