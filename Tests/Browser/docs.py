"""The documentation page in real Chromium: docs.py BINARY FOLDER."""

import sys

from stage import Browser, Gateway, play


def the_page_is_there(binary, folder):
    """It is shown, quiet, readable and no wider than a phone, in both modes."""
    with Gateway(binary) as gateway, Browser(width=360, height=740) as browser:
        for dark in (False, True):
            browser.prefer(dark)
            browser.open(gateway.url + "/docs")
            browser.eventually("a heading", lambda: browser.one("h1").text)
            browser.check_contrast()
            browser.check_width()
            browser.check_quiet(gateway.url)
            browser.picture(folder, "docs-phone-" + ("dark" if dark else "light"))


if __name__ == "__main__":
    play([the_page_is_there], *sys.argv[1:])
