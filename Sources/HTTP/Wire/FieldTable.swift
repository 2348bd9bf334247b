/// One field line of a head, as offsets from the first byte of its request.
public struct FieldSlot: Sendable {
    var nameStart: UInt32
    var nameLength: UInt32
    var valueStart: UInt32
    var valueLength: UInt32
    var name: FieldName
}

/// Room for the field slots of one head: lent to a parser, used again for the next request.
///
/// A class with memory of its own, so that a loop needs one for all connections that are between two requests, and a
/// request can be read while its connection's state changes.
public final class FieldTable {
    let slots: UnsafeMutablePointer<FieldSlot>
    let capacity: Int

    public init(limits: WireLimits) {
        capacity = limits.fields
        slots = .allocate(capacity: capacity)
    }

    deinit { slots.deallocate() }
}
