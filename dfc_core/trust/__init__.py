"""How far to believe an answer: evidence by name, and the fitted probabilities that a model's calibration holds."""

from dfc_core.trust.calibration import Calibration, calibration_of, read_calibration
from dfc_core.trust.config import TrustConfig

__all__ = ["Calibration", "TrustConfig", "calibration_of", "read_calibration"]
