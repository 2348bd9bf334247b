"""Tests of scaffold_project: what it makes works, and nothing outside of its directory is ever touched."""

import concurrent.futures
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import harness


class ScaffoldProjectTests(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.outside = pathlib.Path(scratch.name)
        self.root = self.outside / "projects"
        self.root.mkdir()

    def call(self, **arguments):
        return harness.call("scaffold_project", arguments, {"SCAFFOLD_DIR": str(self.root)})

    def everything(self):
        return sorted(str(path.relative_to(self.outside)) for path in self.outside.rglob("*"))

    def test_the_package_and_its_test_work(self):
        answer = self.call(name="tea_party")
        self.assertEqual(answer.status, 0, answer)
        self.assertEqual(
            answer.document, {
                "created": True, "package": "tea_party/src/tea_party",
                "test_file": "tea_party/tests/test_tea_party.py"})
        run = subprocess.run(
            [sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider"], cwd=self.root / "tea_party",
            capture_output=True, text=True)
        self.assertEqual(run.returncode, 0, run.stdout)
        self.assertIn("1 passed", run.stdout)

    def test_without_tests(self):
        answer = self.call(name="plain", with_tests=False)
        self.assertEqual(answer.document, {"created": True, "package": "plain/src/plain"})
        self.assertFalse((self.root / "plain/tests").exists())

    def test_what_is_there_is_left_alone(self):
        (self.root / "old").mkdir()
        (self.root / "old/notes").write_text("mine")
        (self.root / "file").write_text("mine")
        (self.root / "away").symlink_to(self.outside)
        (self.root / "nowhere").symlink_to(self.outside / "new")
        before = self.everything()
        for name in ["old", "file", "away", "nowhere"]:
            answer = self.call(name=name)
            self.assertEqual(answer.status, 0, answer)
            self.assertIs(answer.document["created"], False)
            self.assertIn("already", answer.document["reason"])
        self.assertEqual(self.everything(), before)
        self.assertEqual((self.root / "old/notes").read_text(), "mine")

    def test_names_that_lead_elsewhere(self):
        before = self.everything()
        for name in [
            "../x", "..", ".", "", "/tmp/x", "a/b", "a\\b", "-rf", "--help", "a b", "a.b", "a\n", "\x00", "a\x00b", "é", "1a", "_a",
            "a" * 65, "class", "None", 5, None, ["a"], {"a": 1}, "$(id)", "%2e%2e",
        ]:
            answer = self.call(name=name)
            self.assertEqual(answer.status, 1, (name, answer))
            self.assertTrue(answer.error, name)
        self.assertEqual(self.everything(), before)

    def test_a_link_in_the_way_is_not_followed(self):
        # As somebody could put there between two steps.
        spec = harness.load("scaffold_project", "scaffold_project.py")
        (self.root / "p").mkdir()
        (self.root / "p/src").symlink_to(self.outside)
        directory = os.open(self.root / "p", os.O_RDONLY | os.O_DIRECTORY)
        self.addCleanup(os.close, directory)
        with self.assertRaises(OSError):
            spec.write(directory, "src/p/__init__.py", "text")
        (self.root / "p/pyproject.toml").symlink_to(self.outside / "written")
        with self.assertRaises(FileExistsError):
            spec.write(directory, "pyproject.toml", "text")
        self.assertEqual(sorted(path.name for path in self.outside.iterdir()), ["projects"])

    def test_two_at_once_make_one(self):
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda _: self.call(name="same").document["created"], range(4)))
        self.assertEqual(sorted(answers), [False, False, False, True])

    def test_the_directory_has_an_end(self):
        for number in range(1000):
            (self.root / str(number)).mkdir()
        self.assertIn("1000 packages", self.call(name="one_more").error)

    def test_without_a_directory(self):
        for place in ["", "projects", str(self.outside / "gone")]:
            answer = harness.call("scaffold_project", {"name": "a"}, {"SCAFFOLD_DIR": place})
            self.assertNotIn(str(self.outside), answer.error)
        self.assertIn("SCAFFOLD_DIR", harness.call("scaffold_project", {"name": "a"}).error)


if __name__ == "__main__":
    unittest.main()
