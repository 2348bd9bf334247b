public import Core
public import MCP

/// What a call of a plugin gives to its caller.
public struct PluginOutcome: Sendable, Equatable {
    public var result: ToolResult
    /// Nil for a success.
    public var code: PluginErrorCode?
    /// After how many seconds a caller may come again (RFC 9110 §10.2.3).
    public var retryAfterSeconds: Int?

    init(_ result: ToolResult, code: PluginErrorCode? = nil) {
        self.result = result
        self.code = code
    }

    /// A failure with what to do about it.
    /// - Parameter output: what the plugin itself says of it.
    public static func failure(_ code: PluginErrorCode, _ message: String, output: JSONObject? = nil) -> PluginOutcome {
        var structured: JSONObject = ["error": ["code": .string(code.rawValue), "message": .string(message)]]
        structured["output"] = output.map { .object($0) }
        var outcome = PluginOutcome(
            ToolResult([.text(message)], structured: structured, isError: true), code: code)
        if code == .busy { outcome.retryAfterSeconds = 1 }
        return outcome
    }
}

/// Turns what a plugin wrote, and how it ended, into the result of a call.
///
/// The work grows with the output: what is larger than some hundred kilobytes belongs on another queue than a loop's.
public struct PluginOutput: Sendable {
    /// Characters of a failing plugin's output that its caller is told.
    static let maxMessage = 2000
    /// Characters of the last line of its standard error.
    static let maxErrorLine = 400
    /// Octets of a failing plugin's own document that its caller is told.
    static let maxDetails = 16 << 10

    private let command: PluginCommand
    private let policy: PluginPolicy.Command
    private let outputBytes: Int
    private let redactor: Redactor

    /// Reads the output of this command.
    /// - Parameters:
    ///   - outputBytes: what it may write.
    ///   - redactor: knows the secrets that the plugin was given, or could come by.
    public init(_ command: PluginCommand, policy: PluginPolicy.Command, outputBytes: Int, redactor: Redactor) {
        self.command = command
        self.policy = policy
        self.outputBytes = outputBytes
        self.redactor = redactor
    }

    /// The result of a run whose output was gathered.
    /// - Parameter streamed: what the lines of a command with `ndjson` gave.
    public func outcome(of run: PluginRun, streamed: PluginLines? = nil) -> PluginOutcome {
        switch run.end {
        case .exited(0): return streamed.map(success) ?? success(run)
        case .exited(let status): return failure(run, status: status, reported: streamed?.failure)
        case .signalled(let number):
            let name = Self.signals[number].map { " (\($0))" } ?? ""
            return .failure(
                .pluginError,
                "The plugin was ended by signal \(number)\(name). A limit of its memory, its processor time or its files may be why."
            )
        case .deadline: return timeout
        case .outputTooLarge: return tooLarge
        case .cancelled: return .failure(.cancelled, "The call was cancelled.")
        case .busy:
            return .failure(
                .busy, "Too many programs wait to be started. The plugin has not run: call again in a moment.")
        case .overdue:
            let seconds = JSONNumber(policy.timeoutSeconds)?.text ?? ""
            return .failure(
                .busy,
                "The plugin could not be started within the \(seconds) seconds that it has, because the machine is busy. It has not run: call again in a moment."
            )
        case .unavailable:
            return .failure(
                .pluginUnavailable, "The plugin could not be started. The reason is in the gateway's log.")
        }
    }

    private static let signals: [Int32: String] = [
        4: "SIGILL", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE", 9: "SIGKILL", 11: "SIGSEGV", 13: "SIGPIPE", 15: "SIGTERM",
        24: "SIGXCPU", 25: "SIGXFSZ", 31: "SIGSYS",
    ]

