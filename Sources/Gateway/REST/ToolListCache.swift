import GatewayAPI
import HTTP
import MCP

/// The answers to `GET /tools/` as they are sent, for those who have asked lately. On one loop.
final class ToolListCache {
    /// An answer and its validator.
    struct List {
        let octets: [UInt8]
        let tag: EntityTag?
    }

    /// Of all that are kept.
    private static let maxOctets = 4 << 20
    private static let most = 16

    private var lists: [Visibility: List] = [:]
    private var octets = 0
    /// The registry's when they were made.
    private var arrangement: UInt64 = 0

    /// The list of what is seen so, made when it is not there.
    /// - Parameter arrangement: the registry's; with another one than before all lists are made anew.
    func list(for visibility: Visibility, _ arrangement: UInt64, make: () -> [UInt8]) -> List {
        if arrangement != self.arrangement { drop() }
        self.arrangement = arrangement
        if let list = lists[visibility] { return list }
        let made = make()
        let list = List(octets: made, tag: EntityTag(of: made))
        if lists.count >= Self.most || octets + made.count > Self.maxOctets { drop() }
        lists[visibility] = list
        octets += made.count
        return list
    }

    private func drop() {
        lists = [:]
        octets = 0
    }
}
