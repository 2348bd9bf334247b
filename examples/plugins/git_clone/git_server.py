"""A host of git repositories for the tests: git's own server behind https on this machine, and beside it answers that no host
should give."""

import http.server
import os
import pathlib
import shutil
import ssl
import subprocess
import threading
import time


def git(folder, *words, text=b""):
    """What git says, run where the tests prepare something."""
    variables = {
        "PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org",
        "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.org"}
    run = subprocess.run(["git", *words], cwd=folder, env=variables, input=text, check=True, capture_output=True)
    return run.stdout.decode().strip()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.asked.append(self.path)
        kind = self.path.split("/")[1]
        answer = {"away": self.away, "locked": self.locked, "slow": self.slow}.get(kind)
        if answer:
            self.close_connection = True
            answer()
        else:
            self.git(b"")

    def do_POST(self):
        self.git(self.rfile.read(int(self.headers["Content-Length"])))

    def away(self):
        self.send_response(302)
        self.send_header("Location", self.path.replace("/away/", "/team/"))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def locked(self):
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="x"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def slow(self):
        """A list of references that never ends."""
        self.send_response(200)
        self.send_header("Content-Type", "application/x-git-upload-pack-advertisement")
        self.end_headers()
        self.wfile.write(b"001e# service=git-upload-pack\n0000")
        number = 0
        while not self.server.is_over.is_set():
            line = b"%040x refs/heads/branch-%d\n" % (number, number)
            number += 1
            try:
                self.wfile.write(b"%04x" % (len(line) + 4) + line)
            except OSError:
                return
            time.sleep(0.02)

    def git(self, body):
        path, _, query = self.path.partition("?")
        variables = {
            "PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": str(self.server.root), "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null", "PATH_INFO": path, "QUERY_STRING": query, "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""), "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""), "REMOTE_ADDR": "127.0.0.1",
        }
        run = subprocess.run(["git", "http-backend"], input=body, env=variables, capture_output=True)
        head, _, content = run.stdout.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if line)
        self.send_response(int(fields.pop("Status", "200").split()[0]))
        for name, value in fields.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


class GitServer(http.server.ThreadingHTTPServer):
    """Serves the bare repositories below `root` as https://localhost:PORT/team/NAME.git."""

    daemon_threads = True

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.root = self.folder / "served"
        self.asked = []
        self.is_over = threading.Event()
        self.certificate = self.folder / "certificate.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
             "subjectAltName=DNS:localhost", "-keyout", self.folder / "key.pem", "-out", self.certificate],
            check=True, capture_output=True)
        super().__init__(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.folder / "key.pem")
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        """A client that goes away is none of the tests' business."""

    def end(self):
        self.is_over.set()
        self.shutdown()
        self.server_close()

    @property
    def place(self):
        return f"localhost:{self.server_address[1]}"

    def add(self, name, files, links=()):
        """A repository with one commit of these files, and symbolic links by their targets."""
        work = self.folder / "work" / name
        work.mkdir(parents=True)
        for path, content in files.items():
            (work / path).parent.mkdir(parents=True, exist_ok=True)
            (work / path).write_bytes(content)
        for path, target in dict(links).items():
            (work / path).symlink_to(target)
        bare = self.root / "team" / f"{name}.git"
        for words in [
            ["init", "-q", "-b", "main", "."], ["add", "-A"], ["commit", "-q", "-m", "One"], ["commit", "-q", "--allow-empty", "-m", "Two"],
            ["clone", "-q", "--bare", ".", bare], ["--git-dir", bare, "config", "uploadpack.allowFilter", "true"],
            ["--git-dir", bare, "config", "uploadpack.allowAnySHA1InWant", "true"],
        ]:
            git(work, *words)

    def add_tree(self, name, entry):
        """A repository whose one file has a name that git itself would not give it."""
        bare = self.root / "team" / f"{name}.git"
        shutil.rmtree(bare, ignore_errors=True)
        bare.mkdir(parents=True)
        git(bare, "init", "-q", "-b", "main", "--bare", ".")
        blob = git(bare, "hash-object", "-w", "--stdin", text=b"content")
        tree = b"100644 " + entry + b"\0" + bytes.fromhex(blob)
        tree = git(bare, "hash-object", "-t", "tree", "-w", "--literally", "--stdin", text=tree)
        git(bare, "update-ref", "refs/heads/main", git(bare, "commit-tree", "-m", "One", tree))
