"""Turns an image into shades of grey, with Pillow.

The image is a file that the gateway has downloaded (LUMA_FETCHED): this program has no network. It is taken for whatever its own
first bytes say, and only for one of four kinds; its size is read from its head before anything of it is decoded."""

import base64
import io
import json
import math
import os
import pathlib
import resource
import stat
import sys
import warnings

MAX_BYTES = 10 << 20
MAX_PIXELS = 25_000_000
MAX_SIDE = 16_384
MAX_MEMORY = 512 << 20
FORMATS = ["PNG", "JPEG", "WEBP", "GIF"]
# Of the pixels of an answer, one byte for each and one for how transparent it is. As a PNG that is never more than 3.75 MB, which
# is 5 MB in base 64: models take no more.
MAX_ANSWER = 3_700_000


class Refused(Exception):
    """Why there is no image, in words for whoever calls."""


def fetched():
    """The octets that the gateway has downloaded."""
    path = os.environ.get("LUMA_FETCHED")
    if not path:
        raise Refused("The gateway has not downloaded the image.")
    # Neither a link nor something that a reader would wait for.
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise Refused("The gateway has not downloaded the image.")
        if status.st_size > MAX_BYTES:
            raise Refused(f"The image is larger than {MAX_BYTES} bytes. Use a smaller one.")
        return file.read(MAX_BYTES)


def opened(octets):
    """The image, of which nothing but its head was read."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            image = Image.open(io.BytesIO(octets), formats=FORMATS)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise Refused(f"The image has more than {MAX_PIXELS} pixels. Use a smaller one.") from None
        except Image.UnidentifiedImageError:
            raise Refused("This is no PNG, JPEG, WebP or GIF.") from None
    if max(image.size) > MAX_SIDE:
        raise Refused(f"The image has more than {MAX_SIDE} pixels on one side. Use a smaller one.")
    return image


def grey(image):
    """The first frame in shades of grey, as transparent as it was, no larger than an answer may be."""
    from PIL import ImageOps

    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I"):
        # 16 bits for each pixel, which a plain conversion would cut off at white.
        image = image.convert("I").point(lambda value: value * (1 / 257))
    if "transparency" in image.info:
        image = image.convert("RGBA")
    image = image.convert("LA" if "A" in image.getbands() else "L")
    scale = math.sqrt(MAX_ANSWER / (image.width * image.height * len(image.getbands())))
    if scale < 1:
        image.thumbnail((max(1, int(image.width * scale)), max(1, int(image.height * scale))), reducing_gap=2)
    return image


def main():
    json.load(sys.stdin)
    limit = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY if limit == resource.RLIM_INFINITY else min(limit, MAX_MEMORY), limit))
    octets = fetched()
    try:
        image = opened(octets)
        size = image.size
        image = grey(image)
        output = io.BytesIO()
        image.save(output, "PNG")
    except Refused:
        raise
    except MemoryError:
        raise Refused("The image needs too much memory. Use a smaller one.") from None
    except ImportError:
        raise Refused("Pillow is not installed for the Python of plugins. Its operator has to add it.") from None
    except Exception:
        # What a decoder may meet in a broken file has no end, and its words mean nothing to the caller.
        raise Refused("The image is broken and cannot be read. Use another one.") from None
    content = [{"type": "image", "mimeType": "image/png", "data": base64.b64encode(output.getvalue()).decode()}]
    if image.width * image.height < size[0] * size[1]:
        text = f"Made smaller, from {size[0]} x {size[1]} to {image.width} x {image.height} pixels."
        content.append({"type": "text", "text": text})
    return {"content": content}


if __name__ == "__main__":
    if sys.argv[1:] == ["--describe"]:
        sys.stdout.write(pathlib.Path(__file__).with_name("describe.json").read_text())
        sys.exit()
    try:
        print(json.dumps(main()))
    except Refused as refusal:
        print(json.dumps({"error": str(refusal)}))
        sys.exit(1)
    except OSError as failure:
        # Without the path: it is the machine's own.
        print(json.dumps({"error": f"The downloaded image cannot be read: {failure.strerror}."}))
        sys.exit(1)
