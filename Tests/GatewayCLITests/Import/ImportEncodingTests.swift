import Core
import GatewayAPI
import TestKit
import Testing

@testable import Formats
@testable import GatewayCLI

/// Every reader of an import takes a file in whichever encoding and with however many marks a program has written it.
@Suite struct ImportEncodingTests {
    private static let texts: [(format: ImportFormat, text: String)] = [
        (.csv, "name,start_at,timezone\r\nGrünau – 5 €,2031-05-01T18:00,UTC\r\n"),
        (.ndjson, "{\"name\":\"Grünau – 5 €\",\"start_at\":\"2031-05-01T18:00\",\"timezone\":\"UTC\"}\n"),
        (
            .ics,
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:a\r\nSUMMARY:Grünau – \r\n 5 €\r\nDTSTART:20310501T180000Z\r\n"
                + "DURATION:PT1H\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        ),
    ]

    private static func utf16(_ text: String, isBig: Bool) -> [UInt8] {
        text.utf16.flatMap { unit in
            isBig ? [UInt8(unit >> 8), UInt8(unit & 0xff)] : [UInt8(unit & 0xff), UInt8(unit >> 8)]
        }
    }

    private static func windows(_ text: String) -> [UInt8] {
        text.unicodeScalars.map { scalar in
            switch scalar {
            case "€": 0x80
            case "–": 0x96
            default: UInt8(scalar.value)
            }
        }
    }

    private static let ways: [(name: String, bytes: @Sendable (String) -> [UInt8])] = [
        ("UTF-8", { Array($0.utf8) }), ("UTF-8", { Array("\u{feff}\($0)".utf8) }),
        ("UTF-8", { Array("\u{feff}\u{feff}\($0)".utf8) }), ("Windows-1252", { ImportEncodingTests.windows($0) }),
        ("UTF-16LE", { ImportEncodingTests.utf16("\u{feff}\($0)", isBig: false) }),
        ("UTF-16BE", { ImportEncodingTests.utf16("\u{feff}\($0)", isBig: true) }),
        ("UTF-16LE", { ImportEncodingTests.utf16("\u{feff}\u{feff}\($0)", isBig: false) }),
        ("UTF-16BE", { ImportEncodingTests.utf16("\u{feff}\u{feff}\($0)", isBig: true) }),
        ("UTF-16LE", { ImportEncodingTests.utf16($0, isBig: false) }),
        ("UTF-16BE", { ImportEncodingTests.utf16($0, isBig: true) }),
    ]

    private func plan(_ bytes: [UInt8], _ format: ImportFormat, piece: Int) -> ImportPlan {
        var settings = ImportPlanner.Settings()
        settings.format = format
        var planner = ImportPlanner(settings, zones: SystemZones.database, templates: TemplateCatalog())
        var rest = bytes[...]
        while !rest.isEmpty {
            planner.feed(rest.prefix(piece))
            rest = rest.dropFirst(piece)
        }
        return planner.finish()
    }

    @Test(arguments: texts.indices, ways.indices) func oneFileIsReadTheSameInEveryEncoding(_ text: Int, _ way: Int)
        throws
    {
        let (format, text) = Self.texts[text]
        let bytes = Self.ways[way].bytes(text)
        for piece in [1, 7, bytes.count] {
            let plan = plan(bytes, format, piece: piece)
            #expect(plan.problems == [])
            let event = try plan.rows.first.map { try JSON.parse($0.body) }
            #expect(event?["name"] == "Grünau – 5 €")
            let shown = format == .csv || Self.ways[way].name != "UTF-8"
            #expect(plan.readAs?.contains(Self.ways[way].name) == (shown ? true : nil))
            #expect(plan.rows.map(\.key) == self.plan(Array(text.utf8), format, piece: 99).rows.map(\.key))
        }
    }

    /// What is UTF-8 in one place and not in another is told with its line and octet, and not guessed.
    @Test(arguments: texts.indices) func aFileOfTwoEncodingsIsRefused(_ text: Int) {
        let (format, text) = Self.texts[text]
        let plan = plan(Array(text.utf8) + [0x78, 0xfc, 0x0a], format, piece: 16)
        #expect(plan.isUnusable && plan.rows.isEmpty)
        let lines = text.utf8.count { $0 == 0x0a } + 1
        #expect(plan.problems.map(\.line) == [lines])
        #expect(
            plan.problems.first?.text.hasPrefix("octet FC (number 2 of the line) is not UTF-8, as other lines are")
                == true)
    }
}
