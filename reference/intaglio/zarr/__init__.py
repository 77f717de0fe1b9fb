"""Zarr: stores whose chunks are pictures; each chunk is an Intaglio file.

    import zarr
    from intaglio.zarr import tiles
    z = zarr.create_array("t.zarr", shape=..., chunks=..., dtype="f4", **tiles(vmin=0, vmax=9))

To read, install this package: zarr-python finds the codec by its entry point. docs/zarr.md is
the guide, docs/zarr-codec the specification.
"""

from typing import Any

try:
    from intaglio.zarr._codec import Picture
    from intaglio.zarr._keys import SuffixKeys
    from intaglio.zarr._regions import shared_range
except ModuleNotFoundError as problem:
    from intaglio.errors import missing

    raise missing(problem, "zarr", "zarr") from problem

__all__ = ["Picture", "SuffixKeys", "shared_range", "tiles"]


def tiles(**configuration: Any) -> dict[str, Any]:  # noqa: ANN401 - see `Picture`
    """Return keywords that make the chunks of a Zarr array pictures with names ending in .png.

    Parameters
    ----------
    **configuration
        The keywords of `Picture`: cmap, vmin, vmax, norm, profile, level, effort.

    Returns
    -------
    dict
        For `zarr.create_array(..., **tiles())`, dask's `x.to_zarr(url, **tiles())`, and as a
        variable's `encoding` in xarray's `to_zarr`.

    Raises
    ------
    EncodeError
        An option is invalid (reason `option-invalid`).
    """
    return {
        "serializer": Picture(**configuration),
        "filters": None,
        "compressors": None,
        "chunk_key_encoding": SuffixKeys().to_dict(),
    }
