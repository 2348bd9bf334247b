import Core
import HTTP

/// What the body of an answer is, by what it says of itself and by what the document counts on.
enum AnswerBody: Equatable {
    case empty
    case json(JSON)
    case text(String)
    case octets([UInt8], mimeType: String)

    /// Bounds of a document that a service sends; the octets are bounded before.
    static let limits = JSONLimits(maxDepth: 64, maxValues: 250_000)

    /// The value of a document or a text; null for nothing, base 64 for octets.
    var value: JSON {
        switch self {
        case .empty: .null
        case .json(let json): json
        case .text(let text): .string(text)
        case .octets(let octets, _): .string(Base64.encode(octets))
        }
    }

    /// Reads a body.
    /// - Parameter max: octets that it may have.
    static func read(
        _ answer: OutboundResponse, as form: ResponseRule.Form, mimeType: String?, stream: StreamKind?, max: Int
    ) throws(ForwarderFailure) -> AnswerBody {
        guard answer.body.count <= max else {
            throw ForwarderFailure(.tooLarge, "the service's answer is larger than \(max) bytes")
        }
        let coding = answer["content-encoding"]?.lowercased() ?? "identity"
        guard coding == "identity" || coding == "" else {
            throw ForwarderFailure(
                .invalidUpstream, "the service's answer has a Content-Encoding that was not requested")
        }
        if answer.body.isEmpty { return .empty }
        let type = MediaType(answer["content-type"])
        if form == .bytes {
            return .octets(answer.body, mimeType: mimeType ?? type.name ?? "application/octet-stream")
        }
        if let stream, let joined = try StreamBody.join(answer.body, stream) { return joined }
        let body = answer.body.starts(with: [0xef, 0xbb, 0xbf]) ? Array(answer.body.dropFirst(3)) : answer.body
        switch form {
        case .text, .bytes: return .text(type.text(body))
        case .json: return .json(try document(body))
        case .auto:
            guard type.isJSON || mayBeDocument(body) else { return .text(type.text(body)) }
            do throws(JSONError) {
                return .json(try JSON.parse(body, limits: limits))
            } catch {
                // One that says that it is JSON, or is so in all but its size, is not a text.
                if type.isJSON || error.kind == .tooDeep || error.kind == .tooLarge { throw Self.failure(error) }
                return .text(type.text(body))
            }
        }
    }

    static func document(_ body: [UInt8]) throws(ForwarderFailure) -> JSON {
        do throws(JSONError) {
            return try JSON.parse(body, limits: limits)
        } catch {
            throw failure(error)
        }
    }

    private static func failure(_ error: JSONError) -> ForwarderFailure {
        switch error.kind {
        case .tooDeep:
            ForwarderFailure(.invalidUpstream, "the service's answer is more than \(limits.maxDepth) levels deep")
        case .tooLarge:
            ForwarderFailure(.tooLarge, "the service's answer has more than \(limits.maxValues) values")
        default: ForwarderFailure(.invalidUpstream, "the service's answer is not JSON")
        }
    }

    private static func mayBeDocument(_ body: [UInt8]) -> Bool {
        let first = body.first { $0 != 0x20 && $0 != 0x09 && $0 != 0x0a && $0 != 0x0d }
        return first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
    }
}

/// The value of `Content-Type`.
struct MediaType {
    /// `type/subtype` in lower case; nil for what is none.
    let name: String?
    private let isLatin1: Bool

    init(_ field: String?) {
        let parts = (field ?? "").lowercased().split(separator: ";").map { String($0).trimmingBlanks }
        name = parts.first.flatMap { RequestReader.isMediaType($0) ? $0 : nil }
        isLatin1 = parts.dropFirst().contains { part in
            ["charset=iso-8859-1", "charset=latin1", "charset=\"iso-8859-1\""].contains(part)
        }
    }

    var isJSON: Bool { name.map { $0 == "application/json" || $0.hasSuffix("+json") } ?? false }

    /// The octets as text; what is not well-formed is replaced.
    func text(_ octets: [UInt8]) -> String {
        guard isLatin1 else { return String(decoding: octets, as: UTF8.self).streamSafe }
        return String(String.UnicodeScalarView(octets.map { Unicode.Scalar($0) }))
    }
}

/// Puts an answer together that came in pieces.
enum StreamBody {
    private static let maxPieces = 100_000

    /// Nil for a kind whose pieces are one body as they are.
    static func join(_ body: [UInt8], _ kind: StreamKind) throws(ForwarderFailure) -> AnswerBody? {
        switch kind {
        case .text: return nil
        case .sse: return try joined(events(body))
        case .ndjson:
            let lines = body.split { $0 == 0x0a || $0 == 0x0d }.map { String(decoding: $0, as: UTF8.self) }
            return try joined(lines.filter { !$0.trimmingBlanks.isEmpty })
        }
    }

    /// A list where every piece is a document, else one text.
    private static func joined(_ pieces: [String]) throws(ForwarderFailure) -> AnswerBody {
        guard pieces.count <= maxPieces else {
            throw ForwarderFailure(.tooLarge, "the service's answer has more than \(maxPieces) pieces")
        }
        if pieces.isEmpty { return .empty }
        var values: [JSON] = []
        var left = AnswerBody.limits.maxValues
        for piece in pieces {
            let limits = JSONLimits(maxDepth: AnswerBody.limits.maxDepth, maxValues: left)
            guard let value = try? JSON.parse(piece, limits: limits) else { return .text(pieces.joined()) }
            left -= max(piece.utf8.count / 16, 1)
            guard left > 0 else { throw ForwarderFailure(.tooLarge, "the service's answer has too many values") }
            values.append(value)
        }
        return .json(.array(values))
    }

    /// The data of each event (Server-Sent Events, "Interpreting an event stream"); the mark of some services for the end is
    /// none.
    private static func events(_ body: [UInt8]) -> [String] {
        var pieces: [String] = []
        var data: [String]?
        func end() {
            if let lines = data, lines != ["[DONE]"] { pieces.append(lines.joined(separator: "\n")) }
            data = nil
        }
        var rest = body[...]
        if rest.starts(with: [0xef, 0xbb, 0xbf]) { rest = rest.dropFirst(3) }
        while !rest.isEmpty {
            let stop = rest.firstIndex { $0 == 0x0a || $0 == 0x0d } ?? rest.endIndex
            let line = String(decoding: rest[..<stop], as: UTF8.self)
            var next = min(stop + 1, rest.endIndex)
            if stop < rest.endIndex, rest[stop] == 0x0d, next < rest.endIndex, rest[next] == 0x0a { next += 1 }
            rest = rest[next...]
            if line.isEmpty {
                end()
            } else if line == "data" {
                data = (data ?? []) + [""]
            } else if line.hasPrefix("data:") {
                let value = line.dropFirst(5)
                data = (data ?? []) + [String(value.hasPrefix(" ") ? value.dropFirst() : value)]
            }
        }
        end()
        return pieces
    }
}
