"""Rendered railway scenes with exact truth: what the network learns from."""
