"""Stage 1, names: which part of an object serves each function, and which part a hand holds meanwhile.

One record per object, `names/<object>.json`: `input`, `thing`, `functions` (each with "function" and "grasp": part and
description, or null where the object does not serve it) and `failures`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dfc_core.errors import bad_input
from dfc_core.functions import function_facts
from dfc_core.label.answers import read_record, write_record
from dfc_core.label.asking import answered
from dfc_core.label.endpoint import Endpoint, EndpointConfig, NoAnswerError
from dfc_core.label.job import DataTool, LabelConfig, Progress, data_tools, digest_of, record_path, stage_folder
from dfc_core.label.part_names import (
    Names,
    PartQuery,
    known_functions,
    known_parts,
    names_question,
    read_names_file,
    read_parts,
)


def label_names(
    data: Path | str,
    out: Path | str,
    config: LabelConfig,
    progress: Progress | None = None,
) -> Path:
    """Name the parts of every object in the data set `data`. Returns `out/names`."""
    tools = data_tools(data)
    things = sorted({tool.thing for tool in tools})
    asked = tuple(dict.fromkeys(function_facts(function).name for function in config.functions))
    source = _Source.of(config)
    with stage_folder(out, "names", {"names": source.title, "functions": asked}) as folder:
        try:
            for done, thing in enumerate(things, start=1):
                functions = source.functions(thing, asked, [tool for tool in tools if tool.thing == thing])
                _name(_path(out, thing), thing, functions, source)
                if progress:
                    progress(done, len(things))
        finally:
            source.stop()
    return folder


def read_names(out: Path | str, thing: str) -> list[PartQuery]:
    """The parts that stage 1 named for an object; `DfcError` when it has not run."""
    path = _path(out, thing)
    record = read_record(path)
    if record is None:
        raise bad_input(f"{path} is missing: run the stage names first")
    return [query for function, parts in record["functions"].items() for query in read_parts(function, parts)]


def _path(out: Path | str, thing: str) -> Path:
    return record_path(out, "names", thing.replace(" ", "-"))  # names of objects have no hyphens


def _name(path: Path, thing: str, functions: Sequence[str], source: _Source) -> None:
    """Bring one object's record up to date."""
    made_from = digest_of(source.title, list(functions), source.entry(thing))
    record = read_record(path)
    known = record["functions"] if record is not None and record["input"] == made_from else {}
    failures = [] if functions else [_failure("", "no-function", f"no function is known for {thing!r}; name some", 0)]
    missing = [function for function in functions if function not in known]
    if record is not None and record["input"] == made_from and not missing and record["failures"] == failures:
        return
    for function, answer in answered(lambda f: source.parts(thing, f), missing, source.threads):
        if isinstance(answer, NoAnswerError):
            failures.append(_failure(function, answer.kind, answer.message, answer.attempts))
        else:
            known[function] = _plain(answer)
    ordered = {function: known[function] for function in functions if function in known}
    failures.sort(key=lambda failure: failure["function"])
    write_record(path, {"input": made_from, "thing": thing, "functions": ordered, "failures": failures})


def _plain(parts: Sequence[PartQuery]) -> dict[str, Any] | None:
    return {q.role: {"part": q.part, "description": q.description} for q in parts} or None


def _failure(function: str, kind: str, message: str, attempts: int) -> dict[str, Any]:
    return {"function": function, "kind": kind, "message": message, "attempts": attempts}


class _Source:
    """Where names come from. `title` goes into the config beside the output."""

    threads = 1

    def __init__(self, title: str) -> None:
        self.title = title

    @staticmethod
    def of(config: LabelConfig) -> _Source:
        """The source that `config.names` says."""
        if config.names == "known":
            return _Source("known")
        if config.names == "endpoint":
            return _FromEndpoint(config.names_endpoint or config.endpoint)
        return _FromFile(config.names)

    def functions(self, thing: str, asked: Sequence[str], tools: Sequence[DataTool]) -> list[str]:
        """Those to name parts for: of those asked for, the ones the object is known for, if any is known."""
        known = list(dict.fromkeys(f for tool in tools for f in tool.functions)) or list(known_functions(thing))
        return [f for f in asked if f in known or not known] if asked else known

    def entry(self, thing: str) -> Any:
        """What the source holds about an object: a change makes its record anew."""
        return None

    def parts(self, thing: str, function: str) -> tuple[PartQuery, ...]:
        """The parts' names; `NoAnswerError` where none comes."""
        return known_parts(thing, function)

    def stop(self) -> None:
        """Nothing more will be asked."""


class _FromFile(_Source):
    def __init__(self, path: str) -> None:
        super().__init__("file")
        self.path, self.names = path, read_names_file(path)

    def functions(self, thing: str, asked: Sequence[str], tools: Sequence[DataTool]) -> list[str]:
        named: Names = self.names.get(thing, {})
        return [f for f in named if f in asked or not asked]

    def entry(self, thing: str) -> Any:
        return {function: _plain(parts) for function, parts in self.names.get(thing, {}).items()}

    def parts(self, thing: str, function: str) -> tuple[PartQuery, ...]:
        return self.names[thing][function]


class _FromEndpoint(_Source):
    def __init__(self, config: EndpointConfig | None) -> None:
        if config is None:
            raise bad_input("names from an endpoint need its URL and model")
        super().__init__(f"endpoint {config.model}")
        self.endpoint = Endpoint(config)
        self.threads = config.threads

    def functions(self, thing: str, asked: Sequence[str], tools: Sequence[DataTool]) -> list[str]:
        return list(asked) or super().functions(thing, asked, tools)

    def parts(self, thing: str, function: str) -> tuple[PartQuery, ...]:
        question = names_question(thing, function)
        return self.endpoint.ask(question, lambda value: read_parts(function, value), f"{thing}/{function}")

    def stop(self) -> None:
        self.endpoint.stop()
