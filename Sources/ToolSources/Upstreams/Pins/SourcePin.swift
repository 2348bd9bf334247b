public import Core

/// The definitions of one server that its operator trusts, and since when: what a file of pins holds.
public struct SourcePin: Sendable, Equatable {
    /// Why they are trusted.
    public enum Origin: String, Sendable {
        /// They were the first that the server gave.
        case firstContact = "first_contact"
        /// The operator has approved them.
        case approval
    }

    /// The format of the file.
    private static let format = 1
    /// Octets of a file.
    public static let maxFileBytes = 2 * SourceDefinitions.maxBytes

    public let definitions: SourceDefinitions
    public let origin: Origin
    /// RFC 3339, for the operator.
    public let recorded: String

    /// Trusts these definitions from now on.
    /// - Parameter recorded: now, as RFC 3339.
    public init(_ definitions: SourceDefinitions, origin: Origin, recorded: String) {
        self.definitions = definitions
        self.origin = origin
        self.recorded = recorded
    }

    /// The document that is kept.
    public func json(_ digest: ToolNames.Digest) -> JSON {
        func items(_ kind: SourceDefinitions.Kind) -> JSON {
            .array(definitions.definitions.filter { $0.key.kind == kind }.map { .object($0.members) })
        }
        return [
            "format": .number(JSONNumber(Self.format)), "recorded": .string(recorded),
            "origin": .string(origin.rawValue),
            "digest": .string(definitions.digest(digest)), "server": .object(definitions.server),
            "tools": items(.tool), "prompts": items(.prompt),
        ]
    }

    /// Reads what was kept.
    /// - Throws: `UnreadablePin` for all but what `json` has made: half a file must not pass for an approval of less.
    public init(reading octets: [UInt8], _ digest: ToolNames.Digest) throws(UnreadablePin) {
        let limits = JSONLimits(maxBytes: Self.maxFileBytes, maxValues: 2_000_000)
        guard let json = octets.withUnsafeBytes({ try? JSON.parse($0, limits: limits) }) else {
            throw UnreadablePin("is not JSON")
        }
        guard json["format"]?.intValue == Self.format else { throw UnreadablePin("has another format") }
        guard let recorded = json["recorded"]?.stringValue,
            let origin = json["origin"]?.stringValue.flatMap(Origin.init), let server = json["server"]?.objectValue,
            let tools = json["tools"]?.arrayValue, let prompts = json["prompts"]?.arrayValue,
            let definitions = try? SourceDefinitions(
                name: server["name"]?.stringValue, instructions: server["instructions"]?.stringValue, tools: tools,
                prompts: prompts)
        else { throw UnreadablePin("lacks a member") }
        guard json["digest"]?.stringValue == definitions.digest(digest) else {
            throw UnreadablePin("does not agree with its digest")
        }
        self.init(definitions, origin: origin, recorded: recorded)
    }
}

/// A file of pins that cannot be used.
public struct UnreadablePin: Error, Sendable, Equatable {
    /// Fits behind "the file …".
    public let reason: String

    /// Why it cannot be used, as what fits behind "the file …".
    public init(_ reason: String) { self.reason = reason }
}
