"""Rendered scenes, training, evaluation and comparison: everything needed to make the bundled model file."""
