"""How good a model is: the figures of METHOD section 5 on benchmark folders, beside baselines."""

from dfc_core.evaluate.benchmark import evaluate
from dfc_core.evaluate.metrics import discovery_metrics, label_transfer_metrics
from dfc_core.evaluate.predict import Refinement
from dfc_core.evaluate.scoring import BASELINES
from dfc_core.evaluate.subset import Subset

__all__ = ["BASELINES", "Refinement", "Subset", "discovery_metrics", "evaluate", "label_transfer_metrics"]
