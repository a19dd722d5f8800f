"""RailSeg's core: railway track centre-lines from georeferenced aerial pictures.

Nothing here imports QGIS. `railseg_core.pipeline.run` handles every request;
the other modules are its stages, which can also be used on their own.
"""

__version__ = "0.1.0"
