"""Reads your own labelled pictures, in the usual formats, as the chips that training uses."""
