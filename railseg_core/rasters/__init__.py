"""Rasters: opening, placing and resampling pictures, and the rasters that RailSeg writes."""
