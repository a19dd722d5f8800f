"""RailSeg's Processing algorithms, one per file."""
