"""Lines compared with reference lines and with maps."""
