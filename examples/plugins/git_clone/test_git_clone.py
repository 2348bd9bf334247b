"""Tests of git_clone against git's own server on this machine: what is cloned, what a caller cannot reach by a URL, and what a host
cannot do by what it sends."""

import ipaddress
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import unittest

import harness

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from git_server import GitServer

# Stands for git, so that the server's own certificate is believed and the words can be looked at.
WRAPPER = """#!/bin/sh
for word in "$@"; do printf '%s\\n' "$word"; done >>"$(dirname "$0")/words"
env >"$(dirname "$0")/environment"
exec {git} -c http.sslCAInfo={certificate} "$@"
"""


class GitCloneTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(scratch.cleanup)
        cls.folder = pathlib.Path(scratch.name)
        cls.server = GitServer(cls.folder)
        cls.addClassCleanup(cls.server.end)
        cls.server.add("tea", {"README.md": b"Tea\n", "src/main.py": b"print('tea')\n"})
        cls.server.add("links", {"kept": b"1"}, {"passwd": "/etc/passwd", "up": "../..", "loop": "loop"})
        cls.server.add("large", {f"file-{number}": os.urandom(1 << 20) for number in range(8)})
        cls.server.add("inflated", {f"file-{number}": bytes(1 << 20) + bytes([number]) for number in range(32)})
        cls.server.add("lured", {
            ".gitmodules": b'[submodule "x"]\n\tpath = x\n\turl = -u./payload\n', ".gitattributes": b"* filter=evil\n", "a": b"a"})
        binaries = cls.folder / "bin"
        binaries.mkdir()
        git = subprocess.run(["which", "git"], capture_output=True, text=True).stdout.strip()
        (binaries / "git").write_text(WRAPPER.format(git=git, certificate=cls.server.certificate))
        (binaries / "git").chmod(0o755)
        cls.binaries = binaries

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.root = pathlib.Path(scratch.name)
        self.server.asked.clear()
        (self.binaries / "words").unlink(missing_ok=True)

    def call(self, url, deadline=60, **variables):
        variables = {"GIT_CLONE_DIR": str(self.root), "GIT_CLONE_HOSTS": f"github.com,{self.server.place}=private", **variables}
        return harness.call("git_clone", {"url": url}, variables, deadline, f"{self.binaries}:{harness.PATH}")

    def url(self, name, kind="team"):
        return f"https://{self.server.place}/{kind}/{name}"

    @property
    def words(self):
        path = self.binaries / "words"
        return path.read_text().splitlines() if path.exists() else []

    @property
    def kept(self):
        return sorted(path.name for path in self.root.iterdir() if path.name != ".lock")

    # What is cloned

    def test_a_repository_is_cloned_once(self):
        first = self.call(self.url("tea"))
        self.assertEqual(first.status, 0, first)
        path = first.document["path"]
        self.assertRegex(path, r"^team__tea-[0-9a-f]{8}$")
        self.assertIs(first.document["created"], True)
        self.assertEqual((self.root / path / "src/main.py").read_text(), "print('tea')\n")
        log = subprocess.run(["git", "-C", self.root / path, "log", "--oneline"], capture_output=True, text=True)
        self.assertEqual(log.stdout.count("\n"), 1, "the newest commit alone")
        self.assertEqual(list((self.root / path / ".git").glob("hooks/*")), [])
        # The address that was looked at is the one that is connected to.
        self.assertIn(f"http.curloptResolve={self.server.place}:127.0.0.1", " ".join(self.words).replace("[::1],", ""))
        asked = len(self.server.asked)
        for url in [self.url("tea"), self.url("tea.git"), self.url("tea/"), self.url("tea").replace("localhost", "LOCALHOST")]:
            again = self.call(url)
            self.assertEqual(again.document, {"path": path, "created": False})
        self.assertEqual(len(self.server.asked), asked, "nothing is asked of the host")
        self.assertEqual(self.kept, [path])

    def test_what_is_there_and_is_another_is_left_alone(self):
        path = self.call(self.url("tea")).document["path"]
        for change in [
            lambda: subprocess.run(["git", "-C", self.root / path, "remote", "set-url", "origin", "https://github.com/a/b"]),
            lambda: os.rename(self.root / path / ".git", self.root / path / "git"),
            lambda: os.rename(self.root / path, self.root / "elsewhere") or (self.root / path).symlink_to("elsewhere"),
            lambda: (self.root / path).unlink() or (self.root / path).write_text("mine"),
        ]:
            change()
            self.assertIn("is no clone of", self.call(self.url("tea")).error)
        self.assertEqual((self.root / path).read_text(), "mine")

    def test_what_a_stopped_call_has_left_goes(self):
        (self.root / ".partial-x").mkdir()
        (self.root / ".partial-x/file").write_text("x")
        self.call(self.url("tea"))
        self.assertEqual(len(self.kept), 1)

    def test_two_at_once(self):
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(self.call(self.url("tea")).document)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(answer["created"] for answer in answers), [False, False, True])
        self.assertEqual(len({answer["path"] for answer in answers}), 1)

    # What a caller cannot reach

    def test_urls_that_are_not_taken(self):
        place = self.server.place
        for url in [
            "--upload-pack=touch /tmp/x", f"--upload-pack=x https://{place}/team/tea", "-c", "--", "", "ext::sh -c id",
            f"ext::git-remote-https https://{place}/team/tea", f"file://{self.server.root}/team/tea.git",
            f"{self.server.root}/team/tea.git", "../served/team/tea.git", f"http://{place}/team/tea", f"git://{place}/team/tea",
            f"ssh://git@{place}/team/tea", f"git@{place}:team/tea", f"HTTPS::https://{place}/team/tea", f"https://user@{place}/team/tea",
            f"https://user:word@{place}/team/tea", f"https://{place}/team/../tea", f"https://{place}/team/..", f"https://{place}/../tea",
            f"https://{place}/team/.git", f"https://{place}/team/-tea", f"https://{place}/team/%2e%2e", f"https://{place}/team/tea?x=1",
            f"https://{place}/team/tea#x", f"https://{place}/team/tea\n", f"https://{place}/team/tea\n--upload-pack=x",
            f"https://{place}/team/te a", f"https://{place}\\@example.org/team/tea", f"https://{place}/team//tea",
            f"https://{place}/tea", f"https://{place}/team/tea\x00", f"https://{place}/team/té", f"https://{place}/" + "a" * 3000,
            "https://evil.example.org/github.com/tea", "https://github.com.example.org/a/b", "https://github.com:8443/a/b",
            f"https://localhost:{self.server.server_address[1] + 1}/team/tea", "https://localhost/team/tea",
            "https://127.0.0.1/team/tea", "https://[::1]/team/tea", "https://2130706433/team/tea", "https://github.com./a/b",
            None, 5, ["https://github.com/a/b"], {"$env": "HOME"},
        ]:
            answer = self.call(url)
            self.assertEqual(answer.status, 1, (url, answer))
            self.assertRegex(answer.error, "^(url must be like|Only repositories of)", url)
        self.assertEqual((self.words, self.server.asked, self.kept), ([], [], []), "git is not even started")

    def test_a_host_at_a_private_address(self):
        answer = self.call(self.url("tea"), GIT_CLONE_HOSTS=self.server.place)
        self.assertEqual(answer.error, "localhost is at an address that is not allowed.")
        self.assertEqual((self.words, self.server.asked), ([], []))

    def test_addresses(self):
        plugin = harness.load("git_clone", "git_clone.py")
        for text in ["140.82.121.4", "1.1.1.1", "2606:50c0:8000::64", "64:ff9b::8c52:7904"]:
            self.assertTrue(plugin.is_public(ipaddress.ip_address(text)), text)
        for text in [
            "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "192.0.0.1", "192.0.2.1", "192.88.99.1",
            "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1",
            "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1", "2002:7f00:1::",
            "2001::1", "2001:db8::1", "3fff::1", "fe80::1", "fe80::1%lo", "fc00::1", "ff02::1", "fec0::1", "4000::1",
        ]:
            self.assertFalse(plugin.is_public(ipaddress.ip_address(text)), text)

    def test_one_private_address_among_others(self):
        plugin = harness.load("git_clone", "git_clone.py")
        source = plugin.Source("https://github.com/a/b", plugin.HOSTS)
        for addresses, is_taken in [(["140.82.121.4", "140.82.121.3"], True), (["140.82.121.4", "10.0.0.1"], False), (["::1"], False)]:
            plugin.socket = type("Resolver", (), {
                "SOCK_STREAM": 1, "getaddrinfo": lambda *_, found=addresses, **__: [(0, 0, 0, "", (one, 443)) for one in found]})
            if is_taken:
                self.assertEqual(source.addresses(), sorted(addresses))
            else:
                self.assertRaises(plugin.Refused, source.addresses)

    def test_by_a_proxy_the_proxy_looks_the_host_up(self):
        plugin = harness.load("git_clone", "git_clone.py")
        plugin.os = type("System", (), {"environ": {"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "*", "SECRET": "x"}})
        words, variables = plugin.git_command(plugin.Source("https://github.com/a/b", plugin.HOSTS), "x")
        self.assertEqual(variables["HTTPS_PROXY"], "http://proxy:3128")
        self.assertNotIn("curloptResolve", " ".join(words))
        self.assertFalse({"NO_PROXY", "SECRET"} & set(variables))

    def test_git_sees_nothing_of_the_environment(self):
        self.call(
            self.url("tea"), LUMA_API_KEY="hidden", GIT_SSH_COMMAND="touch x", GIT_CONFIG_COUNT="1", GIT_CONFIG_KEY_0="core.editor",
            GIT_CONFIG_VALUE_0="x", GIT_DIR="/", LD_PRELOAD="", GIT_TRACE="1")
        names = {line.split("=", 1)[0] for line in (self.binaries / "environment").read_text().splitlines()}
        self.assertEqual({name for name in names if name.startswith("GIT_")}, {
            "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_GLOBAL", "GIT_ATTR_NOSYSTEM", "GIT_ALLOW_PROTOCOL", "GIT_TERMINAL_PROMPT", "GIT_ASKPASS",
            "GIT_LFS_SKIP_SMUDGE"})
        self.assertFalse(names & {"LUMA_API_KEY", "LD_PRELOAD", "GIT_CLONE_DIR"})

    # What a host cannot do

    def test_links_of_a_repository_are_files(self):
        path = self.root / self.call(self.url("links")).document["path"]
        for name in ["passwd", "up", "loop"]:
            self.assertFalse((path / name).is_symlink(), name)
        self.assertEqual((path / "passwd").read_text(), "/etc/passwd")
        # Also after somebody has worked in it.
        (path / "passwd").unlink()
        subprocess.run(["git", "-C", path, "checkout", "--", "passwd"], check=True)
        self.assertFalse((path / "passwd").is_symlink())

    def test_a_repository_that_is_larger_than_it_may_be(self):
        for name in ["large", "inflated"]:
            answer = self.call(self.url(name), GIT_CLONE_MAX_BYTES=str(4 << 20))
            self.assertIn("larger than 4194304 bytes", answer.error)
            self.assertEqual(self.kept, [])
        self.assertEqual(self.call(self.url("large")).status, 0)

    def test_paths_that_lead_outside(self):
        for name in [b"..", b".git", b"../x"]:
            self.server.add_tree("crooked", name)
            answer = self.call(self.url("crooked"))
            self.assertIn("git could not clone it", answer.error)
            self.assertEqual(self.kept, [])

    def test_submodules_and_filters_of_a_repository_are_left_alone(self):
        path = self.root / self.call(self.url("lured")).document["path"]
        self.assertEqual((path / "a").read_text(), "a")
        self.assertFalse((path / "x").exists() or (path / ".git/modules").exists())

    def test_what_the_host_says_otherwise(self):
        for url in [self.url("none"), self.url("tea", "away"), self.url("tea", "locked")]:
            answer = self.call(url)
            self.assertIn("git could not clone it: fatal:", answer.error)
            self.assertNotIn(str(self.root), answer.error)
            self.assertEqual(self.kept, [])
        self.assertNotIn("/team/tea.git/info/refs?service=git-upload-pack", self.server.asked, "no redirect is followed")

    def test_a_host_that_never_ends(self):
        answer = self.call(self.url("x", "slow"), deadline=6)
        self.assertIn("in time", answer.error)
        self.assertEqual(self.kept, [])

    # What the operator has to say

    def test_settings(self):
        self.assertIn("GIT_CLONE_DIR", self.call(self.url("tea"), GIT_CLONE_DIR="").error)
        self.assertIn("GIT_CLONE_DIR", self.call(self.url("tea"), GIT_CLONE_DIR="x").error)
        self.assertIn("GIT_CLONE_MAX_BYTES", self.call(self.url("tea"), GIT_CLONE_MAX_BYTES="much").error)
        gone = self.call(self.url("tea"), GIT_CLONE_DIR=str(self.root / "gone"))
        self.assertEqual(gone.error, "The repository cannot be cloned: No such file or directory.")
        self.assertIn("github.com, gitlab.com", self.call(self.url("tea"), GIT_CLONE_HOSTS="").error.replace("codeberg.org, ", ""))

    def test_the_directory_has_an_end(self):
        for number in range(200):
            (self.root / str(number)).mkdir()
        self.assertIn("200 repositories", self.call(self.url("tea")).error)


if __name__ == "__main__":
    unittest.main()
