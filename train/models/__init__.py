"""The networks that the paper compares with its own, in compact code of our own."""
