import Core
import GatewayAPI
import HTTP
import Settings

/// Writes records as lines, each appended to the caller's buffer without a string in between.
///
/// Each thread has its own: it remembers the text of the running second, and what the last request's line said of its kind.
struct LogEncoder {
    let format: Configuration.LogFormat
    private var second = Int64.min
    /// What a line begins with in that second: `2026-05-01T18:00:00.`, as JSON with what is before it.
    private var secondText: [UInt8] = []
    private var kind = Kind()

    /// What most lines have in common with the one before.
    private struct Kind {
        var method = Method.other
        var route = ""
        var status = 0
        /// The members of the three, and what is between the id and the duration.
        var text: [UInt8] = []
    }

    init(_ format: Configuration.LogFormat) { self.format = format }

    private static func word(_ method: Method) -> String { method == .other ? "OTHER" : method.token }

    mutating func append(_ record: borrowing RequestRecord, to line: inout ByteBuffer) {
        switch format {
        case .json:
            let level = record.level
            append(record.time, to: &line)
            if level == .info {
                line.append("Z\",\"level\":\"info\",\"message\":\"request\",\"request_id\":\"")
            } else {
                appendLevel(level, to: &line)
                line.append("request\",\"request_id\":\"")
            }
            LogText.appendEscaped(record.requestID, to: &line)
            noteKind(record.method, record.route, record.status)
            line.append(kind.text)
            LogText.appendMilliseconds(record.durationNanoseconds, to: &line)
            line.append(",\"bytes\":")
            line.append(decimal: record.bytes)
            if record.upstreamCalls == 0, record.retries == 0 {
                line.append(",\"upstream_calls\":0,\"retries\":0")
            } else {
                line.append(",\"upstream_calls\":")
                line.append(decimal: record.upstreamCalls)
                line.append(",\"retries\":")
                line.append(decimal: record.retries)
            }
            if let reason = record.reason {
                line.append(",\"reason\":\"")
                line.append(utf8: reason.rawValue)
                line.append("\"")
            }
            if let label = record.label {
                line.append(",\"label\":")
                LogText.appendQuoted(label, to: &line)
            }
            if let key = record.keyID {
                line.append(",\"key_id\":")
                LogText.appendQuoted(key, to: &line)
            }
            if let trace = record.traceID {
                line.append(",\"trace_id\":")
                LogText.appendQuoted(trace, to: &line)
            }
            if let address = record.address {
                line.append(",\"address\":")
                LogText.appendQuoted(address, to: &line)
            }
            line.append("}\n")
        case .text:
            beginText(record.time, record.level, &line)
            line.append(utf8: Self.word(record.method))
            line.append(" ")
            LogText.appendPlain(record.route, to: &line)
            line.append(" ")
            line.append(decimal: record.status)
            line.append(" ")
            LogText.appendMilliseconds(record.durationNanoseconds, to: &line)
            line.append("ms ")
            line.append(decimal: record.bytes)
            line.append("B upstream_calls=")
            line.append(decimal: record.upstreamCalls)
            line.append(" retries=")
            line.append(decimal: record.retries)
            if let reason = record.reason {
                line.append(" reason=")
                line.append(utf8: reason.rawValue)
            }
            if let label = record.label {
                line.append(" label=")
                LogText.appendPlain(label, to: &line)
            }
            if let key = record.keyID {
                line.append(" key_id=")
                LogText.appendPlain(key, to: &line)
            }
            if let trace = record.traceID {
                line.append(" trace_id=")
                LogText.appendPlain(trace, to: &line)
            }
            if let address = record.address {
                line.append(" address=")
                LogText.appendPlain(address, to: &line)
            }
            line.append(" request_id=")
            LogText.appendPlain(record.requestID, to: &line)
            line.append("\n")
        }
    }

    mutating func append(_ event: LogEvent, to line: inout ByteBuffer) {
        switch format {
        case .json:
            beginJSON(event.time, event.level, &line)
            LogText.appendEscaped(event.message, to: &line)
            line.append("\"")
            for field in event.fields {
                line.append(",")
                LogText.appendQuoted(field.name, to: &line)
                line.append(":")
                switch field.value {
                case .text(let text): LogText.appendQuoted(text, to: &line)
                case .integer(let number): LogText.appendInteger(number, to: &line)
                }
            }
            line.append("}\n")
        case .text:
            beginText(event.time, event.level, &line)
            LogText.appendEscaped(event.message, to: &line)
            for field in event.fields {
                line.append(" ")
                LogText.appendPlain(field.name, to: &line)
                line.append("=")
                switch field.value {
                case .text(let text): LogText.appendPlain(text, to: &line)
                case .integer(let number): LogText.appendInteger(number, to: &line)
                }
            }
            line.append("\n")
        }
    }

    private mutating func noteKind(_ method: Method, _ route: String, _ status: Int) {
        if kind.status == status, kind.method == method, kind.route == route { return }
        // A pattern of ours, in which nothing must be escaped.
        let text = "\",\"method\":\"\(Self.word(method))\",\"route\":\"\(route)\",\"status\":\(status),\"duration_ms\":"
        kind = Kind(method: method, route: route, status: status, text: Array(text.utf8))
    }

    private mutating func beginJSON(_ time: Timestamp, _ level: LogLevel, _ line: inout ByteBuffer) {
        append(time, to: &line)
        appendLevel(level, to: &line)
    }

    private func appendLevel(_ level: LogLevel, to line: inout ByteBuffer) {
        line.append("Z\",\"level\":\"")
        line.append(level.word)
        line.append("\",\"message\":\"")
    }

    private mutating func beginText(_ time: Timestamp, _ level: LogLevel, _ line: inout ByteBuffer) {
        append(time, to: &line)
        line.append("Z ")
        line.append(level.word)
        line.append(" ")
    }

    /// RFC 3339 in UTC with milliseconds and without the `Z`; only the milliseconds are made anew within a second.
    private mutating func append(_ time: Timestamp, to line: inout ByteBuffer) {
        var (second, millisecond) = time.milliseconds.quotientAndRemainder(dividingBy: 1000)
        if millisecond < 0 {
            second -= 1
            millisecond += 1000
        }
        if second != self.second {
            self.second = second
            secondText = Array((format == .json ? "{\"time\":\"" : "").utf8) + time.rfc3339.utf8.dropLast(4)
        }
        line.append(secondText)
        LogText.appendThousandths(Int(millisecond), to: &line)
    }
}
