"""Tests of img_bw: images of every kind that it takes, and files that want to be something else."""

import base64
import contextlib
import http.server
import io
import json
import os
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import threading
import unittest
import zlib

import harness
from PIL import Image, ImageOps


def encoded(image, kind, **options):
    output = io.BytesIO()
    image.save(output, kind, **options)
    return output.getvalue()


def chunk(name, content):
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(width, height, *more, depth=8, colour=0, data=b""):
    """A PNG of any size that its head may tell."""
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + b"".join(more) + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


def webp(width, height):
    """The head of an animation of this size."""
    size = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + size + b"ANIM" + struct.pack("<I", 6) + bytes(6)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def gif(screen, frame):
    """One frame, which may be larger than the screen on which it lies."""
    head = b"GIF89a" + struct.pack("<HH", *screen) + b"\xf0\0\0" + b"\0\0\0\xff\xff\xff"
    return head + b"," + struct.pack("<HHHH", 0, 0, *frame) + b"\0\x02\x02\x4c\x01\0;"


def jpeg(width, height):
    octets = bytearray(encoded(Image.new("RGB", (8, 8)), "JPEG"))
    start = octets.index(b"\xff\xc0") + 5
    octets[start:start + 4] = struct.pack(">HH", height, width)
    return bytes(octets)


