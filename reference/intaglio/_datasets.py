"""Datasets, written: variables become arrays, what they alone do not say becomes metadata."""

from collections.abc import Hashable, Mapping
from typing import Any, Final, Unpack

import numpy as np
import xarray as xr

from intaglio import _codec
from intaglio._body import write_body
from intaglio._errors import EncodeError, Reason
from intaglio._files import Source, check_target, write_target
from intaglio._options import Options, make_job
from intaglio._picture import make_picture
from intaglio._spec import pixels_for
from intaglio._typed import NoJSONError, to_json
from intaglio._words import split_words

MEMBER: Final = "intaglio.xarray"  # of the file's metadata
SCHEMA_VERSION: Final = 1
DIMS: Final = "dims"  # of an array's attributes, as netCDF files have it here
_NOT_FOR_FILES: Final = frozenset(
    {"source"}
)  # of encodings: where it once lay is nobody's business


def save(file: Source, data: xr.Dataset | xr.DataArray, **options: Unpack[Options]) -> None:
    """Save a Dataset or DataArray; the picture shows its data variables, not its coordinates.

    Dimensions, coordinates, attributes, names and encodings come back. options: as for `save`,
    but metadata and attrs, which are the data's own. Errors: EncodeError.
    """
    check_target(file)
    if "metadata" in options or "attrs" in options:
        detail = "metadata= and attrs= are the data's own: set .attrs"
        raise EncodeError(Reason.OPTION_INVALID, detail)
    dataset, kind = _as_dataset(data)
    variables = {_name(name): variable for name, variable in dataset.variables.items()}
    record: dict[str, Any] = {"version": SCHEMA_VERSION, **kind, "variables": {}}
    record["coords"] = [str(name) for name in dataset.coords]
    record["encoding"] = _encoding(dataset.encoding)
    arrays: dict[str, Any] = {}
    attrs: dict[str, Any] = {}
    for name, variable in variables.items():
        _check_index(name, dataset)
        arrays[name], record["variables"][name] = _stored(name, variable)
        attrs[name] = {**_attrs(name, variable.attrs), DIMS: [str(d) for d in variable.dims]}
    metadata = {**_attrs("the dataset", dataset.attrs), MEMBER: record}
    job = make_job({**options, "metadata": metadata, "attrs": attrs}, None)
    body = write_body(arrays, metadata, attrs, job.level, job.form, job.block_bytes)
    shown = {str(name): arrays[str(name)] for name in dataset.data_vars} or arrays
    picture = make_picture(shown, pixels_for(body.length, job.depths), job.look)
    write_target(file, _codec.Encoded(body, picture, job).write)


def _as_dataset(data: xr.Dataset | xr.DataArray) -> tuple[xr.Dataset, dict[str, Any]]:
    if isinstance(data, xr.Dataset):
        return data, {"kind": "dataset"}
    taken = {str(name) for name in data.coords}
    name = "data" if data.name is None else _name(data.name)
    while name in taken:
        name += "_"
    own = None if data.name is None else _name(data.name)
    dataset = data.drop_attrs(deep=False).to_dataset(name=name)
    dataset[name].attrs = data.attrs
    dataset[name].encoding = data.encoding
    return dataset, {"kind": "dataarray", "name": own, "of": name}


def _name(name: Hashable) -> str:
    if not isinstance(name, str):
        raise EncodeError(Reason.NAME_INVALID, f"the name {name!r} is no string")
    return name


def _check_index(name: str, dataset: xr.Dataset) -> None:
    index = dataset.indexes.get(name)
    if index is not None and index.nlevels > 1:
        raise EncodeError(
            Reason.DTYPE_UNSUPPORTED,
            f"{name!a} is a multi-index: ds.reset_index({name!r}) makes it plain coordinates",
        )


def _stored(name: str, variable: xr.Variable) -> tuple[Any, dict[str, Any]]:
    """The array to store, and what it alone does not say."""
    values = np.asarray(variable.values)
    record: dict[str, Any] = {"encoding": _encoding(variable.encoding)}
    if values.dtype.kind in "OUT":
        try:
            values, record["words"] = split_words(values)
        except TypeError as problem:
            raise EncodeError(
                Reason.DTYPE_UNSUPPORTED,
                f"{name!a} has dtype {variable.dtype} with {problem}: numbers, dates and "
                "strings can be carried",
            ) from problem
        record["dtype"] = variable.dtype.str if variable.dtype.kind == "U" else "object"
    return values, record


def _attrs(owner: str, attrs: Mapping[Any, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in attrs.items():
        if not isinstance(key, str) or key in (MEMBER, DIMS):
            raise EncodeError(Reason.METADATA_INVALID, f"{owner}: the attribute name {key!r}")
        try:
            found[key] = to_json(value)
        except NoJSONError as problem:
            raise EncodeError(
                Reason.METADATA_INVALID, f"{owner}: the attribute {key!r}: {problem}"
            ) from problem
    return found


def _encoding(encoding: Mapping[Any, Any]) -> dict[str, Any]:
    """What of an encoding has a form in JSON; the rest (compressor objects) is left out."""
    found: dict[str, Any] = {}
    for key, value in encoding.items():
        if isinstance(key, str) and key not in _NOT_FOR_FILES:
            try:
                found[key] = to_json(value)
            except NoJSONError:
                continue
    return found
