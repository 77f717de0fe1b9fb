"""Checks of records: each value has the type, range and size of a closed table, or is refused."""

import sys

import pytest

from intaglio._records.schema import (
    SchemaError,
    boolean,
    either,
    integer,
    items,
    mapping,
    nullable,
    number,
    one_of,
    record,
    row,
    tagged,
    text,
)

SHAPES = tagged(
    "kind", {"dot": record({"at": row(number(0, 1), number(0, 1))}), "none": record({})}
)
TABLE = record(
    {"size": integer(1, 9), "shapes": items(SHAPES, 3)},
    {"title": nullable(text(5)), "style": mapping(one_of("dash", "dot"), boolean, 1)},
)
GOOD = {
    "size": 3,
    "shapes": [{"kind": "dot", "at": [0, 0.5]}],
    "title": None,
    "style": {"dot": True},
}


def test_a_checked_record_holds_what_its_table_names_and_nothing_else():
    assert TABLE({**GOOD, "savefig": "x.pgf"}) == GOOD
    assert TABLE({"size": 1, "shapes": []}) == {"size": 1, "shapes": []}
    assert TABLE({**GOOD, "shapes": [{"kind": "none", "at": 7}]})["shapes"] == [{"kind": "none"}]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"size": True}, "size: True is no integer"),
        ({"size": 3.0}, "size: 3.0 is no integer"),
        ({"size": 10}, "size: 10 is not within 1 to 9"),
        ({"size": 1 << 4000}, "size: an integer of 4001 bits is not within 1 to 9"),
        ({"shapes": {}}, "shapes: an object is no list"),
        ({"shapes": [{"kind": "none"}] * 4}, "shapes: a list of 4 values, not of 0 to 3"),
        ({"shapes": [{"kind": "__class__"}]}, "shapes[0].kind: '__class__' is none of dot, none"),
        ({"shapes": [{"kind": ["dot"]}]}, "shapes[0].kind: a list is none of dot, none"),
        ({"shapes": [{"at": [0, 0]}]}, "shapes[0].kind: missing"),
        ({"shapes": [{"kind": "dot", "at": [0]}]}, "shapes[0].at: a list of 1 values, not of 2"),
        ({"shapes": [{"kind": "dot", "at": [0, "1"]}]}, "shapes[0].at[1]: '1' is no number"),
        ({"shapes": [{"kind": "dot", "at": [0, float("nan")]}]}, "shapes[0].at[1]: nan is not within 0 to 1"),
        ({"shapes": [{"kind": "dot", "at": [False, 0]}]}, "shapes[0].at[0]: False is no number"),
        ({"title": "abcdef"}, "title: a text of 6 characters, more than 5"),
        ({"title": 5}, "title: 5 is no text"),
        ({"style": {"usetex": True}}, "style: 'usetex' is none of dash, dot"),
        ({"style": {"dot": 1}}, "style.'dot': 1 is neither true nor false"),
        ({"style": {"dot": True, "dash": True}}, "style: an object of 2 members, more than 1"),
        ({"style": []}, "style: a list is no object"),
    ],
)  # fmt: skip
def test_what_a_table_does_not_allow_is_refused_with_its_path(changed, told):
    with pytest.raises(SchemaError) as caught:
        TABLE({**GOOD, **changed})
    assert str(caught.value) == told


def test_a_missing_member_is_named():
    with pytest.raises(SchemaError, match=r"^size: missing$"):
        TABLE({"shapes": []})


def test_one_of_tells_types_apart():
    check = one_of(1, "1", None)
    assert [check(1), check("1"), check(None)] == [1, "1", None]
    for other in (True, 1.0, "", 0, False):
        with pytest.raises(SchemaError):
            check(other)


def test_either_allows_what_one_of_its_checks_allows():
    check = either(number(0, 1), one_of("auto"))
    assert [check(0.5), check("auto")] == [0.5, "auto"]
    with pytest.raises(SchemaError, match="'best' is none of auto"):
        check("best")


def test_an_error_quotes_little_of_a_long_value():
    with pytest.raises(SchemaError) as caught:
        integer(0, 1)("x" * 10**6)
    assert len(str(caught.value)) < 100


def test_a_deep_list_is_refused_where_a_shallow_value_is_meant():
    deep = []
    for _ in range(sys.getrecursionlimit() * 2):
        deep = [deep]
    with pytest.raises(SchemaError, match="a list is no number"):
        number(0, 1)(deep)