    private var timeout: PluginOutcome {
        let seconds = JSONNumber(policy.timeoutSeconds)?.text ?? ""
        var text = "The plugin did not end within \(seconds) seconds and was stopped."
        if let asked = policy.askedSeconds.flatMap(JSONNumber.init)?.text { text += " It asks for \(asked) seconds." }
        let most = Int(PluginLimits.maxTimeoutSeconds)
        text +=
            policy.timeoutSeconds < PluginLimits.maxTimeoutSeconds
            ? " Ask for less at once, or let the operator grant it more time (at most \(most) seconds)."
            : " It cannot be given more time: ask for less at once."
        return .failure(.timeout, text)
    }

    private var tooLarge: PluginOutcome {
        .failure(
            .outputTooLarge,
            "The plugin wrote more than the \(outputBytes) bytes that it may. Ask for less at once, or let the operator grant it more."
        )
    }

    // MARK: Success

    private func success(_ run: PluginRun) -> PluginOutcome {
        if command.outputForm == .text { return text(run) }
        // Half a document is none.
        guard run.omitted == 0 else { return tooLarge }
        if command.outputForm == .ndjson {
            var lines = PluginLines(maxBytes: outputBytes, redactor: redactor)
            _ = lines.read(run.output) + lines.finish()
            return success(lines)
        }
        guard let json = try? JSON.parse(run.output, limits: JSONLimits(maxBytes: PluginLimits.maxOutputBytes)) else {
            return invalid("it is no JSON")
        }
        return command.outputForm == .json ? document(json) : called(json)
    }

