"""The page, its panels and its sheet."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from place_benchmark import PlaceModel, constant_score, pair

from dfc_core.dataset.benchmark_format import read_benchmark
from dfc_core.errors import DfcError
from dfc_core.evaluate import evaluate
from dfc_core.evaluate.panel import draw_panel, draw_sheet
from dfc_core.evaluate.showcase import best_and_worst


def test_the_page_holds_rows_and_pictures(benchmark_folder: Path, tmp_path: Path) -> None:
    model: Any = PlaceModel()
    page = tmp_path / "report.html"
    report = evaluate(model, benchmark_folder, tmp_path / "report.json", baselines=("chance",), page=page)
    text = page.read_text()
    for name in ("place-0", "place-0 with its part masks", "chance", "pour-with", "cut-with", "clean", "rolled"):
        assert f"<td>{name}</td>" in text
    figure = report["baselines"]["chance"]["label_transfer"]["all"]["norm_dist"]
    low, high = report["baselines"]["chance"]["confidence_95"]["label_transfer"]["all"]["norm_dist"]
    assert f"<td>{figure:.3f}<small>{low:.3f} to {high:.3f}</small></td>" in text
    pictures = re.findall(r'src="data:image/jpeg;base64,([^"]+)"', text)
    assert len(pictures) == 3  # two best, one worst, no pair twice
    assert Image.open(io.BytesIO(base64.b64decode(pictures[0]))).size == (688, 224)
    assert "http" not in text  # nothing is fetched
    with pytest.raises(DfcError, match="cannot be both"):
        evaluate(model, benchmark_folder, page, page=page)


def test_best_and_worst_pairs(benchmark_folder: Path) -> None:
    values = {0: 0.1, 1: 0.5, 2: 0.3}
    scores = {number: constant_score(value) for number, value in values.items()}
    shown = best_and_worst(PlaceModel(), read_benchmark(benchmark_folder), scores, shown=1)  # type: ignore[arg-type]
    assert [exhibit.caption for exhibit in shown.best] == [
        "pair 0: pour-with, mug to mug, clean; NormDist 0.100, AP@23 0.050"
    ]
    assert [exhibit.caption.split(":")[0] for exhibit in shown.worst] == ["pair 1"]


def test_a_panel_shows_true_and_predicted_places(benchmark_folder: Path) -> None:
    truth = pair()
    panel = draw_panel(truth, truth.b.points, matches=5)
    assert panel.shape == (224, 3 * 224 + 2 * 8, 3)
    np.testing.assert_array_equal(panel[:, 232:456], panel[:, 464:])  # a perfect prediction looks like the truth
    x, y = truth.a.points[0].astype(int)
    np.testing.assert_array_equal(panel[y, x], panel[y, x + 50 + 232])  # partners share their colour
    assert (panel[y, x] != truth.a.rgb[y, x]).any()


def test_a_sheet_has_pairs_of_every_function(benchmark_folder: Path) -> None:
    benchmark = read_benchmark(benchmark_folder)
    width, height = 2 * 224 + 2 * 8, 224 + 8 + 14  # two pictures with gaps, a caption below
    assert draw_sheet(benchmark).shape == (height, 2 * width, 3)  # cut-with, pour-with
    sheet = draw_sheet(benchmark, each=5, columns=2)  # as many as there are: 1 + 2
    assert sheet.shape == (2 * height, 2 * width, 3)
    np.testing.assert_array_equal(sheet[8:232, : 2 * 224 + 8], draw_panel(benchmark.load(2)))
