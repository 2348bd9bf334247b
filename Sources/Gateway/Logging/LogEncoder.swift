import Core
import HTTP

/// Writes records as lines, each appended to the caller's bytes without a string in between.
///
/// Each thread has its own: it remembers the text of the running second.
struct LogEncoder {
    let format: Configuration.LogFormat
    private var second = Int64.min
    /// `2026-05-01T18:00:00.` of that second.
    private var secondText: [UInt8] = []

    init(_ format: Configuration.LogFormat) { self.format = format }

    mutating func append(_ record: borrowing RequestRecord, to line: inout [UInt8]) {
        let method = record.method == .other ? "OTHER" : record.method.token
        switch format {
        case .json:
            beginJSON(record.time, record.level, &line)
            line.append(literal: "request\",\"request_id\":")
            LogText.appendQuoted(record.requestID, to: &line)
            line.append(literal: ",\"method\":\"")
            line.append(contentsOf: method.utf8)
            line.append(literal: "\",\"route\":")
            LogText.appendQuoted(record.route, to: &line)
            line.append(literal: ",\"status\":")
            line.append(decimal: record.status)
            line.append(literal: ",\"duration_ms\":")
            LogText.appendMilliseconds(record.durationNanoseconds, to: &line)
            line.append(literal: ",\"bytes\":")
            line.append(decimal: record.bytes)
            line.append(literal: ",\"upstream_calls\":")
            line.append(decimal: record.upstreamCalls)
            line.append(literal: ",\"retries\":")
            line.append(decimal: record.retries)
            if let reason = record.reason {
                line.append(literal: ",\"reason\":\"")
                line.append(contentsOf: reason.rawValue.utf8)
                line.append(literal: "\"")
            }
            line.append(literal: "}\n")
        case .text:
            beginText(record.time, record.level, &line)
            line.append(contentsOf: method.utf8)
            line.append(literal: " ")
            LogText.appendPlain(record.route, to: &line)
            line.append(literal: " ")
            line.append(decimal: record.status)
            line.append(literal: " ")
            LogText.appendMilliseconds(record.durationNanoseconds, to: &line)
            line.append(literal: "ms ")
            line.append(decimal: record.bytes)
            line.append(literal: "B upstream_calls=")
            line.append(decimal: record.upstreamCalls)
            line.append(literal: " retries=")
            line.append(decimal: record.retries)
            if let reason = record.reason {
                line.append(literal: " reason=")
                line.append(contentsOf: reason.rawValue.utf8)
            }
            line.append(literal: " request_id=")
            LogText.appendPlain(record.requestID, to: &line)
            line.append(literal: "\n")
        }
    }

    mutating func append(_ event: LogEvent, to line: inout [UInt8]) {
        switch format {
        case .json:
            beginJSON(event.time, event.level, &line)
            LogText.appendEscaped(event.message, to: &line)
            line.append(literal: "\"")
            for field in event.fields {
                line.append(literal: ",")
                LogText.appendQuoted(field.name, to: &line)
                line.append(literal: ":")
                switch field.value {
                case .text(let text): LogText.appendQuoted(text, to: &line)
                case .integer(let number): line.append(decimal: number)
                }
            }
            line.append(literal: "}\n")
        case .text:
            beginText(event.time, event.level, &line)
            LogText.appendEscaped(event.message, to: &line)
            for field in event.fields {
                line.append(literal: " ")
                LogText.appendPlain(field.name, to: &line)
                line.append(literal: "=")
                switch field.value {
                case .text(let text): LogText.appendPlain(text, to: &line)
                case .integer(let number): line.append(decimal: number)
                }
            }
            line.append(literal: "\n")
        }
    }

    private mutating func beginJSON(_ time: Timestamp, _ level: LogLevel, _ line: inout [UInt8]) {
        line.append(literal: "{\"time\":\"")
        append(time, to: &line)
        line.append(literal: "\",\"level\":\"")
        line.append(literal: level.word)
        line.append(literal: "\",\"message\":\"")
    }

    private mutating func beginText(_ time: Timestamp, _ level: LogLevel, _ line: inout [UInt8]) {
        append(time, to: &line)
        line.append(literal: " ")
        line.append(literal: level.word)
        line.append(literal: " ")
    }

    /// RFC 3339 in UTC with milliseconds; only the milliseconds are made anew within a second.
    private mutating func append(_ time: Timestamp, to line: inout [UInt8]) {
        var (second, millisecond) = time.milliseconds.quotientAndRemainder(dividingBy: 1000)
        if millisecond < 0 {
            second -= 1
            millisecond += 1000
        }
        if second != self.second {
            self.second = second
            secondText = Array(time.rfc3339.utf8.dropLast(4))
        }
        line.append(contentsOf: secondText)
        LogText.appendThousandths(Int(millisecond), to: &line)
        line.append(literal: "Z")
    }
}
