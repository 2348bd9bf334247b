import Core
import MCP

/// What an `Mcp-Session-Id` says about its session, so that a process that never saw the session can go on with it.
struct SessionTicket: Equatable {
    /// A client that comes back later has to shake hands again, in seconds.
    static let lifetime = 30.0 * 86400

    let revision: Revision
    let capabilities: ClientCapabilities
    let principal: String
    let issued: Timestamp
    /// Makes the id unguessable and one of a kind.
    let nonce: String

    func id(_ seal: Seal) -> String {
        let json: JSON = [
            .string(revision.rawValue), .number(JSONNumber(Int(capabilities.bits))), .string(principal),
            .number(JSONNumber(Int(issued.milliseconds))), .string(nonce),
        ]
        return seal.seal(json.encoded, for: "session")
    }

    init(revision: Revision, capabilities: ClientCapabilities, principal: String, issued: Timestamp, nonce: String) {
        self.revision = revision
        self.capabilities = capabilities
        self.principal = principal
        self.issued = issued
        self.nonce = nonce
    }

    /// Reads an id; nil when it is not one of ours, or too old.
    init?(_ id: String, _ seal: Seal) {
        guard let bytes = seal.open(id, for: "session"), let items = (try? JSON.parse(bytes))?.arrayValue,
            items.count == 5, let revision = items[0].stringValue.flatMap(Revision.init), revision.era == .legacy,
            let bits = items[1].intValue.flatMap(UInt8.init(exactly:)), let principal = items[2].stringValue,
            let issued = items[3].intValue, let nonce = items[4].stringValue
        else { return nil }
        let then = Timestamp(milliseconds: Int64(issued))
        guard seal.now.seconds(since: then) < Self.lifetime else { return nil }
        self.init(
            revision: revision, capabilities: ClientCapabilities(bits: bits), principal: principal, issued: then,
            nonce: nonce)
    }
}
