"""Zarr: stores whose chunks are pictures, each of them an Intaglio file.

    import zarr
    from intaglio.zarr import tiles
    z = zarr.create_array("t.zarr", shape=..., chunks=..., dtype="f4", **tiles(vmin=0, vmax=9))

zarr-python finds the codec by its entry point, so who only reads imports nothing of ours.
docs/zarr.md has the rest; docs/zarr-codec is the specification.
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
    """Keywords that make a Zarr array's chunks pictures, their names ending in .png.

    For `zarr.create_array(..., **tiles())`, for dask's `x.to_zarr(url, **tiles())`, and as a
    variable's `encoding` in xarray's `to_zarr`. configuration: see `Picture`.
    """
    return {
        "serializer": Picture(**configuration),
        "filters": None,
        "compressors": None,
        "chunk_key_encoding": SuffixKeys().to_dict(),
    }
