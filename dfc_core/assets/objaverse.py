"""Objects of Objaverse (Deitke et al. 2023) by id, through the package `objaverse`, which downloads them.

Objaverse has no metric scale: every object is made as long as the caller says. It is y up, as its GLB files are.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from dfc_core.assets.imported import ImportReport, load_tool
from dfc_core.assets.placement import Placement
from dfc_core.assets.tool import Tool
from dfc_core.errors import DfcError, bad_input

LONGEST_M = 0.25  # a hand tool's
UID = re.compile(r"[0-9a-f]{32}")
LICENCES = {
    "by": "CC-BY-4.0",
    "by-sa": "CC-BY-SA-4.0",
    "by-nd": "CC-BY-ND-4.0",
    "by-nc": "CC-BY-NC-4.0",
    "by-nc-sa": "CC-BY-NC-SA-4.0",
    "by-nc-nd": "CC-BY-NC-ND-4.0",
    "cc0": "CC0-1.0",
}


def load_objaverse(
    uids: Sequence[str], *, placement: Placement | None = None, report: ImportReport | None = None
) -> Iterator[Tool]:
    """The objects as tools called objaverse/UID, their licence and author with them; what fails goes to `report`.

    Raises `DfcError` when the package is not there, an id is none, or nothing can be downloaded.
    """
    placement, report = placement or Placement(longest_m=LONGEST_M), report or ImportReport()
    wrong = [uid for uid in uids if not UID.fullmatch(uid)]
    if wrong or not uids:
        raise bad_input(f"objaverse ids are 32 hexadecimal digits each, not {', '.join(map(repr, wrong)) or 'nothing'}")
    if placement.longest_m is None:
        raise bad_input("Objaverse has no metric scale: give the longest side instead of scale or unit")
    uids = list(dict.fromkeys(uids))
    package = _package()
    try:
        files = package.load_objects(uids)
        known: Mapping[str, Any] = package.load_annotations([uid for uid in uids if uid in files])
    except Exception as error:  # network, disk, or a broken download, each with its own class
        raise bad_input(f"objaverse could not be downloaded: {error or type(error).__name__}") from error
    for uid in uids:
        try:
            if uid not in files:
                raise bad_input("Objaverse has no such object")
            yield _load(uid, files[uid], known.get(uid, {}), placement, report)
        except DfcError as error:
            report.skipped.append((f"objaverse:{uid}", error.message))


def _package() -> Any:
    try:
        return importlib.import_module("objaverse")
    except ImportError:
        raise bad_input("Objaverse needs the package objaverse: pip install 'dfc_ros[objaverse]'") from None


def _load(uid: str, file: str, about: Mapping[str, Any], placement: Placement, report: ImportReport) -> Tool:
    tool = load_tool(file, placement=placement, name=f"objaverse/{uid}", report=report)
    author = (about.get("user") or {}).get("username") or "unknown author"
    licence = about.get("license") or "unknown licence"
    return replace(
        tool,
        family=about.get("name") or uid,
        licence=f"{LICENCES.get(licence, licence)}, {author}",
        source=about.get("viewerUrl") or f"objaverse:{uid}",
    )