class ImageTests(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)

    def written(self, octets):
        path = self.folder / "fetched"
        path.write_bytes(octets)
        return str(path)

    def call(self, octets):
        return self.call_path(self.written(octets))

    def call_path(self, path):
        return harness.call("img_bw", {"image_url": "https://example.org/x"}, {"LUMA_FETCHED": str(path)})

    def grey(self, octets):
        answer = self.call(octets)
        self.assertEqual(answer.status, 0, answer)
        content = answer.document["content"][0]
        self.assertEqual((content["type"], content["mimeType"]), ("image", "image/png"))
        self.assertLessEqual(len(content["data"]), 5_000_000)
        image = Image.open(io.BytesIO(base64.b64decode(content["data"])))
        self.assertIn(image.mode, ["L", "LA"])
        return image

    # What is given back

    def test_every_kind(self):
        red = Image.new("RGB", (20, 10), (255, 0, 0))
        for kind in ["PNG", "JPEG", "WEBP", "GIF"]:
            image = self.grey(encoded(red, kind))
            self.assertEqual(image.size, (20, 10))
            # As the eye weighs red (ITU-R BT.601): 0.299 of white.
            self.assertAlmostEqual(image.convert("L").getpixel((5, 5)), 76, delta=3, msg=kind)

    def test_every_mode(self):
        for mode, colour, grey in [
            ("1", 1, 255), ("L", 100, 100), ("P", 0, None), ("RGB", (0, 255, 0), 150), ("RGBA", (0, 255, 0, 255), 150), ("LA", (7, 255), 7),
            ("I;16", 32896, 128), ("I;16", 65535, 255),
        ]:
            image = self.grey(encoded(Image.new(mode, (4, 4), colour), "PNG"))
            if grey is not None:
                self.assertAlmostEqual(image.convert("L").getpixel((1, 1)), grey, delta=1, msg=mode)
        self.assertEqual(self.grey(encoded(Image.new("CMYK", (4, 4)), "JPEG")).convert("L").getpixel((1, 1)), 255)

    def test_what_is_transparent_stays_so(self):
        image = Image.new("RGBA", (4, 4), (255, 0, 0, 255))
        image.putpixel((0, 0), (0, 0, 0, 0))
        for kind in ["PNG", "WEBP", "GIF"]:
            grey = self.grey(encoded(image, kind))
            self.assertEqual((grey.mode, grey.getpixel((0, 0))[1], grey.getpixel((2, 2))[1]), ("LA", 0, 255), kind)

    def test_the_first_frame_alone(self):
        frames = [Image.new("RGB", (4, 4), (value,) * 3) for value in [10, 200, 250]]
        for kind in ["GIF", "WEBP", "PNG"]:
            options = {"lossless": True} if kind == "WEBP" else {}
            image = self.grey(encoded(frames[0], kind, save_all=True, append_images=frames[1:], **options))
            self.assertEqual((getattr(image, "n_frames", 1), image.convert("L").getpixel((1, 1))), (1, 10), kind)

    def test_a_picture_that_lies_on_its_side(self):
        exif = Image.Exif()
        exif[0x0112] = 6
        self.assertEqual(self.grey(encoded(Image.new("RGB", (20, 10)), "JPEG", exif=exif)).size, (10, 20))

    def test_a_large_one_is_made_smaller(self):
        noise = Image.frombytes("RGB", (2600, 2000), random.Random(1).randbytes(2600 * 2000 * 3))
        for image in [noise, Image.merge("RGBA", [*noise.split(), noise.getchannel(0)])]:
            octets = encoded(image.convert("RGB"), "JPEG", quality=60) if image.mode == "RGB" else encoded(image, "WEBP", quality=30)
            grey = self.grey(octets)
            self.assertLess(grey.width, 2600)
            self.assertAlmostEqual(grey.width / grey.height, 1.3, delta=0.01)
        self.assertIn("from 2600 x 2000 to", self.call(octets).document["content"][1]["text"])

    def test_as_large_as_it_may_be(self):
        self.assertEqual(self.grey(png(16384, 1500, depth=1, data=bytes(2049 * 1500))).width, 6357)

    # What is not taken

    def test_more_pixels_than_it_may_have(self):
        for octets in [
            png(20_000, 20_000), png(5001, 5000), png(2**31 - 1, 2**31 - 1), webp(16_383, 16_383), webp(2**24, 2**8), jpeg(65_500, 65_500),
            gif((65_535, 65_535), (1, 1)), gif((1, 1), (60_000, 60_000)),
        ]:
            answer = self.call(octets)
            self.assertRegex(answer.error, "25000000 pixels|16384 pixels|too much memory|broken", octets[:40])
        self.assertIn("25000000 pixels", self.call(png(5001, 5000)).error)
        self.assertIn("16384 pixels on one side", self.call(png(16_385, 1)).error)

    def test_more_memory_than_it_may_have(self):
        large = encoded(Image.new("RGBA", (5000, 5000), (1, 2, 3, 4)), "WEBP")
        answer = harness.call("img_bw", {}, {"LUMA_FETCHED": self.written(large)}, memory=300 << 20)
        self.assertIn("too much memory", answer.error)

    def test_bombs_beside_the_pixels(self):
        bomb = zlib.compress(bytes(100 << 20), 9)
        for name, start in [(b"iCCP", b"x\0\0"), (b"zTXt", b"x\0\0"), (b"iTXt", b"x\0\1\0\0\0")]:
            answer = self.call(png(1, 1, chunk(name, start + bomb), data=bytes(2)))
            self.assertIn(answer.status, [0, 1], answer)
            self.assertIn("error" if answer.status else "content", answer.document)

    def test_other_kinds(self):
        image = Image.new("RGB", (4, 4))
        others = [encoded(image, kind) for kind in ["BMP", "TIFF", "PPM", "ICO", "TGA", "PDF", "EPS"]]
        texts = [
            b"", b"x", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", b"PK\x03\x04",
            b"<html>", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a", b"RIFF\0\0\0\0WEBP", bytes(1000)]
        for octets in others + texts:
            self.assertRegex(self.call(octets).error, "no PNG, JPEG, WebP or GIF|broken", octets[:20])

    def test_broken_files(self):
        chance = random.Random(7)
        picture = ImageOps.grayscale(Image.linear_gradient("L")).convert("RGB")
        for kind in ["PNG", "JPEG", "WEBP", "GIF"]:
            whole = encoded(picture, kind)
            self.assertIn("broken", self.call(whole[:len(whole) // 2]).error, kind)
            for _ in range(4):
                broken = bytearray(whole)
                for _ in range(12):
                    broken[chance.randrange(len(broken))] = chance.randrange(256)
                answer = self.call(bytes(broken))
                self.assertIn(answer.status, [0, 1], answer)
                self.assertIn("error" if answer.status else "content", answer.document)

    def test_what_was_not_fetched(self):
        image = self.folder / "image"
        image.write_bytes(png(1, 1, data=bytes(2)))
        (self.folder / "link").symlink_to(image)
        os.mkfifo(self.folder / "pipe")
        large = self.folder / "large"
        large.write_bytes(b"\x89PNG")
        os.truncate(large, (10 << 20) + 1)
        for name, words in [
            ("none", "No such file"), ("link", "symbolic"), ("pipe", "not downloaded"), ("", "cannot be read|not downloaded"),
            ("large", "larger than 10485760 bytes"),
        ]:
            answer = self.call_path(self.folder / name)
            self.assertRegex(answer.error, words, name)
            self.assertNotIn(str(self.folder), answer.error)
        self.assertIn("not downloaded", harness.call("img_bw", {"image_url": str(image)}).error)
        self.assertEqual(self.call_path(image).status, 0)

    # What the gateway downloads for it

    def downloaded(self, files, name, grant={"private_hosts": ["localhost"], "plain_http": True}):
        """Calls the plugin through the program itself, for a file of a server on this machine: what it says, and its exit status."""

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                kind, body = files[self.path.strip("/")]
                self.send_response(302 if kind == "location" else 200)
                self.send_header("Location" if kind == "location" else "Content-Type", body.decode() if kind == "location" else kind)
                self.send_header("Content-Length", "0" if kind == "location" else str(len(body)))
                self.end_headers()
                if kind != "location":
                    # Who does not want the rest hangs up.
                    with contextlib.suppress(OSError):
                        self.wfile.write(body)

            def log_message(self, *words):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        port = server.server_address[1]
        grants = json.loads((harness.HERE / "img_bw/plugins.json").read_text())
        grants["plugins"]["img_bw"]["fetch"].update(grant, ports=[port])
        file = self.folder / "plugins.json"
        file.write_text(json.dumps(grants))
        # A checkout may be anybody's, and Pillow is in the environment of these tests.
        settings = {"LUMA_PLUGINS_FILE": str(file), "LUMA_PLUGINS_STRICT": "false", "LUMA_PLUGINS_PYTHON": sys.executable}
        words = [os.environ["LUMA_MCP"], "plugins", "run", harness.HERE / "img_bw", "run"]
        run = subprocess.run(
            [*words, json.dumps({"image_url": f"http://localhost:{port}/{name}"})], capture_output=True, text=True, timeout=120,
            env={"PATH": harness.PATH, "HOME": str(self.folder), "TMPDIR": str(self.folder), **settings})
        return run.stdout + run.stderr, run.returncode

    @unittest.skipUnless("LUMA_MCP" in os.environ, "make plugins says where the program is")
    def test_the_gateway_downloads_it(self):
        image = encoded(Image.new("RGB", (20, 10), (255, 0, 0)), "PNG")
        bomb = png(20_000, 20_000)
        files = {
            "image": ("image/png", image), "moved": ("location", b"/image"), "page": ("text/html", b"<html>"), "bomb": ("image/png", bomb),
            "away": ("location", b"http://127.0.0.1:1/"), "large": ("image/png", image + bytes(11 << 20)),
        }
        for name in ["image", "moved"]:
            said, status = self.downloaded(files, name)
            self.assertEqual(status, 0, said)
            self.assertRegex(said, r"\[image/png, \d+ bytes\]")
        for name, words in [
            ("page", "none of image/png, image/jpeg, image/webp, image/gif"), ("bomb", "16384 pixels on one side"),
            ("away", "redirects to one that is in a network"), ("large", "larger than 10485760 bytes"),
        ]:
            said, status = self.downloaded(files, name)
            self.assertEqual(status, 1, said)
            self.assertRegex(said, "image_url: .*(" + words + ")", name)
        # This machine is nobody's business unless the operator says so.
        said, status = self.downloaded(files, "image", {"plain_http": True})
        self.assertEqual(status, 1, said)
        self.assertIn("in a network from which nothing is fetched", said)

    # What it says of itself

    def test_it_is_described_without_pillow(self):
        folder = harness.HERE / "img_bw"
        words = ["/usr/bin/python3", "-I", "-S", folder / "cli.py", "--describe"]
        run = subprocess.run(words, capture_output=True, text=True, env={})
        self.assertEqual((run.stdout, run.returncode), ((folder / "describe.json").read_text(), 0), run.stderr)

    def test_without_pillow(self):
        path = self.folder / "image"
        path.write_bytes(png(1, 1, data=bytes(2)))
        run = subprocess.run(
            ["/usr/bin/python3", "-I", "-S", harness.HERE / "img_bw/cli.py", "run"], input=b"{}", capture_output=True,
            env={"LUMA_FETCHED": str(path)})
        self.assertIn(b"Pillow is not installed", run.stdout)


if __name__ == "__main__":
    unittest.main()
