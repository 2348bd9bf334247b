"""An upstream that speaks HTTP/2 over TLS, as Luma's does: nginx, with a certificate of its own.

    secure_upstream.py BINARY FOLDER

A gateway that has no connection is asked for 64 different events at once. All calls must share one connection: a handshake
for each would cost both sides more than all the calls together.
"""

import os
import subprocess
import sys
import threading
import time

from chaos_stage import free_port
from harness import Gateway, eventually

BURST = 64
CONFIGURATION = """
daemon off; pid nginx.pid; error_log nginx-error.log warn; worker_processes 1;
events {{ worker_connections 512; }}
http {{
    log_format calls '$connection $server_protocol $arg_event_id';
    access_log calls.log calls;
    client_body_temp_path t-body; proxy_temp_path t-proxy; fastcgi_temp_path t-fast; uwsgi_temp_path t-uwsgi;
    scgi_temp_path t-scgi;
    # A connection that nobody uses ends before the burst.
    keepalive_timeout 1s;
    server {{
        listen 127.0.0.1:{port} ssl http2;
        ssl_certificate upstream.cert; ssl_certificate_key upstream.key;
        default_type application/json;
        location / {{ return 200 '{{"id":"evt-1","name":"One","start_at":"2030-01-01T10:00:00Z"}}'; }}
    }}
}}
"""


def start_upstream(folder):
    port = free_port()
    return start_nginx(folder, CONFIGURATION.format(port=port)), port


def start_nginx(folder, configuration, address="127.0.0.1"):
    """With a certificate of its own, `upstream.cert`, for localhost and that address."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
        + ["-keyout", "upstream.key", "-out", "upstream.cert", "-subj", "/CN=localhost"]
        + ["-addext", "subjectAltName=DNS:localhost,IP:" + address],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    with open(os.path.join(folder, "nginx.conf"), "w") as file:
        # As root, nginx would give its worker to a user that cannot see this folder.
        file.write(("user root;" if os.getuid() == 0 else "") + configuration)
    path = os.environ["PATH"] + ":/usr/sbin"
    return subprocess.Popen(
        ["nginx", "-p", folder, "-e", "nginx-error.log", "-c", "nginx.conf"], env={"PATH": path}, stdin=subprocess.DEVNULL
    )


def calls(folder):
    with open(os.path.join(folder, "calls.log")) as file:
        return [line.split() for line in file]


def main():
    binary, folder = map(os.path.abspath, sys.argv[1:3])
    upstream, port = start_upstream(folder)
    try:
        gateway = Gateway(
            binary,
            folder,
            LUMA_WORKERS="1",
            LUMA_BASE_URL="https://127.0.0.1:%d" % port,
            LUMA_API_KEY="k",
            LUMA_CA_FILE=os.path.join(folder, "upstream.cert"),
            LUMA_DATA_DIR=os.path.join(folder, "data"),
            LUMA_HEALTH_INTERVAL_SECONDS="3600",
        )
        # What the start has opened is idle now, and ends.
        time.sleep(2)
        answers = []

        def ask(number, client):
            with client:
                client.sendall(b"GET /events/evt-burst%d HTTP/1.1\r\nHost: localhost\r\n\r\n" % number)
                answers.append(client.recv(4096).split(b"\r\n")[0])

        threads = [threading.Thread(target=ask, args=(number, gateway.connect())) for number in range(BURST)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == [b"HTTP/1.1 200 OK"] * BURST, answers
        eventually("the burst is logged", lambda: len(burst(folder)) == BURST, lambda: len(burst(folder)))
        protocols = {protocol for _, protocol, _ in burst(folder)}
        connections = {connection for connection, _, _ in burst(folder)}
        earlier = {call[0] for call in calls(folder)} - connections
        assert protocols == {"HTTP/2.0"}, protocols
        assert earlier, "the connection of the start was still there: nothing was cold"
        assert len(connections) == 1, "%d connections for a burst of %d" % (len(connections), BURST)
        gateway.end()
    finally:
        upstream.terminate()
        upstream.wait(10)


def burst(folder):
    return [call for call in calls(folder) if call[2:] and call[2].startswith("evt-burst")]


if __name__ == "__main__":
    main()
