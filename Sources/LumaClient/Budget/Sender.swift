/// Whose request it is, as far as the budget is concerned: an opaque number made of a token's label or of an address.
public struct CallerKey: Sendable, Hashable {
    let raw: UInt64

    /// Nobody in particular: the gateway itself, or a program with one caller only.
    public static let none = CallerKey(raw: 0)

    init(raw: UInt64) { self.raw = raw }

    /// The key of a label.
    public init(label: String) {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for octet in label.utf8 { hash = (hash ^ UInt64(octet)) &* 0x0000_0100_0000_01b3 }
        raw = max(hash, 1)
    }

    /// The key of an address, by eight octets of it: an IPv4 address, or the network of an IPv6 address.
    public init(address: UInt64) { raw = max((address ^ address >> 33) &* 0xff51_afd7_ed55_8ccd, 1) }
}

/// How much a request matters when not all can be served.
public enum Priority: Sendable, Hashable {
    /// Somebody waits for this one answer.
    case interactive
    /// A health check, a list of all pages, anything in bulk.
    case background
}

/// Who asks the budget, and how urgently.
public struct Sender: Sendable, Hashable {
    public var caller: CallerKey
    public var priority: Priority

    public init(_ caller: CallerKey = .none, _ priority: Priority = .interactive) {
        self.caller = caller
        self.priority = priority
    }
}
