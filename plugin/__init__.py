"""The half of RailSeg that lives in QGIS: standard library and qgis.* only."""
