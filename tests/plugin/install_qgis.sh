#!/bin/sh
# Installs QGIS 3.40 and a virtual screen on Debian 12, where the tests of the plugin need them.
set -eu
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null || ! grep -q bookworm /etc/os-release; then
    echo "QGIS with its Python (qgis, python3-qgis) and xvfb are needed: please install them, version 3.40 or later." >&2
    exit 1
fi
# QGIS 3.40 is in Debian's backports; the list is made from the one of the main suite, so that its mirror is kept.
if [ ! -e /etc/apt/sources.list.d/bookworm-backports.sources ]; then
    awk 'BEGIN{RS=""} NR==1' /etc/apt/sources.list.d/debian.sources |
        sed '/^#/d; s/^Suites:.*/Suites: bookworm-backports/' >/etc/apt/sources.list.d/bookworm-backports.sources
fi
apt-get update -q
DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends -t bookworm-backports \
    qgis python3-qgis qgis-providers python3-venv xvfb xauth
