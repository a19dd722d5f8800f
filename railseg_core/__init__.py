"""RailSeg's core: railway track centre-lines from georeferenced aerial pictures.

Nothing here imports QGIS. `railseg_core.pipeline.run` does all that can be asked for;
the modules beside it are its stages, usable one by one.
"""

__version__ = "0.1.0"
