"""The reports of `bench` and `bench engine` as tables."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

MEGABYTE = 2**20


def show_match(report: dict[str, Any]) -> None:
    """Seconds of each stage of a match, the matching kernel beside the plain one, memory."""
    size, matching, memory = report["frame"], report["matching"], report["memory"]
    stages = table(
        f"{report['model']} on {size['name']} {size['width']}x{size['height']}, {report['calls']} calls",
        "stage", "p50 ms", "p95 ms",
    )  # fmt: skip
    for stage, seconds in report["seconds"].items():
        stages.add_row(stage, f"{1000 * seconds['p50']:.1f}", f"{1000 * seconds['p95']:.1f}")
    kernel = table(f"matching {matching['pixels']} with {matching['pixels']} pixels", "", "ms", "added MB")
    for name, key in (("chunked (ours)", "chunked"), ("full float32 matrix", "full_matrix")):
        row = matching[key]
        kernel.add_row(name, f"{1000 * row['seconds']:.1f}", megabytes(row["added_bytes"]))
    ratio = matching["memory_ratio"]
    kernel.add_row("full / ours", f"{matching['time_ratio']:.2f}x", "-" if ratio is None else f"{ratio:.1f}x")
    console = Console()
    console.print(stages, kernel)
    console.print(
        f"resident {megabytes(memory['resident_bytes'])} MB; the first match added "
        f"{megabytes(memory['match_added_bytes'])} MB and took {report['first_seconds']:.2f} s"
    )


def show_engine(report: dict[str, Any]) -> None:
    """Each task by every way, and what one picture costs."""
    console = Console()
    heads = ("ms", "CPU ms", "x faster", "x less CPU", "added MB", "same pixel", "px apart", "similarity")
    for task, ways in report["tasks"].items():
        shown = table(f"{task.replace('_', ' ')}, {report['model']}", "", *heads)
        for way, row in ways.items():
            times = [f"{1000 * row[key]:.0f}" for key in ("seconds", "cpu_seconds")]
            ratios, agreement = [""] * 2, [""] * 3
            if way != "plain":
                ratios = [f"{row[key]:.1f}x" for key in ("time_ratio", "cpu_ratio")]
                agreement = [f"{row['same_pixel']:.3f}", f"{row['px']:.2f}", f"{row['similarity']:.1e}"]
            shown.add_row(way, *times, *ratios, megabytes(row["added_bytes"]), *agreement)
        console.print(shown)
    for mode, row in report["modes"].items():
        console.print(
            f"{mode}: picture {1000 * row['encode_seconds']:.0f} ms, features of the tool "
            f"{1000 * row['read_out_seconds']:.0f} ms; off the plain features by {row['feature_difference']:.1e}, "
            f"least cosine {row['least_cosine']:.5f}"
        )


def table(title: str, *heads: str) -> Table:
    """A table of figures: names on the left of its first column, numbers on the right of the others."""
    empty = Table(title=title)
    for place, name in enumerate(heads):
        empty.add_column(name, justify="right" if place else "left")
    return empty


def megabytes(count: int | None) -> str:
    """Bytes in MB, "-" where they are not known."""
    return "-" if count is None else f"{count / MEGABYTE:.0f}"
