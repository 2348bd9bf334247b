"""Writes Sources/Core/TimeZone/WindowsZones.swift: Windows' names of time zones, and the IANA zone that Unicode's CLDR gives each
for the whole world (supplemental/windowsZones.xml, territory 001).

    pip install --target FOLDER --no-deps Babel==2.19.0
    PYTHONPATH=FOLDER python3 Tests/Tools/windows-zones.py

The table comes with Babel, which is the only library on PyPI that carries the rows as CLDR has them. Names that tzdata no longer
lists as zones but as links stay: they are known wherever tzdata is installed in full.
"""

import pathlib

import babel
from babel.core import get_global

HEAD = '''/// Windows' names of time zones, as Outlook and Exchange write them into calendars, and the IANA zone of each.
///
/// Written by Tests/Tools/windows-zones.py from Unicode's CLDR (windowsZones, territory 001) as Babel {version} carries it;
/// not to be edited.
public enum WindowsZones {{
    /// The IANA name; letter case counts, as in the files.
    public static func name(of windows: String) -> String? {{ table[windows] }}

    /// The names and their zones, in the order of their names.
    public static let all: [(windows: String, iana: String)] = [
'''
TAIL = '''    ]

    private static let table = Dictionary(uniqueKeysWithValues: all.map { ($0.windows, $0.iana) })
}
'''

rows = sorted(get_global("windows_zone_mapping").items())
assert len(rows) > 130 and all(len(iana) > 2 for _, iana in rows)
text = HEAD.format(version=babel.__version__)
for windows, iana in rows:
    text += f'        ("{windows}", "{iana}"),\n'
target = pathlib.Path(__file__).parents[2] / "Sources/Core/TimeZone/WindowsZones.swift"
target.write_text(text + TAIL)
print(len(rows), "rows in", target)
