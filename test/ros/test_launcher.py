from __future__ import annotations

import os
import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def launcher(folder: Path, built_for: Path) -> Path:
    """scripts/launcher.sh.in as CMake configures it."""
    text = (REPOSITORY / "scripts" / "launcher.sh.in").read_text()
    path = folder / "launcher"
    path.write_text(text.replace("@DFC_PYTHON@", str(built_for)).replace("@module@", "a_module"))
    path.chmod(0o755)
    return path


def fake_python(folder: Path, name: str, missing: str) -> Path:
    """Says that `missing` is missing when asked, else its own name and arguments."""
    path = folder / name
    path.write_text(f'#!/bin/sh\nif [ "$1" = -c ]; then echo "{missing}"; else echo {name} "$@"; fi\n')
    path.chmod(0o755)
    return path


def run(command: Path, **variables: str) -> subprocess.CompletedProcess:
    kept = {name: value for name, value in os.environ.items() if name not in ("DFC_PYTHON", "VIRTUAL_ENV")}
    return subprocess.run([command, "--word"], env={**kept, **variables}, capture_output=True, text=True, timeout=30)


def test_runs_the_module_under_the_python_chosen_at_build_time(tmp_path):
    folder = tmp_path / "a folder"
    folder.mkdir()
    answer = run(launcher(folder, fake_python(folder, "built", "")))
    assert (answer.returncode, answer.stdout) == (0, "built -m a_module --word\n")


def test_the_environment_variable_goes_first(tmp_path):
    command = launcher(tmp_path, fake_python(tmp_path, "built", ""))
    assert run(command, DFC_PYTHON=str(fake_python(tmp_path, "mine", ""))).stdout.startswith("mine ")


def test_a_python_without_torch_is_passed_over(tmp_path):
    (tmp_path / "bin").mkdir()
    fake_python(tmp_path / "bin", "python3", "")
    command = launcher(tmp_path, fake_python(tmp_path, "built", "torch"))
    assert run(command, VIRTUAL_ENV=str(tmp_path)).stdout.startswith("python3 ")


def test_says_what_to_install_when_no_python_will_do(tmp_path):
    answer = run(launcher(tmp_path, fake_python(tmp_path, "built", "torch")), DFC_PYTHON="/nowhere/python")
    assert answer.returncode == 2
    assert f"{tmp_path}/built: missing torch" in answer.stderr
    assert "/nowhere/python: there is no such program" in answer.stderr
    assert "DFC_PYTHON=" in answer.stderr
