"""The tools that add up results and guard the tree are right themselves."""

import pathlib
import subprocess

import pytest

import summary

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "status, output, expected",
    [
        ("run", "", (1, 0)),
        ("run", "All tests passed (3 assertions in 1 test case)\n", (1, 0)),
        ("run", "noise\nAll tests passed (1234 assertions in 56 test cases)\n\n", (56, 0)),
        ("fail", "test cases:  12 |  10 passed | 2 failed\nassertions: 99 | 97 passed | 2 failed\n", (10, 2)),
        ("fail", "test cases: 1 | 1 failed\nassertions: - none -\n", (0, 1)),
        ("run", "........  [100%]\n12 passed in 0.41s\n", (12, 0)),
        ("run", "12 passed, 3 skipped, 1 warning in 61.20s (0:01:01)\n", (12, 0)),
        ("fail", "FAILED x.py::test_y\n1 failed, 11 passed in 0.41s\n", (11, 1)),
        ("fail", "2 errors in 0.10s\n", (0, 2)),
        ("fail", "", (0, 1)),
        ("fail", "All tests passed (3 assertions in 2 test cases)\nSegmentation fault\n", (2, 1)),
        ("disabled", "", (0, 0)),
        ("notrun", "", (0, 0)),
    ],
)
def test_a_test_of_ctest_counts_as_its_cases(tmp_path, status, output, expected):
    results = tmp_path / "tests.xml"
    case = f'<testcase name="t" status="{status}"><system-out>{output}</system-out></testcase>'
    results.write_text(f'<testsuite name="x">{case}</testsuite>')
    assert summary.summarize(str(results)) == expected


def test_no_test_at_all_is_a_failure(tmp_path):
    results = tmp_path / "tests.xml"
    results.write_text('<testsuite name="x"></testsuite>')
    run = subprocess.run(["python3", summary.__file__, results], stdout=subprocess.PIPE, check=False)
    assert (run.returncode, run.stdout) == (1, b"0 passed, 0 failed\n")


@pytest.mark.parametrize("arguments", [["nonsense"], ["test", "--quick"], ["lint", "everything"], ["fuzz", "ten"]])
def test_wrong_usage_of_dev_says_so(arguments):
    run = subprocess.run([ROOT / "dev", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    assert run.returncode == 2
    assert arguments[-1] in run.stderr.decode().splitlines()[0]


def test_dev_help_lists_every_subcommand():
    text = subprocess.run([ROOT / "dev", "help"], stdout=subprocess.PIPE, check=True).stdout.decode()
    for command in ("setup", "build", "demo", "test", "bench", "lint", "fuzz", "soak", "docs"):
        assert f"\n  {command} " in text
