"""The networks that the paper compares with its own, reimplemented compactly."""
