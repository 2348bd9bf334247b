"""Tests of run_tests: projects that pass, fail, hang and flood, and callers that want more than a name."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

import harness


class RunTestsTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(scratch.cleanup)
        cls.folder = pathlib.Path(scratch.name)
        # An environment without pytest.
        cls.bare = cls.folder / "bare"
        subprocess.run(["/usr/bin/python3", "-m", "venv", "--without-pip", cls.bare], check=True)

    def project(self, name, **files):
        """A project whose virtual environment is that of these tests, which has pytest."""
        folder = self.folder / name
        folder.mkdir()
        for stem, text in files.items():
            (folder / f"{stem}.py").write_text(text)
        (folder / ".venv").symlink_to(pathlib.Path(sys.prefix))
        return folder

    def call(self, arguments, *folders, deadline=60, **variables):
        setting = ":".join(f"{folder.name}={folder}" for folder in folders)
        return harness.call("run_tests", arguments, {"RUN_TESTS_PROJECTS": setting, **variables}, deadline)

    def outcome(self, text, deadline=60, **variables):
        folder = self.project(self.id().rsplit(".", 1)[1] + str(len(list(self.folder.iterdir()))), test_it=text)
        return self.call({"project": folder.name}, folder, deadline=deadline, **variables)

    # What is told

    def test_tests_that_pass(self):
        folder = self.project("good", test_it="def test_a(): pass\n\ndef test_b(): pass\n")
        for arguments in [{}, {"project": "good"}, {"project": None}]:
            answer = self.call(arguments, folder)
            self.assertEqual(answer.status, 0, answer)
            self.assertEqual(answer.document["exit_code"], 0)
            self.assertRegex(answer.document["summary"][-1], "^2 passed")
        self.assertEqual(sorted(path.name for path in folder.iterdir()), [".venv", "test_it.py"], "nothing is written")

    def test_tests_that_fail(self):
        answer = self.outcome("def test_a():\n    assert 1 == 2, 'quite another'\n")
        self.assertEqual((answer.status, answer.document["exit_code"]), (0, 1))
        self.assertIn("quite another", answer.document["truncated_output"])
        self.assertRegex(answer.document["summary"][-1], "^1 failed")

    def test_other_ends(self):
        for text, code in [("", 5), ("def (", 2), ("import os\nos._exit(77)\n", 77), ("import os\nos.kill(os.getpid(), 9)\n", -9)]:
            answer = self.outcome(text)
            self.assertEqual((answer.status, answer.document["exit_code"]), (0, code), answer)

    def test_without_pytest_they_are_skipped(self):
        folder = self.project("without", test_it="def test_a(): pass\n")
        (folder / ".venv").unlink()
        (folder / ".venv").symlink_to(self.bare)
        (folder / "pytest.py").write_text("print('not that one')")
        self.assertEqual(
            self.call({}, folder).document, {"skipped": True, "reason": "pytest is not installed for this project."})

    # What is bounded

    def test_much_output(self):
        answer = self.outcome("import atexit, os\natexit.register(lambda: [os.write(1, b'ab\\xff' * 20000) for _ in range(500)])\n")
        self.assertEqual(answer.status, 0, answer)
        self.assertEqual(len(answer.document["truncated_output"]), 4000)
        self.assertLess(len(answer.output), 64 << 10)

    def test_many_lines(self):
        answer = self.outcome("".join(f"def test_{number}(): assert 0\n" for number in range(40)))
        self.assertEqual(len(answer.document["summary"]), 10)

    def test_tests_that_hang(self):
        for stubborn in ["", "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"]:
            answer = self.outcome(
                stubborn + "import os, time\nos.write(2, b'')\ndef test_a(): time.sleep(600)\n", deadline=4)
            self.assertIn("did not end within 3 seconds", answer.error)
            self.assertIn("truncated_output", answer.document)

    def test_what_tests_leave_running_is_not_waited_for(self):
        answer = self.outcome(
            "import subprocess\ndef test_a(capfd):\n    with capfd.disabled():\n        subprocess.Popen(['sleep', '900'])\n", deadline=300)
        self.assertEqual((answer.status, answer.document["exit_code"]), (0, 0), answer)
        self.assertLess(answer.seconds, 200)

    def test_tests_see_nothing_of_the_environment(self):
        answer = self.outcome(
            "import os\ndef test_a():\n"
            "    assert not [name for name in os.environ if name.startswith(('LUMA', 'RUN_TESTS', 'SECRET', 'PYTEST_ADDOPTS'))]\n",
            SECRET_KEY="x", PYTEST_ADDOPTS="--collect-only")
        self.assertRegex(answer.document["summary"][-1], "^1 passed", answer)

    # What a caller cannot choose

    def test_names_that_are_not_known(self):
        folder = self.project("known", test_it="open(__file__ + '.ran', 'w')\n")
        other = self.project("other")
        for name in ["", "..", "../known", "known/", "/", str(folder), "--rootdir=/", "-k", "Known", "known\n", "*", 5, ["known"], None]:
            answer = self.call({"project": name}, folder, other)
            self.assertEqual(answer.error, "project must be one of: known, other.", name)
        answer = self.call({"project": "known", "args": ["--co"], "path": "/"}, folder, other)
        self.assertEqual(answer.document["exit_code"], 5, "what else is given changes nothing")

    # What the operator has to say

    def test_settings(self):
        for setting in ["", ":", "known", "known=", "known=here", "=/srv", "a b=/srv", "../x=/srv"]:
            answer = harness.call("run_tests", {}, {"RUN_TESTS_PROJECTS": setting})
            self.assertIn("RUN_TESTS_PROJECTS", answer.error, setting)
        answer = harness.call("run_tests", {}, {"RUN_TESTS_PROJECTS": f"gone={self.folder}/gone"})
        self.assertIn("is not there", answer.error)
        self.assertNotIn(str(self.folder), answer.error)


if __name__ == "__main__":
    unittest.main()
