"""QGIS's proxy, in the form that pip and other programs understand."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from qgis.core import QgsNetworkAccessManager
from qgis.PyQt.QtCore import QUrl
from qgis.PyQt.QtNetwork import QNetworkProxy, QNetworkProxyFactory, QNetworkProxyQuery

_NAMES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


def proxy_variables() -> dict[str, str]:
    """The environment variables for the proxy under Settings > Options > Network; empty if there is none.

    Must be called on the main thread, whose network manager knows the settings, the system's proxy and a password in
    QGIS's authentication store. Variables rather than arguments, as every user of the machine could read those.
    """
    manager = QgsNetworkAccessManager.instance()
    proxy = manager.fallbackProxy()
    if manager.useSystemProxy():
        proxy = QNetworkProxyFactory.systemProxyForQuery(QNetworkProxyQuery(QUrl("https://pypi.org")))[0]
    schemes = {QNetworkProxy.ProxyType.Socks5Proxy: "socks5h"} | dict.fromkeys(
        (QNetworkProxy.ProxyType.HttpProxy, QNetworkProxy.ProxyType.HttpCachingProxy), "http"
    )
    if proxy.type() not in schemes or not proxy.hostName():
        return {}
    words = [quote(word, safe="") for word in (proxy.user(), proxy.password()) if word]
    login = f"{':'.join(words)}@" if proxy.user() else ""
    port = f":{proxy.port()}" if proxy.port() else ""
    address = f"{schemes[proxy.type()]}://{login}{proxy.hostName()}{port}"
    # QGIS excludes addresses by how they begin, pip by their host.
    addresses = [*manager.excludeList(), *manager.noProxyList()]
    hosts = [urlsplit(address if "//" in address else f"//{address}").hostname for address in addresses]
    variables = {"HTTP_PROXY": address, "HTTPS_PROXY": address}
    return variables | ({"NO_PROXY": ",".join(filter(None, hosts))} if any(hosts) else {})


def with_proxy(variables: Mapping[str, str], proxy: Mapping[str, str]) -> dict[str, str]:
    """Variables with this proxy, if any, in place of the one that they name in upper or lower case."""
    if not proxy:
        return dict(variables)
    return {name: value for name, value in variables.items() if name.lower() not in _NAMES} | dict(proxy)
