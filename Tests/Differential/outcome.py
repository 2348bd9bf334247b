"""What a server made of the octets that it was sent, as far as its answers show."""

import dataclasses
import re
import socket
import time
from collections.abc import Callable


@dataclasses.dataclass
class Outcome:
    # Requests that were taken for requests and answered.
    served: int
    # What came behind them was no request: refused, or the connection was closed without a word.
    refused: bool
    octets: bytes

    @property
    def text(self) -> str:
        if self.served == 0:
            return "refused" if self.refused else "waits"
        return str(self.served) + (", refused" if self.refused else "")


def answers(octets: bytes) -> list[tuple[int, bytes]]:
    """The status and the body of each answer; what is no answer at all counts as one of HTTP/0.9."""
    found = []
    while octets:
        head, separator, rest = octets.partition(b"\r\n\r\n")
        match = re.match(rb"HTTP/1\.[01] (\d{3})[ \r]", octets)
        if not match or not separator:
            return found + [(200, octets)]
        status = int(match[1])
        fields = dict(
            (name.strip().lower(), value.strip())
            for name, _, value in (line.partition(b":") for line in head.split(b"\r\n")[1:]))
        body = b""
        # An answer to HEAD tells a length and is followed by the next one, or by nothing.
        if status >= 200 and rest and not re.match(rb"HTTP/1\.[01] \d{3}", rest):
            length = int(fields.get(b"content-length", str(len(rest)).encode()))
            body, rest = rest[:length], rest[length:]
        if status >= 200:
            found.append((status, body))
        octets = rest
    return found


def ask(port: int, octets: bytes, is_refusal: Callable[[int, bytes], bool], quiet: float) -> Outcome:
    """Sends, and reads up to the end of the connection or until nothing comes for `quiet` seconds."""
    received = b""
    is_closed = False
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        try:
            connection.sendall(octets)
            deadline = time.monotonic() + 20
            connection.settimeout(quiet)
            while time.monotonic() < deadline:
                part = connection.recv(1 << 16)
                if not part:
                    is_closed = True
                    break
                received += part
        except TimeoutError:
            pass
        except ConnectionError:
            is_closed = True
    found = answers(received)
    refusals = [is_refusal(status, body) for status, body in found]
    served = refusals.count(False)
    return Outcome(served, any(refusals) or (is_closed and not found), received)
