"""Jobs in several processes: results in order, and an interrupt (Ctrl-C) that ends all of them without a word."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from dfc_core.files import write_atomic
from dfc_core.processes import in_processes


def square(number: int) -> int:
    return number**2


def write_slowly(path: Path) -> None:
    """Writes for a minute, so that an interrupt finds the file half written."""

    def write(file: object) -> None:
        path.with_suffix(".begun").touch()
        time.sleep(60)

    write_atomic(path, write)


def test_results_are_in_order() -> None:
    assert list(in_processes(square, range(5), workers=2)) == [0, 1, 4, 9, 16]


def test_an_interrupt_ends_all_at_once_and_leaves_no_half_written_file(tmp_path: Path) -> None:
    here = Path(__file__)
    code = (
        "from pathlib import Path\nfrom dfc_core.processes import in_processes\n"
        "from test_processes import write_slowly\n"
        f"list(in_processes(write_slowly, [Path({str(tmp_path)!r}) / str(n) for n in range(4)], 2))"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", code],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=os.environ | {"PYTHONPATH": f"{here.parents[2]}{os.pathsep}{here.parent}"},
    )
    until = time.monotonic() + 60
    while len(list(tmp_path.glob("*.begun"))) < 2:
        assert time.monotonic() < until
        time.sleep(0.05)
    os.killpg(run.pid, signal.SIGINT)  # as a terminal sends it: to all of them
    _, said = run.communicate(timeout=30)
    assert run.returncode != 0
    assert "SpawnProcess" not in said
    assert said.count("Traceback") == 1  # of this process, which the command line answers
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.begun", "1.begun"]
