"""`dfc_core models`: which models there are, and what each is made of."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Models that are here.")


@app.command("list")
def list_() -> None:
    """Names of the models that came with the package."""
    from dfc_core.model import list_models

    for name in list_models():
        typer.echo(name)


@app.command()
def show(name: Annotated[str, typer.Argument(help="Name or folder.")] = "default") -> None:
    """A model's config: what it is made of, what it was trained on, its licence."""
    import json

    from dfc_core.model.store import model_folder, read_config

    typer.echo(json.dumps(read_config(model_folder(name)), indent=2))
