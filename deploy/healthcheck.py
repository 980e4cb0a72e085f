"""Health check of the container: exit code 0 if the bot is alive, else 1. Docker runs it often: imports stay light."""

import http.client
import os
import sys


def alive(host: str, port: int) -> bool:
    """Return whether ``/healthz`` answers with 200. No urllib, which would go through a proxy even to loopback."""
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    port = os.environ.get("HTTP_PORT", "").strip() or "0"
    stated = os.environ.get("HTTP_HOST", "").strip().strip("[]")
    # Where all addresses are listened to, loopback is one of them.
    host = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(stated, stated)  # noqa: S104
    # A page that was switched off says nothing of the bot: healthy.
    sys.exit(0 if port == "0" or alive(host, int(port)) else 1)
