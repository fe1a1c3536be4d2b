"""The ROS 2 layer: conversions, parameters and nodes; everything that computes is in `dfc_core`."""

from pkgutil import extend_path

# The generated messages lie in the built package; seen from a source folder, this finds them there.
__path__ = extend_path(__path__, __name__)
