"""Rendered tools on disk, batches drawn from them, and benchmark pairs with true partners."""
