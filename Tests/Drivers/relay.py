"""A relay between the gateway and the emulator that takes its time, and goes on when the gateway has died."""

import socket
import threading
import time


class Relay:
    """Hands bytes on in both directions, each piece after a delay."""

    def __init__(self, port, seconds):
        self.target = ("127.0.0.1", port)
        self.seconds = seconds
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            server = socket.create_connection(self.target)
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self.carry, args=(source, sink), daemon=True).start()

    def carry(self, source, sink):
        """What was sent arrives, also when its sender is gone by then."""
        while True:
            try:
                data = source.recv(1 << 16)
            except OSError:
                data = b""
            time.sleep(self.seconds)
            try:
                if not data:
                    sink.shutdown(socket.SHUT_WR)
                    return
                sink.sendall(data)
            except OSError:
                # The other direction goes on: what the emulator does with a request does not hang on its reader.
                if not data:
                    return
