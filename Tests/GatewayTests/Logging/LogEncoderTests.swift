import Core
import GatewayAPI
import HTTP
import IO
import Settings
import Testing

@testable import Gateway

@Suite struct LogEncoderTests {
    private func record(
        time: Int64 = 1_777_658_400_123, requestID: String = "req-1", method: Method = .get, status: Int = 200,
        reason: Reason? = nil
    ) -> RequestRecord {
        RequestRecord(
            time: Timestamp(milliseconds: time), requestID: requestID, method: method, route: "/events/{event_id}",
            status: status, durationNanoseconds: 12_345_678, bytes: 1234, upstreamCalls: 2, retries: 1, reason: reason)
    }

    private func line(_ format: Configuration.LogFormat, _ record: RequestRecord) -> String {
        var encoder = LogEncoder(format)
        var bytes = ByteBuffer()
        encoder.append(record, to: &bytes)
        return String(decoding: bytes.bytes, as: UTF8.self)
    }

    private func line(_ format: Configuration.LogFormat, _ event: LogEvent) -> String {
        var encoder = LogEncoder(format)
        var bytes = ByteBuffer()
        encoder.append(event, to: &bytes)
        return String(decoding: bytes.bytes, as: UTF8.self)
    }

    @Test func aRequestAsJSON() throws {
        let text = line(.json, record(status: 429, reason: .rateLimited))
        #expect(text.hasSuffix("}\n"))
        #expect(
            try JSON.parse(text) == [
                "time": "2026-05-01T18:00:00.123Z", "level": "info", "message": "request", "request_id": "req-1",
                "method": "GET", "route": "/events/{event_id}", "status": 429,
                "duration_ms": JSON.parse("12.345"), "bytes": 1234, "upstream_calls": 2, "retries": 1,
                "reason": "rate_limited",
            ])
        #expect(try JSON.parse(line(.json, record()))["reason"] == nil)
    }

    /// One encoder remembers what lines have in common.
    @Test(arguments: [Configuration.LogFormat.json, .text]) func aLineIsTheSameWhateverCameBefore(
        format: Configuration.LogFormat
    ) {
        var other = record(time: 1_777_658_401_007, requestID: "b\"c", method: .post, status: 503, reason: .internal)
        var records = [record(), other, record()]
        other.route = "-"
        records += [other, record(status: 404), record(method: .head), other, other]
        var encoder = LogEncoder(format)
        for record in records {
            var bytes = ByteBuffer()
            encoder.append(record, to: &bytes)
            #expect(String(decoding: bytes.bytes, as: UTF8.self) == line(format, record))
        }
    }

    /// Each character below U+0100 at each place of texts of several lengths.
    @Test func whatMustBeEscapedIsFoundWhereverItStands() {
        for code in 0..<0x100 {
            let scalar = Unicode.Scalar(UInt8(code))
            let escaped: String =
                switch scalar {
                case "\"": "\\\""
                case "\\": "\\\\"
                case "\n": "\\n"
                case "\r": "\\r"
                case "\t": "\\t"
                case "\0"..<" ", "\u{7f}"..<"\u{a0}":
                    "\\u00" + String(code >> 4, radix: 16) + String(code & 15, radix: 16)
                default: String(Character(scalar))
                }
            for length in 0..<20 {
                for place in 0...length {
                    let before = String(repeating: "~", count: place)
                    let after = String(repeating: " ", count: length - place)
                    var bytes = ByteBuffer()
                    LogText.appendEscaped(before + String(Character(scalar)) + after, to: &bytes)
                    let text = String(decoding: bytes.bytes, as: UTF8.self)
                    #expect(text == before + escaped + after, "\(code) at \(place) of \(length)")
                }
            }
        }
    }

    @Test func aRequestAsText() {
        #expect(
            line(.text, record(method: .other, status: 504, reason: .upstreamTimeout))
                == """
                2026-05-01T18:00:00.123Z warning OTHER /events/{event_id} 504 12.345ms 1234B upstream_calls=2 \
                retries=1 reason=upstream_timeout request_id=req-1

                """)
    }

    @Test func anEvent() throws {
        let event = LogEvent(
            time: Timestamp(milliseconds: 0), .warning, "Listening",
            ["address": "127.0.0.1:8000", "note": "a b=\"c\"", "count": -3, "empty": ""])
        #expect(
            line(.text, event)
                == "1970-01-01T00:00:00.000Z warning Listening address=127.0.0.1:8000 note=\"a b=\\\"c\\\"\" count=-3 empty=\"\"\n"
        )
        #expect(
            try JSON.parse(line(.json, event)) == [
                "time": "1970-01-01T00:00:00.000Z", "level": "warning", "message": "Listening",
                "address": "127.0.0.1:8000", "note": "a b=\"c\"", "count": -3, "empty": "",
            ])
    }

    @Test func aLabelIsThereWhenThereIsOne() throws {
        var labelled = record()
        #expect(try JSON.parse(line(.json, labelled))["label"] == nil && !line(.text, labelled).contains("label"))
        labelled.label = "ann"
        #expect(try JSON.parse(line(.json, labelled))["label"] == "ann")
        #expect(line(.text, labelled).contains(" label=ann request_id="))
    }

    /// Nothing that a client sends ends a line, forges a field or reaches a terminal as a command.
    @Test(arguments: [
        "a\nb", "a\r\nINFO forged", "\u{1b}[2J", "\u{0}", "\"}\n{\"x\":\"", "\\", "\u{9b}31m", "\u{7f}", "a b", "é€😀",
        "",
        "\u{c2}\u{a0}",
    ])
    func hostileText(text: String) throws {
        let json = line(.json, record(requestID: text))
        #expect(json.utf8.count { $0 == 0x0a } == 1)
        #expect(try JSON.parse(json)["request_id"] == .string(text))
        let plain = line(.text, record(requestID: text))
        for shown in [json, plain] {
            #expect(
                shown.dropLast().unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value) })
        }
        #expect(plain.hasSuffix("\n"))
    }

    @Test(arguments: 1020...1030) func aLongTextIsCutBetweenCharacters(length: Int) throws {
        let text = String(repeating: "a", count: length - 20) + String(repeating: "é", count: 400)
        let shown = try #require(try JSON.parse(line(.json, record(requestID: text)))["request_id"]?.stringValue)
        #expect(shown.hasSuffix("…"))
        #expect(text.hasPrefix(shown.dropLast()))
        #expect((1020...1027).contains(shown.utf8.count))
    }

    @Test(
        arguments: [
            (0, "0.000"), (999, "0.000"), (1000, "0.001"), (1_000_000, "1.000"), (59_999_999_999, "59999.999"),
            (-5, "0.000"),
        ] as [(Int64, String)])
    func milliseconds(nanoseconds: Int64, text: String) {
        var bytes = ByteBuffer()
        LogText.appendMilliseconds(nanoseconds, to: &bytes)
        #expect(String(decoding: bytes.bytes, as: UTF8.self) == text)
    }

    /// The text of a second is remembered; it must follow the clock forwards and backwards.
    @Test func theTimeFollowsTheClock() {
        var encoder = LogEncoder(.text)
        var bytes = ByteBuffer()
        let times: [(Int64, String)] = [
            (1_777_658_400_999, "2026-05-01T18:00:00.999Z"), (1_777_658_401_000, "2026-05-01T18:00:01.000Z"),
            (1_777_658_401_007, "2026-05-01T18:00:01.007Z"), (1_777_658_400_050, "2026-05-01T18:00:00.050Z"),
            (-1, "1969-12-31T23:59:59.999Z"), (0, "1970-01-01T00:00:00.000Z"),
        ]
        for (time, text) in times {
            bytes.removeAll()
            encoder.append(record(time: time), to: &bytes)
            #expect(String(decoding: bytes.bytes.prefix(24), as: UTF8.self) == text)
        }
    }

    @Test(
        arguments: [
            (200, nil, LogLevel.info), (404, .notFound, .info), (429, .rateLimited, .info), (500, .internal, .error),
            (500, nil, .error), (502, .upstreamUnreachable, .warning), (503, .shuttingDown, .warning),
        ] as [(Int, Reason?, LogLevel)])
    func levels(status: Int, reason: Reason?, level: LogLevel) {
        #expect(record(status: status, reason: reason).level == level)
    }
}
