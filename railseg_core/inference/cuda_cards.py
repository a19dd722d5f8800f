"""The cards that NVIDIA's driver offers, whether or not torch can use them; asking loads no torch."""

from __future__ import annotations

import ctypes
import sys

_NAME_BYTES = 256


def cuda_cards() -> list[str]:
    """Names of the cards that NVIDIA's driver offers to this process; empty without a driver."""
    try:
        driver = ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return []
    count = ctypes.c_int()
    if driver.cuInit(0) != 0 or driver.cuDeviceGetCount(ctypes.byref(count)) != 0:
        return []
    name = ctypes.create_string_buffer(_NAME_BYTES)
    names = []
    for card in range(count.value):
        if driver.cuDeviceGetName(name, _NAME_BYTES, card) == 0:
            names.append(name.value.decode(errors="replace"))
    return names
