"""Tests of build_image with a program that stands for docker: what it is started with, and what becomes of what it does."""

import os
import pathlib
import socket
import tempfile
import unittest

import harness

DOCKER = """#!/bin/sh
here=$(dirname "$0")
for word in "$@"; do printf '%s\\n' "$word"; done >"$here/words"
env >"$here/environment"
"""


class BuildImageTests(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        self.web = self.folder / "web"
        self.web.mkdir()
        self.docker("echo built")
        self.socket = self.listen("docker.sock")
        if os.geteuid() == 0:
            os.chown(self.socket, 1000, 1000)

    def docker(self, behaviour):
        (self.folder / "docker").write_text(DOCKER + behaviour + "\n")
        (self.folder / "docker").chmod(0o755)

    def listen(self, name):
        path = self.folder / name
        listener = socket.socket(socket.AF_UNIX)
        self.addCleanup(listener.close)
        listener.bind(str(path))
        return path

    def call(self, arguments, deadline=60, path=None, **variables):
        variables = {"BUILD_IMAGE_CONTEXTS": f"web={self.web}", "DOCKER_HOST": f"unix://{self.socket}", **variables}
        return harness.call("build_image", arguments, variables, deadline, path or f"{self.folder}:/usr/bin:/bin")

    def words(self):
        """What docker was started with; None when it was not."""
        try:
            return (self.folder / "words").read_text().splitlines()
        except FileNotFoundError:
            return None

    # What is told

    def test_an_image_is_built(self):
        for arguments, tag in [
            ({}, "web:latest"), ({"tag": "web"}, "web"), ({"tag": "web:1.2", "context": "web"}, "web:1.2"),
            ({"tag": "example.org/team/web:A_b.3-4"}, "example.org/team/web:A_b.3-4"), ({"tag": None, "context": None}, "web:latest"),
        ]:
            answer = self.call(arguments)
            self.assertEqual(answer.document, {"exit_code": 0, "tag": tag, "tail": "built\n"})
            self.assertEqual(self.words(), ["build", f"--tag={tag}", str(self.web)])

    def test_a_build_that_fails(self):
        self.docker("echo 'step 1' && echo 'no such file' >&2 && exit 17")
        answer = self.call({})
        self.assertEqual((answer.status, answer.document["exit_code"]), (0, 17))
        self.assertEqual(answer.document["tail"], "step 1\nno such file\n")

    def test_much_output(self):
        self.docker("head -c 20000000 /dev/zero | tr '\\0' '\\303'; echo the end")
        answer = self.call({})
        self.assertEqual(len(answer.document["tail"]), 1200)
        self.assertTrue(answer.document["tail"].endswith("the end\n"))

    def test_a_build_that_hangs(self):
        for stubborn in ["", "trap '' TERM; "]:
            self.docker(stubborn + "echo begun; while :; do sleep 1; done")
            answer = self.call({}, deadline=4)
            self.assertEqual(answer.error, "The build did not end within 3 seconds and was stopped.")
            self.assertEqual(answer.document["tag"], "web:latest")
            self.assertNotIn("exit_code", answer.document)

    def test_what_a_build_leaves_running_is_not_waited_for(self):
        self.docker("sleep 900 & echo done")
        answer = self.call({}, deadline=300)
        self.assertEqual(answer.document["exit_code"], 0)
        self.assertLess(answer.seconds, 200)

    def test_docker_sees_nothing_of_the_environment(self):
        self.call({}, DOCKER_CONFIG="/root/.docker", DOCKER_TLS_VERIFY="1", SECRET="x", BUILDKIT_HOST="tcp://x")
        lines = (self.folder / "environment").read_text().splitlines()
        names = {line.split("=", 1)[0] for line in lines} - {"_", "PWD", "SHLVL", "OLDPWD"}
        self.assertEqual(names, {"PATH", "HOME", "DOCKER_HOST", "LANG", "NO_COLOR", "BUILDKIT_PROGRESS"})

    # What a caller cannot choose

    def test_tags_that_are_not_taken(self):
        for tag in [
            "", "--build-arg=x", "-t", "web latest", "web\n", "web:latest\n--push", "Web", "web:", "web:a/b", "web@sha256:00", "/web",
            "web:" + "a" * 128, "a" * 200 + "/web", "$(id)/web", "wéb", "web:latest:x", 5, ["web"], {"a": 1},
            # Images that others build upon.
            "debian", "debian:12", "library/debian", "web/debian", "web2", "webs:latest", "web/",
        ]:
            answer = self.call({"tag": tag})
            self.assertIn("tag must be like", answer.error, tag)
        self.assertIsNone(self.words())

    def test_directories_that_are_not_named(self):
        for name in ["", "..", "../web", str(self.web), ".", "--file=/etc/passwd", "Web", "web/", "https://example.org/x.git", "-", 5, []]:
            answer = self.call({"context": name})
            self.assertEqual(answer.error, "context must be one of: web.", name)
        two = f"web={self.web}:mail={self.folder}"
        self.assertEqual(self.call({}, BUILD_IMAGE_CONTEXTS=two).error, "context must be one of: mail, web.")
        self.assertIn("mail", self.call({"context": "mail", "tag": "web"}, BUILD_IMAGE_CONTEXTS=two).error)
        self.assertIsNone(self.words())
        self.call({"build_args": ["A=b"], "path": "/", "file": "/etc/passwd"})
        self.assertEqual(self.words(), ["build", "--tag=web:latest", str(self.web)], "what else is given changes nothing")

    # What the operator has to say

    @unittest.skipUnless(os.geteuid() == 0, "only root can make a socket of root's")
    def test_a_daemon_of_roots(self):
        answer = self.call({}, DOCKER_HOST=f"unix://{self.listen('root.sock')}")
        self.assertIn("is root's", answer.error)
        (self.folder / "link").symlink_to("root.sock")
        self.assertIn("is root's", self.call({}, DOCKER_HOST=f"unix://{self.folder}/link").error)
        self.assertIsNone(self.words())

    def test_settings(self):
        for address in ["", "tcp://127.0.0.1:2375", "ssh://host", "npipe:////x", "unix://docker.sock", "/run/docker.sock"]:
            self.assertIn("DOCKER_HOST", self.call({}, DOCKER_HOST=address).error, address)
        for address in [f"unix://{self.folder}/gone", f"unix://{self.folder}/docker"]:
            self.assertIn("no daemon", self.call({}, DOCKER_HOST=address).error)
        for setting in ["", ":", "web", "web=here", "Web=/srv", "../web=/srv", "=/srv"]:
            self.assertIn("BUILD_IMAGE_CONTEXTS", self.call({}, BUILD_IMAGE_CONTEXTS=setting).error, setting)
        self.assertIsNone(self.words())
        (self.folder / "none").mkdir()
        self.assertEqual(self.call({}, path=str(self.folder / "none")).error, "docker is not installed here.")


if __name__ == "__main__":
    unittest.main()
