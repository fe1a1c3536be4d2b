"""The report of `bench transfer` as tables."""

from __future__ import annotations

from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from dfc_core.cli.bench_tables import table

ACCURACY = ("accepted", "contact mm", "p90", "< 15 mm", "hidden too", "turn deg", "p90")


def show_transfer(report: dict[str, Any]) -> None:
    """Every way's accuracy, then of ours symmetry, calibration and grasps."""
    console = Console()
    ours = next(iter(report["results"].values()))
    console.print(_accuracy(report), _parts(ours), _calibration(ours), _turn(ours), _grasps(ours))
    for seed, row in report["found_masks"].items():
        console.print(
            f"masks found at a {seed}: median overlap {_number(row['median'], 1, '.2f')}, "
            f"above .7 {_percent(row['above_0.7'])}, above .5 {_percent(row['above_0.5'])}, "
            f"another thing {_percent(row['wrong'])}"
        )
    axis, other = ours["free_angle"]["axis"], ours["free_angle"]["other"]
    console.print(
        f"a free angle was offered for {axis['offered']} of {axis['answers']} tools symmetric about an axis, "
        f"and for {other['offered']} of {other['answers']} others"
    )


def _accuracy(report: dict[str, Any]) -> Table:
    kinds = ", ".join(f"{count} {kind}" for kind, count in report["kinds"].items())
    title = f"{report['scenes']} scenes ({kinds}; {report['feasible']} turned out feasible)"
    shown = table(title, "", *ACCURACY, "AUROC", "s")
    for name, row in report["results"].items():
        shown.add_row(
            name,
            *_accuracy_cells(row),
            _number(row["auroc_affords"], 1, ".3f"),
            _number(row["seconds"]["p50"], 1, ".2f"),
        )
    return shown


def _accuracy_cells(row: dict[str, Any]) -> list[str]:
    contacts, turn = row["contacts"], row["rotation_rad"]
    return [
        _percent(row["accepted"]),
        _number(contacts["median"], 1000, ".1f"),
        _number(contacts["p90"], 1000, ".1f"),
        _percent(contacts["within"]),
        _number(row["hidden_too"]["median"], 1000, ".1f"),
        _number(turn["median"], 180 / np.pi, ".1f"),
        _number(turn["p90"], 180 / np.pi, ".1f"),
    ]


def _parts(ours: dict[str, Any]) -> Table:
    shown = table("ours, by what the scene is", "", "scenes", *ACCURACY)
    groups = {
        "about an axis": ours["symmetry"]["axis"],
        "other symmetry or none": ours["symmetry"]["other"],
        "up to 0.4 m long": ours["size"]["hand"],
        "longer": ours["size"]["large"],
        "mask given": ours["mask"]["given"],
        "tool found at a point": ours["mask"]["found"],
    }
    for name, row in groups.items():
        shown.add_row(name, str(row["scenes"]), *_accuracy_cells(row))
    return shown


def _calibration(ours: dict[str, Any]) -> Table:
    found = ours["calibration"]
    within = f"contact within {1000 * found['within_m']:.0f} mm"
    return _reliability(within, found, "contacts", "mm", 1000, ".1f")


def _turn(ours: dict[str, Any]) -> Table:
    found = ours["turn"]
    degrees = 180 / np.pi
    return _reliability(
        f"turn within {degrees * found['within_rad']:.0f} degrees", found, "answers", "deg", degrees, ".0f"
    )


def _reliability(within: str, found: dict[str, Any], counted: str, unit: str, factor: float, form: str) -> Table:
    """How far a stated probability of being `within` holds, and the errors of the surest answers."""
    figures = f"calibration error {_number(found['error'], 1, '.3f')}, AUROC {_number(found['auroc_within'], 1, '.2f')}"
    shown = table(f"ours, {within}: {figures}", "stated", "true", counted)
    for row in found["table"]:
        shown.add_row(f"{row['confidence']:.2f}", f"{row['correct']:.2f}", str(row["count"]))
    shown.add_section()
    for coverage, risk in found["risk_coverage"].items():
        errors = f"{_number(risk['median'], factor, form)} / {_number(risk['p90'], factor, form)}"
        shown.add_row(f"best {coverage} %", f"{errors} {unit}", "")
    return shown


def _grasps(ours: dict[str, Any]) -> Table:
    found = ours["grasps"]
    title = f"ours, grasps: {found['offered']} of {found['scenes']} scenes were offered one"
    shown = table(title, "", "width", "right part", "antipodal .5", "free", "all")
    for name, row in (("first offered", found["best"]), ("carried only", found["carried"])):
        shown.add_row(name, *(_percent(row[key]) for key in ("width", "hold", "antipodal", "free", "good")))
    shown.add_row("any offered", "", "", "", "", _percent(found["any_good"]))
    return shown


def _number(value: float | None, factor: float, form: str) -> str:
    return "-" if value is None else format(value * factor, form)


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.0f} %"
