"""Names for the types of arrays that many modules pass on; what they hold and their shapes stand in the docstrings."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Bools = npt.NDArray[np.bool_]
UInt8Array = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Points = npt.NDArray[np.float64]
"""(n, 2), (x, y)."""
