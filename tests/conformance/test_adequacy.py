"""ADEQUACY.md still says the truth, and what proves it works.

The proofs exchange modules of the plain reader, so they live in processes of their own.
"""

import subprocess
import sys
from pathlib import Path

import pytest

CONFORMANCE = Path(__file__).resolve().parents[2] / "conformance"
sys.path.insert(0, str(CONFORMANCE))

from proofs import excuses, labels, mutation, mutator  # noqa: E402

REPORT = (CONFORMANCE / "ADEQUACY.md").read_text("utf-8")


def checked(*words):
    command = [sys.executable, str(CONFORMANCE / "adequacy.py"), "--check", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_report_says_what_is_so():
    ran = checked()
    assert (ran.stdout, ran.returncode) == ("0 problems\n", 0)


def test_a_report_that_says_anything_else_is_noticed(tmp_path):
    path = tmp_path / "ADEQUACY.md"
    first = next(line for line in REPORT.splitlines() if line.startswith("| chunk-crc-ignored |"))
    lines = [
        line.replace("/accept/", "/accept/no-such-case-", 1)
        if line.startswith("| PNG-7 ")
        else line
        for line in REPORT.splitlines()
        if line != first
    ]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    ran = checked("--report", str(path))
    assert ran.returncode == 1
    assert "label PNG-7" in ran.stdout
    assert f"misreading {first.split()[1]} is not there" in ran.stdout


def test_nothing_is_missing_from_the_report():
    assert "`None`" not in REPORT
    assert "**nothing**" not in REPORT
    assert "reason below; without these, 100.0 %" in REPORT
    assert "\n0 give other bytes.\n" in REPORT


def test_every_excuse_has_a_reason_and_a_name():
    some = excuses.excuses()
    assert some
    assert all(excuse.why.endswith(".") and excuse.names for excuse in some)
    assert len({excuse.why for excuse in some}) == len(some)


def test_mutants_have_names_of_their_own():
    keys = [mutant.key for mutant in mutation.all_mutants()]
    assert len(keys) == len(set(keys)) > 1000


@pytest.mark.parametrize(
    ("name", "key", "fits"),
    [
        ("a.b | x[…] = y | …", "a.b | x[i * 2] = y | i * 2 -> i // 2", True),
        ("a.b | x[…] = y | …", "a.b | x[i] = z | leave it out", False),
        ("a.b | x | 1 -> 2", "a.b | x | 1 -> 2 (#2)", False),
    ],
)
def test_a_name_with_gaps_fits_what_it_should(name, key, fits):
    assert excuses.matches(name, key) is fits


SOURCE = '''"""Text."""
LEAST: Final = 3


def f(a: int) -> int:
    if a < LEAST:  # [AAA-1]
        raise Refused("not-png", f"{a} is too small")
    return min(a, 7)[1:]
'''


def test_mutants_are_one_change_each_and_leave_words_for_people_alone():
    found = mutator.mutants("some", SOURCE)
    assert [mutant.key.removeprefix("some.") for mutant in found] == [
        "(module) | LEAST: Final = 3 | leave it out",
        "(module) | LEAST: Final = 3 | 3 -> 4",
        "(module) | LEAST: Final = 3 | 3 -> 2",
        "f | if a < LEAST: | not (a < LEAST)",
        "f | if a < LEAST: | a < LEAST -> a <= LEAST",
        "f | if a < LEAST: | a < LEAST -> a >= LEAST",
        "f | raise Refused('not-png', ...) | leave it out",
        "f | raise Refused('not-png', ...) | 'not-png' -> 'not-png?'",
        "f | return min(a, 7)[1:] | leave it out",
        "f | return min(a, 7)[1:] | min(a, 7) -> max(a, 7)",
        "f | return min(a, 7)[1:] | 7 -> 8",
        "f | return min(a, 7)[1:] | 7 -> 6",
        "f | return min(a, 7)[1:] | 1: -> :",
        "f | return min(a, 7)[1:] | 1 -> 2",
        "f | return min(a, 7)[1:] | 1 -> 0",
    ]
    assert {mutant.rows for mutant in found[3:6]} == {range(6, 7)}


def test_a_label_stands_at_its_statement_and_what_that_guards():
    assert labels.labelled(SOURCE)["AAA-1"] == [(6, 7)]


def test_a_process_that_never_ends_is_ended():
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from proofs.workers import outcomes, stop_after\n"
        "def work(task):\n"
        "    stop_after(0.2)\n"
        "    while task: pass\n"
        "    return 'done'\n"
        "print(sorted(outcomes([0, 1], work, 2, 60)))\n"
    )
    command = [sys.executable, "-c", program, str(CONFORMANCE)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ran.stdout == "[(0, 'done'), (1, 'died')]\n"


def test_a_proof_that_is_itself_at_fault_is_no_outcome():
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from proofs.workers import outcomes\n"
        "list(outcomes([0], lambda task: 1 // task, 1, 60))\n"
    )
    command = [sys.executable, "-c", program, str(CONFORMANCE)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "ZeroDivisionError" in ran.stderr
