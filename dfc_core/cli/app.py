"""`dfc_core`: the commands put together, and the rule for exit codes.

0 = done; 2 = a user's mistake, one sentence on stderr; 3 = done but for what a file lists; 130 = interrupted. Anything
else is our mistake and shows its traceback. Commands import the rooms they need when they run, so that `--help` answers
at once.
"""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Sequence
from typing import Any

import typer

from dfc_core import __version__
from dfc_core.cli import (
    assets,
    bench,
    benchmark,
    calibrate,
    demo,
    evaluate,
    label,
    match,
    models,
    orient,
    render,
    train,
)
from dfc_core.errors import DfcError
from dfc_core.processes import INTERRUPTED

app = typer.Typer(
    help="Use a tool never seen as it was once shown with another: dense functional correspondence.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("match")(match.match)
app.add_typer(demo.app, name="demo")
app.add_typer(assets.app, name="assets")
app.command("render")(render.render)
app.add_typer(render.dataset, name="dataset")
app.command("label")(label.label)
app.add_typer(benchmark.app, name="benchmark")
app.command("train")(train.train)
app.command("orient")(orient.orient)
app.command("calibrate")(calibrate.calibrate)
app.command("evaluate")(evaluate.evaluate)
app.add_typer(models.app, name="models")
app.add_typer(bench.app, name="bench")


@app.callback(invoke_without_command=True)
def _options(version: bool = typer.Option(False, "--version", help="Print the version and stop.")) -> None:
    if version:
        typer.echo(f"dfc_core {__version__}")
        raise typer.Exit


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with its exit code; `arguments` None = those of the process."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    try:
        code = app(None if arguments is None else list(arguments), prog_name="dfc_core", standalone_mode=False)
    except DfcError as error:
        return _mistake(error.message)
    except PermissionError as error:
        return _mistake(f"{error.filename or 'something asked for'} cannot be used: {error.strerror}")
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except typer.Exit as leave:
        code = int(leave.exit_code)
    except Exception as error:
        if not hasattr(error, "format_message"):  # typer's own errors; which class depends on its version
            raise
        context = getattr(error, "ctx", None)
        if type(error).__name__ == "NoArgsIsHelpError":
            typer.echo(error.format_message())
            return 0
        command = context.command_path if context is not None else "dfc_core"
        return _mistake(f"{_usage(error)}; see {command} --help")
    if code == INTERRUPTED:  # which some versions of typer return and others raise
        typer.echo("interrupted", err=True)
    return code if isinstance(code, int) else 0


def _usage(error: Any) -> str:
    """What typer found wrong; some of its versions do not say which value came, but the error beneath does."""
    said = str(error.format_message()).rstrip(".")
    named = re.fullmatch(r"Invalid value for (.+?): Input (should .+)", said, re.DOTALL)
    if named is None or not hasattr(error.__cause__, "errors"):
        return said
    came = shlex.quote(str(error.__cause__.errors()[0]["input"]))
    return f"{named[1].replace(chr(39), '')} is {came}; it {named[2]}"


def _mistake(message: str) -> int:
    typer.echo("dfc_core: " + " ".join(message.split()), err=True)
    return 2
