"""The engine agrees with the slow reference on generated configs and streams.

    TOCSIN_SEED=1          other cases; the default is the same everywhere
    TOCSIN_MODEL_CASES=N   how many; the default takes about a minute
    TOCSIN_MODEL_FAILURES  after how many it gives up; the default is 3
    TOCSIN_MODEL_FEATURES  only these features, by name, with commas: see generate.FEATURES

    python3 test_model.py case.json    runs one case again, as a failure has written it
"""

import collections
import importlib.util
import json
import os
import pathlib
import sys

import pytest

import compare
import generate
import shrink

SEED = os.environ.get("TOCSIN_SEED", "20240101")
CASES = int(os.environ.get("TOCSIN_MODEL_CASES", "1000"))
FEATURES = os.environ.get("TOCSIN_MODEL_FEATURES")
FOLDER = pathlib.Path(os.environ.get("TOCSIN_MODEL_FOLDER", "model-failures"))
FAILURES = int(os.environ.get("TOCSIN_MODEL_FAILURES", "3"))
MOST_SKIPPED = 0.5  # beyond this share the test says that it tests too little


def check(case):
    """What differs, as lines; raises compare.NotSupported."""
    try:
        found, in_batches = compare.run_engine(case), compare.run_engine(case, batches=True)
    except compare.NotSupported:
        raise
    except Exception as error:  # whatever the engine raises is a difference
        return [f"the engine: {type(error).__name__}: {error}"]
    expected = compare.run_model(case)
    return compare.differences(expected, found) or [
        "in batches (1.6), " + line for line in compare.differences(expected, in_batches, answers=False)]


def _kind(lines):
    """What a difference is about: a smaller case must fail in the same way."""
    return lines[0].split(":")[0].split(" ")[0] if lines else None


def _fails_as(kind):
    def fails(case):
        try:
            return _kind(check(case)) == kind
        except Exception:  # no case at all any more
            return False

    return fails


def report(name, case):
    lines = check(case)
    small = shrink.shrink(case, _fails_as(_kind(lines)))
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}.json"
    path.write_text(json.dumps(small, indent=1))
    return "\n".join([f"case {name} differs; smaller, in {path.resolve()}:", "", compare.describe(small), "",
                      *check(small)])


def test_the_engine_agrees_with_the_model():
    features = FEATURES.split(",") if FEATURES is not None else None
    compare_all([] if features == [""] else features, CASES)


def test_the_engine_agrees_on_every_aggregate():
    if FEATURES is not None:
        pytest.skip("only some features are looked at")
    compare_all(generate.AGGREGATES + generate.AROUND_AGGREGATES, CASES // 2)


def test_the_engine_agrees_on_every_window():
    if FEATURES is not None:
        pytest.skip("only some features are looked at")
    compare_all(generate.WINDOWS + generate.AROUND_WINDOWS, CASES // 2)


def compare_all(features, cases):
    if importlib.util.find_spec("tocsin") is None:
        pytest.skip("the Python package is not built, through which the model drives the engine")
    skipped, failures = collections.Counter(), []
    FOLDER.mkdir(parents=True, exist_ok=True)
    for number in range(cases):
        name = f"{SEED}-{number}"
        (FOLDER / "running").write_text(name)  # should the engine crash
        case = generate.make_case(name, features)
        try:
            lines = check(case)
        except compare.NotSupported as missing:
            skipped[str(missing)] += 1
            continue
        if lines:
            failures.append(report(name, case))
        if len(failures) >= FAILURES:
            break
    for message, count in skipped.most_common():
        print(f"skipped {count} of {cases}: {message}")
    if failures:
        pytest.fail(f"\n\n{'-' * 80}\n".join(failures), pytrace=False)
    if sum(skipped.values()) > MOST_SKIPPED * cases:
        pytest.skip(f"{sum(skipped.values())} of {cases} cases need what the engine does not have yet: "
                    + "; ".join(message for message, _ in skipped.most_common(5)))


def main():
    case = json.loads(pathlib.Path(sys.argv[1]).read_text())
    print(compare.describe(case))
    lines = check(case)
    print("\n".join(lines) or "they agree")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
