"""One chunk: its picture decoded, a part of it replaced, its bits compared with the fill value."""

import io
from typing import Any

import numpy as np
import numpy.typing as npt
from zarr.core.array_spec import ArraySpec
from zarr.core.buffer import Buffer

from intaglio import _codec
from intaglio._arrays import Array, element_type_of
from intaglio._errors import DecodeError, Reason
from intaglio._given import DEFAULT_NAME
from intaglio._info import dtype_name
from intaglio._limits import Limits


def decode(stored: Buffer, spec: ArraySpec) -> Array:
    """The whole chunk, exact; DecodeError if the picture is damaged or another's."""
    dtype: np.dtype[Any] = spec.dtype.to_native_dtype()
    wanted = np.empty(0, dtype)
    limits = Limits(output_bytes_max=int(np.prod(spec.shape, dtype=object)) * dtype.itemsize)
    with _codec.decoding(io.BytesIO(stored.to_bytes()), limits) as opened:
        found = [
            (record.name, (record.element, record.unit, record.unit_count), record.shape)
            for record in opened.contents.header.arrays
        ]
        kind = element_type_of(wanted)
        expected = (DEFAULT_NAME, (kind.element.code, kind.unit, kind.unit_count), spec.shape)
        if found != [expected]:
            holds = [
                f"{record.name!a} {dtype_name(record)} {record.shape}"
                for record in opened.contents.header.arrays
            ]
            raise DecodeError(
                Reason.METADATA_INVALID,
                f"no chunk of this array: the picture has {', '.join(holds) or 'no array'}, "
                f"zarr.json says {DEFAULT_NAME!a} {dtype.name} {spec.shape}",
            )
        return opened.array(DEFAULT_NAME)


def merge(whole: Array | None, part: Array, selection: Any, spec: ArraySpec) -> Array:  # noqa: ANN401
    """The chunk with `part` in its place."""
    if part.shape == spec.shape and is_whole(selection, spec.shape):
        return part
    if whole is None:
        dtype: np.dtype[Any] = spec.dtype.to_native_dtype()
        whole = np.full(spec.shape, _fill_of(spec), dtype)
    if part.ndim:  # zarr has dropped or kept axes of one
        part = part.reshape(whole[selection].shape)
    whole[selection] = part
    return whole


def is_whole(selection: Any, shape: tuple[int, ...]) -> bool:  # noqa: ANN401
    """Whether a selection is a whole chunk: slices from end to end."""
    return (
        isinstance(selection, tuple)
        and len(selection) == len(shape)
        and all(
            isinstance(chosen, slice) and chosen.indices(length) == (0, length, 1)
            for chosen, length in zip(selection, shape, strict=True)
        )
    )


def _fill_of(spec: ArraySpec) -> Any:  # noqa: ANN401 - a numpy scalar
    return spec.dtype.default_scalar() if spec.fill_value is None else spec.fill_value


def is_fill(array: Array, spec: ArraySpec) -> bool:
    """Whether leaving this chunk out loses no bit: now, or after zarr.json was read again."""
    kept = spec.dtype.from_json_scalar(
        spec.dtype.to_json_scalar(_fill_of(spec), zarr_format=3), zarr_format=3
    )
    fill, again = (_raw(np.asarray(scalar, array.dtype)) for scalar in (_fill_of(spec), kept))
    if not np.array_equal(fill, again):
        return False
    raw = _raw(array)
    return np.array_equal(raw[:1], fill) and bool((raw == fill).all())


def _raw(array: Array) -> npt.NDArray[np.uint8]:
    """(elements, bytes) of an array."""
    flat = np.ascontiguousarray(array).reshape(-1)
    return flat.view(np.uint8).reshape(flat.size, array.dtype.itemsize)


def has_lookalikes(fill: Any) -> bool:  # noqa: ANN401
    """Whether other bits compare equal to the fill value in zarr's eyes."""
    value = np.asarray(fill)
    if value.dtype.kind == "c":
        return any(np.isnan(part) or part == 0 for part in (value.real, value.imag))
    return value.dtype.kind == "f" and bool(np.isnan(value))
