"""report.json for a reader: one HTML file with tables and pictures, which needs nothing beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any

from dfc_core.evaluate.metrics import DISCOVERY_THRESHOLDS, LABEL_METRICS
from dfc_core.evaluate.showcase import Exhibit, Showcase
from dfc_core.files import write_text

HEADLINES = (("label_transfer", "norm_dist"), ("label_transfer", "pck@23"), ("discovery", "best_f1@23"),
             ("discovery", "ap@23"))  # fmt: skip
METRICS = (
    *(("label_transfer", name) for name in LABEL_METRICS),
    *(("discovery", f"{name}@{threshold}") for name in ("best_f1", "ap") for threshold in DISCOVERY_THRESHOLDS),
)
NAMES = {"norm_dist": "NormDist", "pck": "PCK", "best_f1": "best F1", "ap": "AP"}
STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2em auto; max-width: 80em; padding: 0 1em; color: #222; }
table { border-collapse: collapse; margin: .6em 0 1.6em; font-variant-numeric: tabular-nums; }
th, td { padding: .25em .7em; text-align: right; border-bottom: 1px solid #ddd; }
th:first-child, td:first-child { text-align: left; }
td small { display: block; color: #777; font-size: 11px; white-space: nowrap; }
td.best { font-weight: 600; } td.worse { background: #fbeaea; } td.better { background: #eaf6ea; }
figure { margin: 0 0 1.2em; } figure img { max-width: 100%; } figcaption { color: #555; font-size: 13px; }
"""

Row = tuple[str, dict[str, Any]]
"""A row's name and its block of the report."""
Cells = tuple[str, list[str]]


def write_page(path: Path | str, report: dict[str, Any], showcase: Showcase) -> None:
    """Write a report (as `evaluate` returns it) and pictures as one HTML file."""
    write_text(path, page(report, showcase))


def page(report: dict[str, Any], showcase: Showcase) -> str:
    """The HTML text: all rows, differences to the first, every function and split, the best and worst pairs."""
    rows = report_rows(report)
    title = f"{report['model']} on {report['benchmark']}"
    body = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{report['pairs']} pairs, {report['pairs_within']} within a category and {report['pairs_across']} across; "
        f"{report['seconds_per_pair']:.2f} s a pair. A figure is the mean over pairs and both directions, in small "
        "print its 95 % interval (1000 resamplings of the pairs). NormDist: less is better; all others: more.</p>",
        "<h2>All pairs</h2>",
        _rows_table(rows, METRICS, "all"),
        *_differences(rows),
        "<h2>Pairs within a category, and across</h2>",
        *(_group(rows, group) for group in ("within", "across") if report[f"pairs_{group}"]),
        *_by_tag(rows, "splits", "By split"),
        *_by_tag(rows, "functions", "By function"),
        *_gallery("Best pairs", showcase.best),
        *_gallery("Worst pairs", showcase.worst),
    ]
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head>\n<body>\n" + "\n".join(body) + "\n</body></html>\n"
    )


def report_rows(report: dict[str, Any]) -> list[Row]:
    """Every row of a report with its name: the model, its masked variant, compared models with theirs, baselines."""
    rows = [*_model_rows(report["model"], report)]
    for name, block in report.get("compared", {}).items():
        rows += _model_rows(name, block)
    return rows + list(report["baselines"].items())


def metric_name(metric: str) -> str:
    """`best_f1@23` as a reader knows it: best F1@23."""
    name, at, threshold = metric.partition("@")
    return NAMES[name] + at + threshold


def _model_rows(name: str, block: dict[str, Any]) -> Iterable[Row]:
    yield name, block
    if "masked" in block:
        yield f"{name} with its part masks", block["masked"]


def _group(rows: Sequence[Row], group: str) -> str:
    return f"<h3>{group.capitalize()}</h3>" + _rows_table(rows, HEADLINES, group)


def _rows_table(rows: Sequence[Row], metrics: Sequence[tuple[str, str]], group: str) -> str:
    """Rows by metrics, the best of each metric in bold."""
    lines: list[Cells] = [(name, []) for name, _ in rows]
    for block, metric in metrics:
        figures = [row[block][group][metric] for _, row in rows]
        best = (min if metric == "norm_dist" else max)(figures)
        for (_, cells), (_, row), figure in zip(lines, rows, figures, strict=True):
            bounds = row["confidence_95"][block][group][metric]
            cells.append(_cell(figure, bounds, "best" if figure == best else ""))
    return _table(["", *(metric_name(metric) for _, metric in metrics)], lines)


def _differences(rows: Sequence[Row]) -> list[str]:
    """A table of what each row is above the first; green and red where the interval leaves out 0."""
    others = [(name, row["difference_to_model"]) for name, row in rows if "difference_to_model" in row]
    if not others:
        return []
    lines = []
    for name, row in others:
        cells = []
        for block, metric in METRICS:
            figure, bounds = row[block]["all"][metric], row["confidence_95"][block]["all"][metric]
            good = (figure < 0) == (metric == "norm_dist")
            mark = ("better" if good else "worse") if row["significant"][block]["all"][metric] else ""
            cells.append(_cell(figure, bounds, mark, "+.3f"))
        lines.append((name, cells))
    return [
        f"<h2>Difference to {escape(rows[0][0])}</h2>",
        "<p>On the same pairs, resampled together; green is better and red worse than the first row where the 95 % "
        "interval leaves out 0.</p>",
        _table(["", *(metric_name(metric) for _, metric in METRICS)], lines),
    ]


def _by_tag(rows: Sequence[Row], tags: str, title: str) -> list[str]:
    """For each headline figure a table of functions (or splits) by rows; the last figure's stands open."""
    first = rows[0][1][tags]
    if not first:
        return []
    parts = [f"<h2>{title}</h2>"]
    for block, metric in reversed(HEADLINES):
        lines: list[Cells] = []
        for tag in first:
            blocks = [row[tags][tag] for _, row in rows]
            figures = [part[block]["all"][metric] for part in blocks]
            best = (min if metric == "norm_dist" else max)(figures)
            bounds = [part["confidence_95"][block]["all"][metric] for part in blocks]
            marks = ["best" if figure == best else "" for figure in figures]
            cells = [_cell(*cell) for cell in zip(figures, bounds, marks, strict=True)]
            lines.append((tag, [f"<td>{first[tag]['pairs']}</td>", *cells]))
        opened = " open" if (block, metric) == HEADLINES[-1] else ""
        table = _table(["", "pairs", *(name for name, _ in rows)], lines)
        parts.append(f"<details{opened}><summary>{metric_name(metric)}</summary>{table}</details>")
    return parts


def _gallery(title: str, exhibits: Sequence[Exhibit]) -> list[str]:
    if not exhibits:
        return []
    figures = [
        f'<figure><img src="{exhibit.link}" alt=""><figcaption>{escape(exhibit.caption)}</figcaption></figure>'
        for exhibit in exhibits
    ]
    about = (
        "<p>By NormDist. Left: true pixels of a. Middle: their true partners in b. Right: where the model puts them, "
        "joined to the truth.</p>"
    )
    return [f"<h2>{title}</h2>", about, *figures]


def _cell(figure: float, bounds: Sequence[float], mark: str = "", form: str = ".3f") -> str:
    low, high = bounds
    kind = f' class="{mark}"' if mark else ""
    return f"<td{kind}>{figure:{form}}<small>{low:{form}} to {high:{form}}</small></td>"


def _table(heads: Sequence[str], lines: Sequence[Cells]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    body = "\n".join(f"<tr><td>{escape(name)}</td>{''.join(cells)}</tr>" for name, cells in lines)
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table>"
