import Core

/// One field line of a head, as offsets from the first byte of its request.
public struct FieldSlot: Sendable {
    var nameStart: UInt32
    var nameLength: UInt32
    var valueStart: UInt32
    var valueLength: UInt32
    var name: FieldName
}

/// Room for the field slots of one head, and what the last one had that the next one will have: lent to a parser, used again for
/// the next request.
///
/// A class with memory of its own, so that a loop needs one for all connections that are between two requests, and a
/// request can be read while its connection's state changes.
public final class FieldTable {
    let slots: UnsafeMutablePointer<FieldSlot>
    let capacity: Int
    /// The last Host that was well-formed and not very long, as it was written: nearly every request of a loop has the same.
    @exclusivity(unchecked) private var lastHost: [UInt8] = []
    @exclusivity(unchecked) private var lastHostLength = 0

    public init(limits: WireLimits) {
        capacity = limits.fields
        slots = .allocate(capacity: capacity)
    }

    deinit { slots.deallocate() }

    /// The length of the host in the value of Host, without the port; nil when that is malformed.
    func lengthOfHost(in value: UnsafeRawBufferPointer) -> Int? {
        if lastHostLength > 0, lastHost.withUnsafeBytes({ $0.isSame(as: value) }) { return lastHostLength }
        guard let parts = Authority.parse(value) else { return nil }
        if value.count < 256 { (lastHost, lastHostLength) = ([UInt8](copying: value), parts.hostLength) }
        return parts.hostLength
    }
}