    private func text(_ run: PluginRun) -> PluginOutcome {
        if run.omitted > 0, command.overflow == .error { return tooLarge }
        let octets = run.omitted > 0 ? Self.wholeCharacters(run.output, command.overflow) : run.output[...]
        let end = octets.lastIndex { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        let trimmed = octets[octets.startIndex..<(end.map { $0 + 1 } ?? octets.startIndex)]
        let text = redactor.redacted(OutsideText.text(decoding: trimmed))
        if run.omitted > 0 {
            let mark = "[\(run.omitted) bytes of output are not shown]"
            return PluginOutcome(.text(command.overflow == .tail ? mark + "\n" + text : text + "\n" + mark))
        }
        let parsed = try? JSON.parse(Array(trimmed), limits: JSONLimits(maxBytes: PluginLimits.maxOutputBytes))
        guard let object = parsed?.objectValue else { return PluginOutcome(.text(text)) }
        if let message = Self.failureMessage(object) { return failed(message, object) }
        return PluginOutcome(ToolResult([.text(text)], structured: cleanObject(object)))
    }

    private func document(_ json: JSON) -> PluginOutcome {
        if let object = json.objectValue, let message = Self.failureMessage(object) { return failed(message, object) }
        guard let object = json.objectValue else { return PluginOutcome(.structured(["result": cleanJSON(json)])) }
        return PluginOutcome(.structured(cleanObject(object)))
    }

    /// A result as MCP has it.
    private func called(_ json: JSON) -> PluginOutcome {
        do {
            let result = try PluginContent.read(json) { clean($0) }
            return PluginOutcome(result, code: result.isError ? .pluginError : nil)
        } catch { return invalid(error.reason) }
    }

    private func success(_ lines: PluginLines) -> PluginOutcome {
        if lines.isTooLarge { return tooLarge }
        if let object = lines.failure, let message = Self.failureMessage(object) { return failed(message, object) }
        if let problem = lines.problem { return invalid(problem) }
        guard let result = lines.result else { return invalid("its last line has no \"result\"") }
        return result["content"]?.arrayValue != nil ? called(result) : document(result)
    }

    private func invalid(_ reason: String) -> PluginOutcome {
        .failure(
            .invalidOutput,
            "The plugin's output is not valid \(command.outputForm.rawValue): \(reason). Its author has to correct it."
        )
    }

    // MARK: Failure

    /// What an object says went wrong; nil when it says nothing of the kind. That it ended well means nothing then.
    static func failureMessage(_ object: JSONObject) -> String? {
        let status = object["status"]?.stringValue?.lowercased()
        let isFailed = ["error", "failed", "failure"].contains(status) || object["ok"] == false
        guard isFailed || isNonEmpty(object["error"]) else { return nil }
        let texts = [
            object["error"]?.stringValue, object["error"]?["message"]?.stringValue, object["message"]?.stringValue,
            object["detail"]?.stringValue,
        ]
        if let text = texts.lazy.compactMap({ $0 }).first(where: { !$0.allSatisfy(\.isWhitespace) }) { return text }
        if let error = object["error"], isNonEmpty(error) { return String(decoding: error.encoded, as: UTF8.self) }
        return "The plugin reports a failure."
    }

    private static func isNonEmpty(_ json: JSON?) -> Bool {
        switch json {
        case nil, .null: false
        case .bool(let value): value
        case .number(let number): number.doubleValue != 0
        case .string(let text): !text.isEmpty
        case .array(let items): !items.isEmpty
        case .object(let object): !object.isEmpty
        }
    }

    private func failed(_ message: String, _ object: JSONObject) -> PluginOutcome {
        let details = cleanObject(object)
        var octets: [UInt8] = []
        details.write(to: &octets)
        return .failure(
            .pluginError, clean(Self.shortened(message, Self.maxMessage)),
            output: octets.count <= Self.maxDetails ? details : nil)
    }

    private func failure(_ run: PluginRun, status: Int32, reported: JSONObject?) -> PluginOutcome {
        let parsed = try? JSON.parse(run.output, limits: JSONLimits(maxBytes: PluginLimits.maxOutputBytes))
        if let object = reported ?? parsed?.objectValue, let message = Self.failureMessage(object) {
            return failed(message, object)
        }
        let output = OutsideText.text(decoding: run.output.prefix(16 << 10))
        if command.outputForm != .ndjson, !output.allSatisfy(\.isWhitespace) {
            return .failure(.pluginError, clean(Self.shortened(Self.trimmed(output), Self.maxMessage)))
        }
        let lines = OutsideText.text(decoding: run.errorOutput.suffix(16 << 10)).split(separator: "\n")
        if let line = lines.last(where: { !$0.allSatisfy(\.isWhitespace) }) {
            return .failure(.pluginError, clean(Self.shortened(Self.trimmed(String(line)), Self.maxErrorLine)))
        }
        return .failure(.pluginError, "The plugin exited with status \(status) and wrote nothing.")
    }

    // MARK: Texts

    private func clean(_ text: String) -> String { redactor.redacted(OutsideText.text(text)) }

    private func cleanJSON(_ json: JSON) -> JSON { redactor.redacted(OutsideText.json(json)) }

    private func cleanObject(_ object: JSONObject) -> JSONObject { cleanJSON(.object(object)).objectValue ?? [:] }

    private static func shortened(_ text: String, _ most: Int) -> String {
        guard text.unicodeScalars.count > most else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.prefix(most))) + "…"
    }

    private static func trimmed(_ text: String) -> String {
        let rest = text.drop(while: \.isWhitespace)
        guard let end = rest.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(rest[...end])
    }

    /// What is left when a character was cut in two where the output was.
    private static func wholeCharacters(_ octets: [UInt8], _ kept: PluginCommand.Overflow) -> ArraySlice<UInt8> {
        if kept == .tail {
            let start = octets.prefix(4).firstIndex { $0 & 0xc0 != 0x80 } ?? 0
            return octets[start...]
        }
        guard let lead = octets.suffix(4).lastIndex(where: { $0 & 0xc0 != 0x80 }), octets[lead] >= 0xc0 else {
            return octets[...]
        }
        let length = octets[lead] >= 0xf0 ? 4 : octets[lead] >= 0xe0 ? 3 : 2
        return octets.count - lead < length ? octets[..<lead] : octets[...]
    }
}
