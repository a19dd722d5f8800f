"""Rendered scenes, training, evaluation and comparison: everything that makes the bundled model file."""
