"""`dfc_core label`: pseudo-labels for rendered tools, without a person."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from dfc_core.label.endpoint import EndpointConfig
    from dfc_core.label.job import LabelConfig

INCOMPLETE = 3  # exit code: done, but some questions have no answer
EXAMPLE = "such as --url http://127.0.0.1:8000/v1 --model NAME"


def label(
    data: Annotated[Path, typer.Argument(help="Data set folder made by `dfc_core render`.")],
    out: Annotated[Path, typer.Option(help="Folder for names, boxes, votes and masks; a stopped run goes on.")],
    functions: Annotated[
        str, typer.Option(help="Comma-separated, such as pour-with,cut-with. Default: those each object is known for.")
    ] = "",
    names: Annotated[
        str, typer.Option(help="Where parts' names come from: known, endpoint, or a YAML or JSON file (see below).")
    ] = "known",
    boxes: Annotated[
        str,
        typer.Option(
            help="Where boxes come from: oracle, endpoint, owlv2, grounding-dino, florence-2, or a folder or hub name "
            "of one of these detectors."
        ),
    ] = "oracle",
    stage: Annotated[
        list[str] | None, typer.Option(help="Run this stage only: names, boxes, vote or masks; repeat for more.")
    ] = None,
    check: Annotated[
        bool,
        typer.Option("--check", help="Label nothing; measure labels against the tools' true parts (see below)."),
    ] = False,
    url: Annotated[str, typer.Option(help="Endpoint: base URL of any server that speaks the OpenAI protocol.")] = "",
    model: Annotated[str, typer.Option(help="Endpoint: the model to ask.")] = "",
    names_model: Annotated[str, typer.Option(help="Endpoint: another model for the names.")] = "",
    key_variable: Annotated[
        str,
        typer.Option(
            help="Endpoint: the environment variable that holds its key. Default: DFC_API_KEY, OPENAI_API_KEY."
        ),
    ] = "",
    units: Annotated[
        str, typer.Option(help="Endpoint: what its model counts in: auto, fraction, pixels or thousandths.")
    ] = "auto",
    temperature: Annotated[float | None, typer.Option(help="Endpoint: sent only if given.")] = None,
    max_tokens: Annotated[int | None, typer.Option(min=1, help="Endpoint: sent only if given.")] = None,
    timeout: Annotated[float, typer.Option(min=0.1, help="Endpoint: seconds for one answer.")] = 120.0,
    attempts: Annotated[int, typer.Option(min=1, help="Endpoint: tries of one question.")] = 5,
    threads: Annotated[int, typer.Option(min=1, help="Endpoint: questions at the same time.")] = 4,
    queries: Annotated[int, typer.Option(min=1, help="How often each part is asked for in each view.")] = 4,
    zoom: Annotated[bool, typer.Option(help="Ask for small parts once more from near.")] = True,
    threshold: Annotated[float, typer.Option(help="Detector: the lowest score that counts.")] = 0.1,
    device: Annotated[str, typer.Option(help="Detector: auto, cpu, cuda...")] = "auto",
    jitter: Annotated[float, typer.Option(min=0, help="Oracle: how far sides move, as a share of the box.")] = 0.15,
    misses: Annotated[float, typer.Option(min=0, max=1, help="Oracle: share of queries without the part.")] = 0.25,
    false_boxes: Annotated[float, typer.Option(min=0, max=1, help="Oracle: share of queries with a false box.")] = 0.15,
    seed: Annotated[int, typer.Option(min=0, help="Of the oracle's noise and of the waits between attempts.")] = 0,
    workers: Annotated[int, typer.Option(min=1, help="Processes for vote, masks and --check.")] = 2,
) -> None:
    """Find the parts that serve a function, and those a hand holds, in every view of every tool.

    Four stages, each with its output in OUT and resumed where it stopped: names (what the parts are called), boxes
    (where they lie, asked several times), vote (on the tool's surface), masks (in each view). What has no answer after
    all attempts is listed in OUT/failures.jsonl, the exit code is then 3, and the same command asks just that again.

    With --check, labels made from the oracle's boxes are compared with the true parts of every tool, over noise and
    beside the paper's summed votes, and so are the masks in OUT, if there are any; OUT/check.json holds it all.

    Keys come from the environment and are written nowhere. A file of names:

    \b
    mug:
      pour-with:
        function: {part: rim, description: the round upper edge}
        grasp: handle
      cut-with: null      # nobody cuts with it
    """
    from dfc_core.cli.progress import progress_bar
    from dfc_core.label.asking import BoxConfig
    from dfc_core.label.detectors import DetectorConfig
    from dfc_core.label.job import STAGES, LabelConfig
    from dfc_core.label.oracle import OracleConfig
    from dfc_core.label.stages import label as run

    wanted = tuple(name.strip() for name in functions.split(",") if name.strip())
    patience: dict[str, Any] = {
        "timeout_s": timeout, "attempts": attempts, "threads": threads, "temperature": temperature,
        "max_tokens": max_tokens, "seed": seed,
    }  # fmt: skip
    if key_variable:
        patience["key_variables"] = (key_variable,)
    config = LabelConfig(
        wanted, names, boxes, units=units,
        endpoint=_endpoint(boxes == "endpoint", "boxes", url, model, patience),
        names_endpoint=_endpoint(names == "endpoint", "names", url, names_model or model, patience),
        asking=BoxConfig(queries) if zoom else BoxConfig(queries, zoom_below=0.0),
        detector=DetectorConfig(threshold=threshold, device=device),
        oracle=OracleConfig(jitter, misses, false_boxes, queries, seed), workers=workers,
    )  # fmt: skip
    if check:
        return _check(data, out, config)
    with progress_bar("labelling") as progress:
        failures = run(data, out, config, tuple(stage or STAGES), progress)
    typer.echo(str(out))
    if failures:
        typer.echo(f"{len(failures)} questions without an answer: {out / 'failures.jsonl'}; run again", err=True)
        raise typer.Exit(INCOMPLETE)


def _check(data: Path, out: Path, config: LabelConfig) -> None:
    """Measure, print the means, and write `out/check.json`."""
    from dfc_core.cli.progress import progress_bar
    from dfc_core.errors import bad_input
    from dfc_core.files import write_json
    from dfc_core.label.check import CheckConfig, check_labels
    from dfc_core.label.deciding import check_masks
    from dfc_core.label.job import data_tools

    if not any(tool.functions for tool in data_tools(data)):
        raise bad_input(f"no tool in {data} has known parts to compare with")
    settings = CheckConfig(config.oracle, config.vote, config.heat, config.cloud, config.edges)
    with progress_bar("checking") as progress:
        report = check_labels(data, settings, config.workers, progress)
    if (out / "masks").is_dir():
        report["masks"] = check_masks(data, out)
        typer.echo(f"{'masks in ' + str(out):16} IoU {report['masks']['mean']:.3f}")
    for method in ("ours", "paper"):
        curve = "  ".join(f"{factor}x {iou:.3f}" for factor, iou in report[method]["curve"].items())
        typer.echo(f"{method:16} IoU {report[method]['mean']:.3f}  by noise: {curve}")
    write_json(out / "check.json", report)
    typer.echo(str(out / "check.json"))


def _endpoint(wanted: bool, stage: str, url: str, model: str, patience: dict[str, Any]) -> EndpointConfig | None:
    """The endpoint of a stage that asks one; `DfcError` when it is not said which."""
    from dfc_core.errors import bad_input
    from dfc_core.label.endpoint import EndpointConfig

    if not wanted:
        return None
    if not (url and model):
        raise bad_input(f"--{stage} endpoint needs --url and --model, {EXAMPLE}")
    return EndpointConfig(url, model, **patience)
