"""Running the model over a picture: blocks, devices, resuming, clusters."""
