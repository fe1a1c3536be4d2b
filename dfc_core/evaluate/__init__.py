"""How good a model is: the figures of METHOD section 5 on benchmark folders, beside baselines."""

from dfc_core.evaluate.benchmark import BASELINES, evaluate
from dfc_core.evaluate.metrics import discovery_metrics, label_transfer_metrics

__all__ = ["BASELINES", "discovery_metrics", "evaluate", "label_transfer_metrics"]
