import pytest

import tocsin

WRONG = """\
version: 1
events:
  refund: {amount: double}
metrics:
  refunds_24h: {event: refund, aggregate: sum(amount), window: 24h}
rules:
  A: {when: refund_24h > 500}
  B: {when: "refunds_24h >"}
"""


def check(error, file):
    assert error.file == file
    assert (error.line, error.column) == (7, 13)
    assert "'refund_24h'" in error.message
    first, second = error.diagnostics
    assert first.file == file and first.length == len("refund_24h")
    assert "'refunds_24h'" in first.hint
    assert first.source_line == "  A: {when: refund_24h > 500}"
    assert second.line == 8
    assert str(error).startswith(f"{file}:7:13: error: ")
    assert "^~~~~~~~~~" in str(error)


def test_a_text_with_mistakes():
    with pytest.raises(tocsin.ConfigError) as caught:
        tocsin.Engine.from_yaml(WRONG, name="mine")
    check(caught.value, "mine")
    assert isinstance(caught.value, tocsin.Error)


def test_a_file_with_mistakes(tmp_path):
    path = tmp_path / "rules.yaml"
    path.write_text(WRONG)
    with pytest.raises(tocsin.ConfigError) as caught:
        tocsin.Engine(path)
    check(caught.value, str(path))


def test_a_file_that_is_not_there():
    with pytest.raises(tocsin.ConfigError, match="no/such.yaml") as caught:
        tocsin.Engine("no/such.yaml")
    assert caught.value.diagnostics == [] and caught.value.line is None
    assert caught.value.message == str(caught.value)


def test_names_are_those_of_the_package():
    for name in tocsin.__all__:
        if name != "__version__":
            assert getattr(tocsin, name).__module__ == "tocsin"
