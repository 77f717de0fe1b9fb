"""Errors: each has a stable reason, and can be pickled."""

import pickle

import intaglio as ig
from intaglio.errors import DECODE_REASONS


def test_content_errors_are_decode_errors_with_a_reason_of_their_own():
    problem = ig.ContentError("no figure is in this file")
    assert isinstance(problem, ig.DecodeError)
    assert problem.reason == "content-other"
    assert problem.reason not in DECODE_REASONS
    again = pickle.loads(pickle.dumps(problem))
    assert (type(again), str(again)) == (
        ig.ContentError,
        "no figure is in this file [content-other]",
    )
