"""Labelled pictures of one's own, in the usual formats, as the chips that training reads."""
