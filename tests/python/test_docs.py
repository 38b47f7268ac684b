"""docs/python.md says what is so: its programs run, and print what stands below them."""

import contextlib
import io
import pathlib
import re

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/python.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)


def test_the_page(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {}
    printed = ""
    ran = 0
    for language, text in BLOCK.findall(PAGE.read_text()):
        if language == "yaml":
            pathlib.Path("rules.yaml").write_text(text)
        elif language == "python":
            with contextlib.redirect_stdout(io.StringIO()) as output:
                exec(compile(text, str(PAGE), "exec"), names)
            printed = output.getvalue()
            ran += 1
        elif language == "text":
            assert printed == text
    assert ran >= 3
    assert "did you mean 'refunds_24h'?" in printed
