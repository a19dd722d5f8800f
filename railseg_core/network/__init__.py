"""The paper's network and its model files."""
