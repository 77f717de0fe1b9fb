"""The Zarr codec: each chunk is one picture with one array, named `data`.

docs/zarr-codec/README.md is the specification. zarr passes the chunk's store key with each
partial write. So this codec compares bits to decide which chunks need no picture.
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import Any, Final, Self

import numpy as np
from zarr.abc.codec import (
    ArrayBytesCodec,
    ArrayBytesCodecPartialDecodeMixin,
    ArrayBytesCodecPartialEncodeMixin,
)
from zarr.abc.store import ByteGetter, ByteSetter
from zarr.core.array_spec import ArraySpec
from zarr.core.buffer import Buffer, NDBuffer

from intaglio._colormap_data import ROW_BY_NAME
from intaglio._format.elements import Array, element_type_of
from intaglio._format.registry import DEFAULT_PROFILE, RANK_MAX
from intaglio._packing.job import make_job
from intaglio._render.norms import NORM_NAMES
from intaglio._render.style import COLORMAP_DEFAULT
from intaglio.api import dumps
from intaglio.errors import EncodeError, IntaglioError, Reason
from intaglio.zarr._chunks import (
    about_chunk,
    decode,
    form_of,
    has_lookalikes,
    is_fill,
    is_whole,
    merge,
)

NAME: Final = "intaglio"
# always written, so that a new default does not change old stores
_ALWAYS_SAID: Final = ("cmap", "profile", "effort")
_SEPARATE: Final = "a serializer: serializer=Picture(...), filters=None, compressors=None"


class _Named(type):
    """Makes zarr's "expected ..., got ..." errors name the correct keyword."""

    def __repr__(cls) -> str:
        return f"<class 'intaglio.zarr.Picture', {_SEPARATE}>"


