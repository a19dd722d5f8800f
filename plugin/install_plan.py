"""What is going to be installed: which PyTorch, from where, and how large it is."""

from __future__ import annotations

import platform
import re
import shutil
import subprocess  # nosec B404
import sys
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path

_PYTORCH_INDEX = "https://download.pytorch.org/whl/"
_UNPACKED_PER_PACKED = 4
_LEAST_COMPUTE_CAPABILITY, _LEAST_DRIVER = 7.5, 580.0
"""The minimum for CUDA 13: cards from Turing on, with a driver as recent as CUDA itself."""
_ANSWER_S = 5.0


class Build(Enum):
    """The builds of PyTorch."""

    CPU = "cpu"
    CUDA = "cuda"


@dataclass(frozen=True)
class _Offer:
    """A build of PyTorch for this system.

    Attributes:
        local: Its local version at PyTorch's own index; None for the build on PyPI.
        download_gb: Approximate download size of all packages together.
        disk_gb: Approximate size of the environment.
    """

    local: str | None
    download_gb: float
    disk_gb: float


# On Linux PyPI's PyTorch is the one with CUDA, on Windows the one without; Apple's always supports the GPU.
_OFFERS: dict[str, dict[Build, _Offer]] = {
    "linux": {Build.CPU: _Offer("cpu", 0.5, 1.6), Build.CUDA: _Offer(None, 3.0, 7.0)},
    "win32": {Build.CPU: _Offer(None, 0.5, 1.6), Build.CUDA: _Offer("cu130", 3.0, 6.0)},
    "darwin": {Build.CPU: _Offer(None, 0.4, 1.3)},
}


@dataclass(frozen=True)
class InstallPlan:
    """What to install and where to get it.

    Attributes:
        build: The build of PyTorch.
        wheels: A folder with all the wheels, used instead of the network; None to download them.
    """

    build: Build = Build.CPU
    wheels: Path | None = None

    @property
    def download_gb(self) -> float:
        """Approximate download size."""
        return 0.0 if self.wheels is not None else self._offer.download_gb

    @property
    def disk_gb(self) -> float:
        """Approximate size of the environment."""
        if self.wheels is None:
            return self._offer.disk_gb
        return _UNPACKED_PER_PACKED * sum(wheel.stat().st_size for wheel in self.wheels.glob("*.whl")) / 1e9

    @property
    def needed_gb(self) -> float:
        """Disk space that must be free: the environment, the downloads, and the copy of them that pip keeps."""
        return self.disk_gb + 2 * self.download_gb

    def pip_arguments(self, requirements: Path, platform_name: str = sys.platform) -> list[str]:
        """The arguments of `pip install`.

        Args:
            requirements: The pinned packages.
            platform_name: As `sys.platform`.
        """
        # Nothing is compiled here: a package without a wheel for this Python should be reported as such.
        wanted = ["--only-binary", ":all:", "-r", str(requirements)]
        if self.wheels is not None:
            return ["--no-index", "--find-links", str(self.wheels), *wanted]
        local = _offers(platform_name)[self.build].local
        torch = re.search(r"^torch==(\S+)", requirements.read_text("utf-8"), re.MULTILINE)
        if local is None or torch is None:
            return wanted
        # By its local version: if PyTorch's index doesn't answer, pip would otherwise take PyPI's, gigabytes on Linux.
        return ["--extra-index-url", _PYTORCH_INDEX + local, *wanted, f"torch=={torch[1]}+{local}"]

    @property
    def _offer(self) -> _Offer:
        return _offers(sys.platform)[self.build]


def default_build() -> Build:
    """The build for this machine's hardware: CUDA if a card and its driver are recent enough for PyTorch's build."""
    program = shutil.which("nvidia-smi")
    cards = _cards_told_by(program) if program is not None and can_use_cuda() else []
    return Build.CUDA if any(_is_recent(*card) for card in cards) else Build.CPU


def can_use_cuda() -> bool:
    """Whether there is a CUDA build for this system and an NVIDIA driver on it."""
    is_built = Build.CUDA in _offers(sys.platform) and platform.machine().lower() in ("x86_64", "amd64")
    return is_built and (shutil.which("nvidia-smi") is not None or Path("/proc/driver/nvidia").exists())


def _is_recent(compute_capability: float, driver: float) -> bool:
    return compute_capability >= _LEAST_COMPUTE_CAPABILITY and driver >= _LEAST_DRIVER


@cache  # it may take a second, and there is a new page whenever QGIS's options are opened
def _cards_told_by(program: str) -> list[tuple[float, float]]:
    """Compute capability and driver version (major.minor) of the cards; empty if the driver doesn't tell."""
    query = [program, "--query-gpu=compute_cap,driver_version", "--format=csv,noheader"]
    try:
        answer = subprocess.run(  # noqa: S603 - the driver's own program, no shell  # nosec B603
            query,
            capture_output=True,
            text=True,
            timeout=_ANSWER_S,
            check=False,
            stdin=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        ).stdout
    except (OSError, subprocess.SubprocessError, UnicodeError):
        return []
    cards = re.findall(r"^\s*(\d+\.\d+),\s*(\d+\.\d+)", answer, re.MULTILINE)
    return [(float(capability), float(driver)) for capability, driver in cards]


def _offers(platform_name: str) -> dict[Build, _Offer]:
    return _OFFERS.get(platform_name, _OFFERS["linux"])
