"""The half of RailSeg that runs inside QGIS; it uses only the standard library and qgis.*."""
