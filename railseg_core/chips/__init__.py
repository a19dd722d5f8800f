"""Training chips from a picture and its traced tracks."""
