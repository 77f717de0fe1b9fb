"""One chunk: its picture decoded, a part of it replaced, its bits compared with the fill value."""

import io
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt
from zarr.core.array_spec import ArraySpec

from intaglio._format.decoder import Opened, decoding, inspect
from intaglio._format.elements import Array, element_type_of
from intaglio._format.registry import DEFAULT_NAME
from intaglio._inspect.info import dtype_name
from intaglio.errors import ContentError, DecodeError, IntaglioError, Reason
from intaglio.limits import DEFAULT_LIMITS, OUTPUT_BYTES_VARIABLE, Limits


@dataclass(frozen=True, slots=True)
class ChunkForm:
    """What zarr.json says of every chunk: its shape in elements, and its dtype."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    @property
    def nbytes(self) -> int:
        """Bytes of a whole chunk."""
        return prod(self.shape) * self.dtype.itemsize


def form_of(spec: ArraySpec) -> ChunkForm:
    """The form of the chunks that zarr describes with `spec`."""
    return ChunkForm(spec.shape, spec.dtype.to_native_dtype())


def decode(stored: bytes, form: ChunkForm, limits: Limits = DEFAULT_LIMITS) -> Array:
    """The whole chunk, exact.

    Errors: DecodeError if the picture is damaged or larger than `limits` allow, ContentError if
    it is not a chunk of this array.
    """
    check_bytes(form, limits, len(stored))
    own = Limits(pixels_max=limits.pixels_max, output_bytes_max=form.nbytes)
    with decoding(io.BytesIO(stored), own) as opened:
        _check_form(opened, form)
        return opened.array(DEFAULT_NAME)


def check_bytes(form: ChunkForm, limits: Limits, stored: int | None = None) -> None:
    """DecodeError(limit-exceeded) if a whole chunk is larger than a reader allows.

    stored: the bytes of its picture, if there is one.
    """
    allowed = limits.output_bytes_max if stored is None else limits.output_bytes_for(stored)
    if form.nbytes > allowed:
        picture = "" if stored is None else f" in a picture of {stored:,}"
        raise DecodeError(
            Reason.LIMIT_EXCEEDED,
            f"a chunk of shape {form.shape} has {form.nbytes:,} bytes{picture}, this reader allows "
            f"{allowed:,}; {OUTPUT_BYTES_VARIABLE} in the environment allows more",
        )


def check_chunk(stored: bytes, form: ChunkForm, limits: Limits) -> None:
    """ContentError if the picture's header does not say that it is a chunk of this array."""
    _check_form(inspect(io.BytesIO(stored), limits)[1], form)


def about_chunk(problem: IntaglioError, key: str) -> IntaglioError:
    """The same error, which says of which chunk it is."""
    detail = f"chunk {key}: {problem.detail}"
    if isinstance(problem, ContentError):
        return ContentError(detail)
    return type(problem)(problem.reason, detail)


def _check_form(opened: Opened, form: ChunkForm) -> None:
    found = [
        (record.name, (record.element, record.unit, record.unit_count), record.shape)
        for record in opened.contents.header.arrays
    ]
    kind = element_type_of(np.empty(0, form.dtype))
    expected = (DEFAULT_NAME, (kind.element.code, kind.unit, kind.unit_count), form.shape)
    if found != [expected]:
        arrays = opened.contents.header.arrays
        holds = [f"{record.name!a} {dtype_name(record)} {record.shape}" for record in arrays[:3]]
        more = [f"{len(arrays) - 3} more"] if len(arrays) > 3 else []
        raise ContentError(
            f"no chunk of this array: the picture has {', '.join(holds + more) or 'no array'}, "
            f"zarr.json says {DEFAULT_NAME!a} {form.dtype.name} {form.shape}"
        )


def merge(whole: Array | None, part: Array, selection: Any, spec: ArraySpec) -> Array:  # noqa: ANN401
    """The chunk with `part` in its place."""
    if part.shape == spec.shape and is_whole(selection, spec.shape):
        return part
    if whole is None:
        form = form_of(spec)
        check_bytes(form, DEFAULT_LIMITS)
        whole = np.full(form.shape, _fill_of(spec), form.dtype)
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
