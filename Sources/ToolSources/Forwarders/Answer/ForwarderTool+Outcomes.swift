public import Core
import MCP

/// What a call comes to that has no result of its service.
extension ForwarderTool {
    /// The arguments with the blanks at the ends of texts taken off where the document says so: what comes before their check.
    public func prepared(_ arguments: JSONObject) -> JSONObject {
        var output = arguments
        for name in trim {
            guard let text = output[name]?.stringValue else { continue }
            output[name] = .string(Self.trimmed(text))
        }
        return output
    }

    /// The arguments as the tool takes them, or the outcome for those that do not fit.
    public func checked(_ arguments: JSONObject) -> Result<JSONObject, InvalidArguments> {
        let prepared = prepared(arguments)
        switch ArgumentSchema.read(
            prepared, schema: definition.input, isClosed: isClosed, takesEmptyTexts: true, fillsDefaults: true)
        {
        case .success(let read): return .success(read)
        case .failure(let problems): return .failure(InvalidArguments(outcome: invalid(prepared, problems)))
        }
    }

    /// Arguments that do not fit.
    public struct InvalidArguments: Error, Sendable {
        public let outcome: ForwarderOutcome
    }

    private static func trimmed(_ text: String) -> String {
        let start = text.drop { $0.isWhitespace }
        guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...end])
    }

    private func invalid(_ arguments: JSONObject, _ problems: ArgumentSchema.Problems) -> ForwarderOutcome {
        let failure = ForwarderFailure(.invalidArguments, problems.lines.joined(separator: "; "))
        if let outcome = shaped(errors.invalid, failure, arguments) { return outcome }
        return ForwarderOutcome(
            content: [.text(problems.text)], structured: Self.structured(failure), value: .string(problems.text),
            failure: failure)
    }

    /// The outcome of a failure: the document's fallback if there is one for it, else its words for failures.
    func outcome(of failure: ForwarderFailure, _ arguments: JSONObject) -> ForwarderOutcome {
        if let fallback, fallback.stands(for: failure), let outcome = outcome(of: fallback, arguments) {
            return outcome
        }
        let rule = failure.kind == .invalidArguments ? errors.invalid ?? errors.shape : errors.shape
        if let outcome = shaped(rule, failure, arguments) { return outcome }
        var text = "\(label) failed: \(failure.message)."
        if let seconds = failure.retryAfterSeconds { text += " Try again in \(Plural.count(seconds, "second"))." }
        return ForwarderOutcome(
            content: [.text(text)], structured: Self.structured(failure), value: .string(text), failure: failure)
    }

    private static func structured(_ failure: ForwarderFailure) -> JSONObject {
        var error: JSONObject = ["code": .string(failure.code), "message": .string(failure.message)]
        error["status"] = failure.status.map { .number(JSONNumber($0)) }
        error["retry_after_seconds"] = failure.retryAfterSeconds.map { .number(JSONNumber($0)) }
        return ["error": .object(error)]
    }

    private func shaped(
        _ template: ValueTemplate?, _ failure: ForwarderFailure, _ arguments: JSONObject
    ) -> ForwarderOutcome? {
        guard let template else { return nil }
        var scope = ValueScope(arguments: arguments)
        scope.answer = failure.status.map { .init(status: $0, fields: [], body: .null) }
        scope.words = [.message: failure.message, .label: label]
        scope.words[.status] = failure.status.map { String($0) }
        guard let value = try? scope.value(of: template) else { return nil }
        return ForwarderOutcome(value, failure: failure)
    }

    private func outcome(of fallback: FallbackRule, _ arguments: JSONObject) -> ForwarderOutcome? {
        guard let value = try? ValueScope(arguments: arguments).value(of: fallback.shape) else { return nil }
        var outcome = ForwarderOutcome(value)
        outcome.isFallback = true
        // Who reads only one of the two is told as well.
        outcome.content.insert(.text(fallback.notice), at: 0)
        outcome.structured?["fallback"] = true
        outcome.structured?["notice"] = .string(fallback.notice)
        return outcome
    }
}

extension FallbackRule {
    func stands(for failure: ForwarderFailure) -> Bool {
        on.contains { cause in
            switch cause {
            case .unreachable: [.unreachable, .unavailable, .outcomeUnknown].contains(failure.kind)
            case .timeout: [.timeout, .outcomeUnknown].contains(failure.kind)
            case .status(let statuses): failure.status.map(statuses.contains) ?? false
            }
        }
    }
}
