"""Web addresses: which can be shown and opened, which lead to our own network or machine."""

import ipaddress
from urllib.parse import urlsplit

from assistant.text import clean_line


def web_link(text: str) -> str | None:
    """Return an http(s) address that can be shown and opened, None for any other."""
    text = text.strip()
    try:
        parts = urlsplit(text)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return None
    fine = fine and len(text) <= 2_000 and text == clean_line(text) and " " not in text
    return text if fine else None


def is_this_machine(address: str) -> bool:
    """Tell an address that names this machine: nobody listens on the way."""
    host = urlsplit(address).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_local(address: str) -> bool:
    """Tell an address that names this machine or its network."""
    host = urlsplit(address).hostname or ""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".local", ".internal"))
