"""What a new TLS connection to the upstream costs the gateway: CPU of a call that needs one, less that of a call that does not."""

import os
import statistics

from processes import Server, fetch, free_port

CALLS = 200
# What the upstream does with a connection, and whether it lets a session be taken up again.
KINDS = {
    "kept": ("", "shared:bench:1m"),
    "new, session resumed": ("keepalive_requests 1;", "shared:bench2:1m"),
    "new, full handshake": ("keepalive_requests 1; ssl_session_tickets off;", "off")}


def upstream(folder: str, core: int) -> tuple[Server, dict[str, int]]:
    ports = {kind: free_port() for kind in KINDS}
    servers = "".join(
        f"server {{ listen 127.0.0.1:{ports[kind]} ssl http2; {rule} ssl_session_cache {cache};\n"
        "location / { default_type application/json; return 200 '{\"id\":\"evt-1\"}'; } }\n"
        for kind, (rule, cache) in KINDS.items())
    plain = free_port()
    user = "user root;" if os.getuid() == 0 else ""
    with open(os.path.join(folder, "nginx-tls.conf"), "w") as file:
        file.write(f"""{user} daemon off; pid nginx-tls.pid; error_log nginx-tls.log warn; worker_processes 1;
events {{ worker_connections 512; }}
http {{ access_log off; client_body_temp_path temporary/body; proxy_temp_path temporary/proxy;
fastcgi_temp_path temporary/fastcgi; uwsgi_temp_path temporary/uwsgi; scgi_temp_path temporary/scgi;
ssl_certificate bench.cert; ssl_certificate_key bench.key; keepalive_requests 1000000000;
server {{ listen 127.0.0.1:{plain}; location / {{ return 200 ok; }} }}
{servers} }}
""")
    path = os.environ.get("PATH", "") + ":/usr/sbin"
    server = Server("nginx-tls", plain, core, ["nginx", "-p", folder, "-e", "nginx-tls.log", "-c", "nginx-tls.conf"],
                    folder, {"PATH": path})
    server.wait("/")
    return server, ports


def compare(bench, gateway) -> str:
    """In each round every kind has its turn; `gateway` starts one for an upstream."""
    server, ports = upstream(bench.folder, bench.cores[1])
    bench.added(server)
    gateways = {}
    for kind, port in ports.items():
        name = "luma-mcp-" + kind.split(",")[0] + str(port)
        gateways[kind] = bench.added(gateway(bench.binary, bench.folder, bench.cores[0], port, name, {
            "LUMA_BASE_URL": f"https://127.0.0.1:{port}", "LUMA_CA_FILE": os.path.join(bench.folder, "bench.cert"),
            "LUMA_HEALTH_INTERVAL_SECONDS": "3600"}))
        gateways[kind].wait("/health")
    costs: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for turn in range(bench.rounds + 1):
        for kind, one in gateways.items():
            before = one.cpu()
            for number in range(CALLS):
                status, _ = fetch(one.port, f"/events/evt-tls{turn}x{number}")
                if status != 200:
                    raise RuntimeError(f"{one.name} answers with {status}")
            # The first turn reads certificates and fills caches.
            if turn:
                costs[kind].append((one.cpu() - before) / CALLS * 1e3)
    lines = ["", "A call over TLS with HTTP/2, one after the other: CPU of the gateway, ms"]
    for kind, values in costs.items():
        extra = statistics.median(a - b for a, b in zip(values, costs["kept"]))
        more = "" if kind == "kept" else f"  {extra:6.2f} more for the connection (3 are allowed)"
        lines.append(f"{kind:24}{statistics.median(values):8.3f}{more}")
    return "\n".join(lines)
