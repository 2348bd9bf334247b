public import Core
public import MCP

/// Reads the lines of a plugin that tells how far it is while it runs: progress and log, then one result.
///
/// Lines are read as they come, cut anywhere. What follows the first line that is wrong is not looked at.
public struct PluginLines: Sendable {
    /// What a line says before the result.
    public enum Event: Sendable, Equatable {
        case progress(Double, total: Double?, message: String?)
        case log(LoggingLevel, JSON)
    }

    /// Octets of a text that says how far the work is.
    private static let maxMessage = 400
    private static let maxData = 8 << 10

    /// The value of `result`, when its line was there.
    public private(set) var result: JSON?
    /// What is wrong with the lines, for the plugin's author.
    public private(set) var problem: String?
    /// More was written than may be.
    public private(set) var isTooLarge = false
    /// The last object that was no event: what a plugin that fails writes.
    private(set) var failure: JSONObject?
    private let maxBytes: Int
    private let redactor: Redactor
    private var line: [UInt8] = []
    private var count = 0
    private var number = 0

    /// - Parameters:
    ///   - maxBytes: what the plugin may write in all.
    ///   - redactor: knows the secrets that the plugin was given.
    public init(maxBytes: Int, redactor: Redactor) {
        self.maxBytes = maxBytes
        self.redactor = redactor
    }

    /// What the next octets of standard output say.
    public mutating func read(_ octets: some Collection<UInt8>) -> [Event] {
        var events: [Event] = []
        for octet in octets where problem == nil && !isTooLarge {
            count += 1
            if count > maxBytes {
                isTooLarge = true
                line = []
            } else if octet == UInt8(ascii: "\n") {
                if let event = endLine() { events.append(event) }
            } else {
                line.append(octet)
            }
        }
        return events
    }

    /// What a last line without its end says.
    public mutating func finish() -> [Event] {
        guard problem == nil, !isTooLarge, let event = endLine() else { return [] }
        return [event]
    }

    private mutating func endLine() -> Event? {
        number += 1
        defer { line.removeAll(keepingCapacity: true) }
        guard line.contains(where: { $0 > 0x20 }) else { return nil }
        guard let object = (try? JSON.parse(line))?.objectValue else {
            problem = "line \(number) is not a JSON object"
            return nil
        }
        guard result == nil else {
            problem = "line \(number) follows the result"
            return nil
        }
        if let result = object["result"] {
            self.result = result
            return nil
        }
        if let event = progress(object) ?? log(object) { return event }
        // A plugin that ends badly may say so in a line of its own.
        failure = object
        problem = "line \(number) is neither progress, log nor result"
        return nil
    }

    private func progress(_ object: JSONObject) -> Event? {
        guard let done = object["progress"]?.doubleValue else { return nil }
        let message = object["message"]?.stringValue.map {
            redactor.redacted(OutsideText.line($0, max: Self.maxMessage))
        }
        return .progress(done, total: object["total"]?.doubleValue, message: message)
    }

    private func log(_ object: JSONObject) -> Event? {
        guard let log = object["log"]?.objectValue, let data = log["data"] else { return nil }
        let level = log["level"]?.stringValue.flatMap(LoggingLevel.init) ?? .info
        let octets = OutsideText.json(data).encoded
        guard octets.count <= Self.maxData else {
            return .log(level, .string(redactor.redacted(OutsideText.text(decoding: octets, max: Self.maxData))))
        }
        let text = redactor.redacted(String(decoding: octets, as: UTF8.self))
        return .log(level, (try? JSON.parse(text)) ?? .string(text))
    }
}
