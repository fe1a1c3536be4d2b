"""`dfc_core models`: which models there are, what each is made of, and models from elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Models that are here.")


@app.command("list")
def list_(
    folders: Annotated[list[Path] | None, typer.Argument(help="Model folders to list besides.")] = None,
) -> None:
    """The models that came with the package: name, id, functions, licence of the weights, size."""
    from dfc_core.model.store import list_models, summarize_model

    names: list[str | Path] = [*list_models(), *(folders or [])]
    for model in map(summarize_model, names):
        known = ", ".join(model.functions) if len(model.functions) <= 4 else f"{len(model.functions)} functions"
        typer.echo(f"{model.name}\t{model.id}\t{known}\t{model.licence}\t{model.size / 1e6:.1f} MB")


@app.command()
def show(name: Annotated[str, typer.Argument(help="Name or folder.")] = "default") -> None:
    """A model's config: what it is made of, what it was trained on, its licence."""
    import json

    from dfc_core.model.store import model_folder, read_config

    typer.echo(json.dumps(read_config(model_folder(name)), indent=2))


@app.command()
def average(
    models: Annotated[list[str], typer.Argument(help="Names or folders, of models that went on from one another.")],
    out: Annotated[Path, typer.Option(help="Model folder to write.")],
) -> None:
    """Write the mean of trained models' weights as one model; print the folder. Run orient and calibrate on it."""
    from dfc_core.model.averaging import average_models

    typer.echo(str(average_models(models, out)))


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="Checkpoint (.pt) of the paper's public code.")],
    out: Annotated[
        Path | None, typer.Option(help="Model folder to write [default: beside FILE, without its suffix].")
    ] = None,
    backbone: Annotated[
        str | None, typer.Option(help="Folder or hub name of the transformer, where FILE holds none.")
    ] = None,
    text: Annotated[
        str | None, typer.Option(help="Folder or hub name of the CLIP text encoder [default: openai's ViT-B/32].")
    ] = None,
    licence: Annotated[str, typer.Option(help="Licence of the weights, to be kept with them.")] = "not stated",
) -> None:
    """Read a checkpoint of the paper's public code as a model folder, its backbone inside; print the folder."""
    from dfc_core.model.published import import_checkpoint

    folder = out or file.with_suffix("")
    if not import_checkpoint(file, folder, backbone, text, licence):
        typer.echo(
            "the CLIP text encoder could not be had, so the functions' vectors are not stored: the model looks for it "
            "when it is used; import again with --text FOLDER to store them",
            err=True,
        )
    typer.echo(str(folder))
