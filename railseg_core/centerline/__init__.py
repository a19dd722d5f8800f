"""From probabilities to the centre-lines of tracks: skeleton, pixel graph, tracks, smooth lines."""
