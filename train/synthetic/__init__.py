"""Rendered railway scenes with exact truth: what the network learns from."""

from train.synthetic.scene import Backgrounds, Scene, render_scene

__all__ = ["Backgrounds", "Scene", "render_scene"]
