"""Tools: parametric families with exact truth, and meshes from files with parts written down by hand."""
