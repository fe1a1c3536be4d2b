"""Fixtures of several of these files."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def benchmark_folder(tmp_path: Path) -> Path:
    """Three small pairs of two categories and two functions."""
    from place_benchmark import pair

    from dfc_core.dataset.benchmark_format import save_benchmark

    pairs = [pair("mug", splits=("clean",)), pair("cup"), pair("cup", "cut-with", ("clean", "rolled"))]
    return save_benchmark(tmp_path / "bench", "tiny", pairs)


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small data set to train on, which no test changes: a mug and a bowl, three views each."""
    from dfc_core.render.dataset import RenderConfig, render_dataset

    return render_dataset(tmp_path_factory.mktemp("data"), RenderConfig(families=("mug", "bowl"), tools=1, views=3))
