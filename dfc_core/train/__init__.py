"""How a network learns: losses, one readable training run, and its settings."""
