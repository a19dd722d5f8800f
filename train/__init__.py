"""Rendered scenes, training, evaluation and comparison: everything needed to make the bundled model file."""

from railseg_core.process_environment import prepare_process_environment

prepare_process_environment()  # its commands do their work in their own process, and load torch and GDAL after this
