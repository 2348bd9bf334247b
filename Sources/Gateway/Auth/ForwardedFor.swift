import Core

/// Whose request it is that a proxy has forwarded, by `X-Forwarded-For` alone, and only of proxies that are trusted: what a stranger
/// writes there says nothing.
enum ForwardedFor {
    /// The first hop from the right that is no trusted proxy.
    ///
    /// - Parameters:
    ///   - peer: the address of the socket's other side.
    ///   - fields: the values of the field, in the order of the request.
    /// - Returns: nil when a hop before it cannot be read, so that nobody knows.
    static func client(of peer: String, _ fields: [String], _ proxies: [AddressRange]) -> NetworkAddress? {
        guard var client = NetworkAddress(peer) else { return nil }
        let hops = fields.joined(separator: ",").split(separator: ",", omittingEmptySubsequences: false)
        for hop in fields.isEmpty ? [] : hops.reversed() {
            guard proxies.contains(where: { $0.contains(client) }) else { return client }
            guard let next = address(hop) else { return nil }
            client = next
        }
        return client
    }

    /// An address, also one with a port: `192.0.2.1:80`, `[2001:db8::1]:80`.
    private static func address(_ hop: Substring) -> NetworkAddress? {
        let text = String(hop).trimmingBlanks
        if let plain = NetworkAddress(text) { return plain }
        if text.first == "[", let end = text.firstIndex(of: "]") {
            return NetworkAddress(text[text.index(after: text.startIndex)..<end])
        }
        return text.lastIndex(of: ":").flatMap { NetworkAddress(text[..<$0]) }
    }
}
