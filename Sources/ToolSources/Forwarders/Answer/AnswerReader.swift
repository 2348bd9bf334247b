import Core
import HTTP
import MCP

/// Turns the answers of a service to one call into its result.
struct AnswerReader {
    let forwarder: Forwarder
    let tool: ForwarderTool
    let mask: AnswerMask

    /// Octets of a result as JSON: a shape may say the same many times.
    private var maxOctets: Int { 2 * forwarder.limits.responseBytes }

    /// The body of an answer to the last request of a call.
    func body(_ answer: OutboundResponse) throws(ForwarderFailure) -> AnswerBody {
        try AnswerBody.read(
            answer, as: tool.response.form, mimeType: tool.response.mimeType, stream: tool.stream,
            max: forwarder.limits.responseBytes)
    }

    /// What an answer to an earlier request says: a document, or a text.
    func step(_ answer: OutboundResponse) throws(ForwarderFailure) -> JSON {
        try AnswerBody.read(
            answer, as: .auto, mimeType: nil, stream: nil, max: forwarder.limits.responseBytes
        ).value
    }

    /// The result of a success.
    /// - Parameter scope: arguments and earlier answers.
    func outcome(
        _ body: AnswerBody, _ answer: OutboundResponse, _ scope: ValueScope, _ failures: FailureReader
    ) throws(ForwarderFailure) -> ForwarderOutcome {
        let rule = tool.response
        var scope = scope
        scope.answer = .init(
            status: answer.status, fields: answer.fields.map { ($0.name.lowercased(), $0.value) }, body: body.value)
        if case .json(let json) = body, let fail = rule.failWhen, let found = fail.at.value(in: json),
            fail.equals.contains(found)
        {
            throw failures.failure(in: json, answer.status)
        }
        if case .octets(let octets, let type) = body, rule.shape == nil, rule.pick == nil {
            return outcome(octets, type)
        }
        let value = try self.value(body, scope)
        guard value.isEncoded(within: maxOctets) else {
            throw ForwarderFailure(.tooLarge, "the result is larger than \(maxOctets) bytes")
        }
        var outcome = ForwarderOutcome(mask.clean(value), textLimit: rule.textLimit)
        for piece in rule.content { if let content = try content(piece, scope) { outcome.content.append(content) } }
        return outcome
    }

    private func value(_ body: AnswerBody, _ scope: ValueScope) throws(ForwarderFailure) -> JSON {
        let rule = tool.response
        if body == .empty {
            if let empty = rule.empty { return try scope.value(of: empty) ?? .null }
            if rule.form == .json || rule.pick != nil && rule.missing == nil {
                throw ForwarderFailure(.invalidUpstream, "the service's answer is empty")
            }
        }
        guard let picked = rule.pick.map({ $0.value(in: body.value) ?? rule.missing }) ?? body.value else {
            throw ForwarderFailure(.invalidUpstream, "the service's answer lacks the expected value")
        }
        guard let shape = rule.shape else { return picked }
        var scope = scope
        if let answer = scope.answer {
            scope.answer = .init(status: answer.status, fields: answer.fields, body: picked)
        }
        return try scope.value(of: shape) ?? .null
    }

    /// What is seen or heard as such, anything else as a resource.
    private func outcome(_ octets: [UInt8], _ type: String) -> ForwarderOutcome {
        let base64 = Base64.encode(octets)
        let content: Content =
            if type.hasPrefix("image/") {
                .image(base64: base64, mimeType: type)
            } else if type.hasPrefix("audio/") {
                .audio(base64: base64, mimeType: type)
            } else {
                .resource(
                    ResourceContents(
                        uri: "luma-mcp://tools/\(tool.definition.name)/result", mimeType: type, .blob(base64: base64)))
            }
        return ForwarderOutcome(
            content: [content], structured: ["mimeType": .string(type), "bytes": .number(JSONNumber(octets.count))],
            value: .string(base64))
    }

    private func content(_ piece: ResponseRule.Piece, _ scope: ValueScope) throws(ForwarderFailure) -> Content? {
        guard let data = try scope.value(of: piece.data), !data.isNull else { return nil }
        guard let text = data.stringValue else {
            throw ForwarderFailure(.invalidUpstream, "the service's answer has no text where one is expected")
        }
        let type = piece.mimeType ?? "application/octet-stream"
        switch piece.kind {
        case .text: return .text(TextCut.middle(mask.clean(text), max: tool.response.textLimit))
        case .image, .audio:
            guard Base64.decode(text) != nil else {
                throw ForwarderFailure(.invalidUpstream, "the service's answer has no base64 where it is expected")
            }
            return piece.kind == .image ? .image(base64: text, mimeType: type) : .audio(base64: text, mimeType: type)
        }
    }
}

extension JSON {
    /// Whether its text has at most so many octets, found out without writing it.
    func isEncoded(within most: Int) -> Bool {
        var left = most
        return takes(&left)
    }

    private func takes(_ left: inout Int) -> Bool {
        switch self {
        case .null, .bool: left -= 5
        case .number(let number): left -= number.text.utf8.count
        case .string(let text): left -= text.utf8.count + 2
        case .array(let items):
            left -= 2 + items.count
            for item in items where left >= 0 { _ = item.takes(&left) }
        case .object(let object):
            left -= 2
            for member in object.members where left >= 0 {
                left -= member.name.utf8.count + 4
                _ = member.value.takes(&left)
            }
        }
        return left >= 0
    }
}
