"""The paper's experiments: every network trained and measured the same way."""