@dataclass(frozen=True, kw_only=True)
class Picture(
    ArrayBytesCodec,
    ArrayBytesCodecPartialDecodeMixin,
    ArrayBytesCodecPartialEncodeMixin,
    metaclass=_Named,
):
    """Encode chunks as PNG pictures that carry them exactly.

    Parameters
    ----------
    cmap : str
        Name of a colour map.
    vmin, vmax : float, optional
        Values at the ends of the colour map, for all tiles. By default each tile uses its own
        range,
        so that colours of different tiles cannot be compared; `shared_range` computes common
        values.
    norm : {"linear", "log", "symlog", "twoslope"}, optional
    profile : str or tuple of 4 int
        A profile of SPEC.md section 5, or four depths.
    level : int, optional
        Zstandard level, 1 to 22.
    effort : {"fast", "small"}

    Raises
    ------
    EncodeError
        An option is invalid (reason `option-invalid`).
    """

    is_fixed_size = False

    cmap: str = COLORMAP_DEFAULT
    vmin: float | None = None
    vmax: float | None = None
    norm: str | None = None
    profile: str | tuple[int, ...] = DEFAULT_PROFILE
    level: int | None = None
    effort: str = "fast"

    def __post_init__(self) -> None:
        if not isinstance(self.cmap, str) or self.cmap not in ROW_BY_NAME:
            raise _invalid(
                "cmap",
                f"cmap={self.cmap!r} is not a colour map: pass its name, which zarr.json stores",
            )
        if self.norm is not None and self.norm not in NORM_NAMES:
            raise _invalid(
                "norm", f"norm= must be one of {', '.join(NORM_NAMES)}, not {self.norm!r}"
            )
        if not isinstance(self.profile, str):
            object.__setattr__(self, "profile", tuple(self.profile))
        for number in (self.level, *(() if isinstance(self.profile, str) else self.profile)):
            if number is not None and (isinstance(number, bool) or number != int(number)):
                raise _invalid(None, f"{number!r}: level and depths must be integers")
        for name in ("vmin", "vmax"):
            value = getattr(self, name)
            if isinstance(value, np.generic):
                object.__setattr__(self, name, value.item())
        make_job(self._options(), None)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Build the codec that a zarr.json describes."""
        configuration = data.get("configuration", {})
        known = [field.name for field in fields(cls)]
        for member in configuration:
            if member not in known:
                raise _invalid(
                    None,
                    f"codec {NAME!r} has no member {member!r}; its members are {', '.join(known)}",
                )
        return cls(**configuration)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON for zarr.json."""
        said = {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in self._options().items()
            if value is not None or name in _ALWAYS_SAID
        }
        return {"name": NAME, "configuration": said}

    def _options(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def validate(self, *, shape: tuple[int, ...], dtype: Any, chunk_grid: Any) -> None:  # noqa: ANN401, ARG002
        """Refuse an array that a picture cannot carry, before it is created."""
        element_type_of(np.empty(0, dtype.to_native_dtype()))
        if len(shape) > RANK_MAX:
            raise EncodeError(
                Reason.SHAPE_UNSUPPORTED,
                f"{len(shape)} dimensions, more than {RANK_MAX}",
            )

    def resolve_metadata(self, chunk_spec: ArraySpec) -> ArraySpec:
        """Refuse further codecs: nothing may follow a picture."""
        return _NothingFollows(
            chunk_spec.shape,
            chunk_spec.dtype,
            chunk_spec.fill_value,
            chunk_spec.config,
            chunk_spec.prototype,
        )

    def compute_encoded_size(self, input_byte_length: int, chunk_spec: ArraySpec) -> int:
        """Raise NotImplementedError: the size is unknown before encoding."""
        raise NotImplementedError

    # Alone in its chain, or in that of a sharding codec: zarr asks for parts of chunks.

    async def _encode_partial_single(
        self,
        byte_setter: ByteSetter,
        chunk_array: NDBuffer,
        selection: Any,  # noqa: ANN401 - whatever numpy takes
        chunk_spec: ArraySpec,
    ) -> None:
        stored: Buffer | None = None
        if not is_whole(selection, chunk_spec.shape):
            stored = await byte_setter.get(prototype=chunk_spec.prototype)

        def work() -> Buffer | None:
            with _named(byte_setter):
                whole = None if stored is None else self._decode(stored, chunk_spec)
                merged = merge(whole, chunk_array.as_numpy_array(), selection, chunk_spec)
                if not chunk_spec.config.write_empty_chunks and is_fill(merged, chunk_spec):
                    return None
                return self._encode(merged, chunk_spec)

        png = await asyncio.to_thread(work)
        if png is None:
            await byte_setter.delete()
        else:
            await byte_setter.set(png)

    async def _decode_partial_single(
        self,
        byte_getter: ByteGetter,
        selection: Any,  # noqa: ANN401
        chunk_spec: ArraySpec,
    ) -> NDBuffer | None:
        stored = await byte_getter.get(prototype=chunk_spec.prototype)
        if stored is None:
            return None

        def work() -> NDBuffer:
            with _named(byte_getter):
                whole = self._decode(stored, chunk_spec)
            return chunk_spec.prototype.nd_buffer.from_numpy_array(whole)[selection]

        return await asyncio.to_thread(work)

    # Behind filters: zarr merges parts itself, and leaves out what equals the fill value.

    async def _encode_single(self, chunk_data: NDBuffer, chunk_spec: ArraySpec) -> Buffer:
        if not chunk_spec.config.write_empty_chunks and has_lookalikes(chunk_spec.fill_value):
            raise _invalid(
                None,
                f"with filters= zarr leaves out chunks that compare equal to the fill value "
                f"{chunk_spec.fill_value}, whatever their bits (NaN payloads, signs of zeros): "
                "config={'write_empty_chunks': True}, or no filters=",
            )
        return await asyncio.to_thread(self._encode, chunk_data.as_numpy_array(), chunk_spec)

    async def _decode_single(self, chunk_data: Buffer, chunk_spec: ArraySpec) -> NDBuffer:
        whole = await asyncio.to_thread(self._decode, chunk_data, chunk_spec)
        return chunk_spec.prototype.nd_buffer.from_numpy_array(whole)

    def _decode(self, stored: Buffer, spec: ArraySpec) -> Array:
        return decode(stored.to_bytes(), form_of(spec))

    def _encode(self, array: Array, spec: ArraySpec) -> Buffer:
        try:
            return spec.prototype.buffer.from_bytes(dumps(array, **self._options()))
        except EncodeError as problem:
            if problem.reason != Reason.CAPACITY_EXCEEDED:
                raise
            detail = f"{problem.detail}; or use smaller chunks= (one has {array.nbytes:,} bytes)"
            raise EncodeError(problem.reason, detail) from problem


class _NothingFollows(ArraySpec):
    """A chunk spec that refuses codecs behind Picture: their output would not be pictures."""

    def __getattribute__(self, name: str) -> Any:  # noqa: ANN401
        if name == "prototype":
            raise _invalid(
                None,
                "another codec follows the pictures, so that chunks would be none: zarr adds zstd "
                f"where nothing else is said; Picture is {_SEPARATE}",
            )
        return super().__getattribute__(name)


@contextmanager
def _named(place: ByteGetter) -> Iterator[None]:
    """Add the store key of the chunk to errors."""
    try:
        yield
    except IntaglioError as problem:
        inner = getattr(place, "chunk_coords", None)
        key = f"{inner} in its shard" if inner is not None else getattr(place, "path", "")
        raise about_chunk(problem, key) from problem


def _invalid(option: str | None, detail: str) -> EncodeError:
    return EncodeError(Reason.OPTION_INVALID, detail, option)
