"""imsave(colorbar=True): each keyword is used in the frame, or refused by its name."""

import io

import numpy as np
import pytest

import intaglio as ig
from intaglio.figures import framed

MATRIX = np.arange(-50, 50.0).reshape(10, 10)


def saved(**options):
    out = io.BytesIO()
    ig.imsave(out, MATRIX, colorbar=True, **options)
    return out.getvalue()


@pytest.mark.parametrize(
    "option",
    [
        {"cover": np.zeros((9, 9, 3), "u1")},
        {"enlarge": False},
        {"scale": 3},
        {"side_min": 9},
        {"complex_as": "phase"},
    ],
    ids=str,
)
def test_a_keyword_that_the_frame_cannot_use_is_refused_by_name(option):
    with pytest.raises(ig.EncodeError) as caught:
        saved(**option)
    assert caught.value.option == next(iter(option))
    assert caught.value.reason == "option-invalid"


def test_the_frame_uses_the_middle_and_the_linear_part_that_are_given():
    norm = framed(MATRIX, norm="twoslope", vcenter=20).axes[0].images[0].norm
    assert norm.vcenter == 20
    norm = framed(MATRIX, norm="symlog", linthresh=10.0).axes[0].images[0].norm
    assert norm.linthresh == 10
    assert saved(norm="twoslope") != saved(norm="twoslope", vcenter=20)
    assert saved(norm="symlog") != saved(norm="symlog", linthresh=10.0)


def test_values_that_pictures_without_a_frame_refuse_are_refused_alike():
    with pytest.raises(ig.EncodeError) as caught:
        saved(norm="twoslope", vcenter=-30, vmin=-20)
    assert caught.value.option == "vmin"
    with pytest.raises(TypeError, match="vcenter="):
        saved(norm="twoslope", vcenter="middle")


@pytest.mark.parametrize(
    "option", [{"profile": "dense"}, {"badge": True}, {"effort": "small"}], ids=str
)
def test_options_that_are_not_of_the_frame_are_used_as_ever(option):
    png = saved(**option)
    assert png != saved()
    assert ig.loads(png).tobytes() == MATRIX.tobytes()
