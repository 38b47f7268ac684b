import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def test_the_stubs_name_what_the_module_has():
    import ast

    from tocsin import _core

    tree = ast.parse((ROOT / "python/tocsin/_core.pyi").read_text())
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            written = {item.name for item in node.body if isinstance(item, ast.FunctionDef)}
            there = {name for name in vars(getattr(_core, node.name)) if not name.startswith("_")}
            assert written == there, node.name
    written = {node.name for node in tree.body if isinstance(node, (ast.ClassDef, ast.FunctionDef))}
    assert written == {name for name in vars(_core) if not name.startswith("_")}


def test_the_types_are_right(tmp_path):
    pytest.importorskip("mypy")
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path), str(ROOT / "python/tocsin")]
    subprocess.run(command, check=True)
