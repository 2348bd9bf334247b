import Core

/// A complete request as a handler sees it, borrowed from the connection's buffer.
///
/// Every buffer in it is valid only until the handler's synchronous call returns: an asynchronous handler
/// copies what it needs first.
public struct RequestView {
    public let method: Method
    /// The path as it was sent, without query and not percent-decoded; `*` for the asterisk-form (RFC 9112 §3.2.4).
    public let path: UnsafeRawBufferPointer
    /// What follows the first `?`, nil when there is none.
    public let query: UnsafeRawBufferPointer?
    /// The whole body, already decoded from its transfer coding.
    public let body: UnsafeRawBufferPointer
    /// True for a request of HTTP/1.0.
    public let isHTTP10: Bool
    private let bytes: UnsafeRawBufferPointer
    private let slots: UnsafeBufferPointer<FieldSlot>
    private let token: HeadParser.Stretch
    private let hostStretch: HeadParser.Stretch

    /// A request of HTTP/1.1 without any field.
    public init(
        method: Method, path: UnsafeRawBufferPointer, query: UnsafeRawBufferPointer?, body: UnsafeRawBufferPointer
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.body = body
        isHTTP10 = false
        bytes = UnsafeRawBufferPointer(start: nil, count: 0)
        slots = UnsafeBufferPointer(start: nil, count: 0)
        token = HeadParser.Stretch()
        hostStretch = HeadParser.Stretch()
    }

    init(_ bytes: UnsafeRawBufferPointer, _ head: HeadParser, _ table: FieldTable, body: UnsafeRawBufferPointer) {
        method = head.method
        path = bytes.part(head.path)
        query = head.flags.contains(.query) ? bytes.part(head.query) : nil
        self.body = body
        isHTTP10 = head.flags.contains(.http10)
        self.bytes = bytes
        slots = UnsafeBufferPointer(start: table.slots, count: head.fieldCount)
        token = head.methodToken
        hostStretch = head.host
    }

    /// The method as it was sent, also when it is one that this server does not know.
    public var methodToken: String { token.length == 0 ? method.token : Self.text(bytes.part(token)) }

    /// The effective host without its port, in lower case, an IPv6 address in its brackets (RFC 9112 §3.3).
    /// Nil only for a request of HTTP/1.0 that names none.
    public var host: String? { hostBytes.map { Self.text($0).lowercased() } }

    /// The same as it was sent, without a copy.
    public var hostBytes: UnsafeRawBufferPointer? { hostStretch.length == 0 ? nil : bytes.part(hostStretch) }

    /// The value of the first field of this name, without a copy.
    public func value(of name: FieldName) -> UnsafeRawBufferPointer? {
        for slot in slots where slot.name == name { return value(slot) }
        return nil
    }

    /// How many fields of this name there are.
    public func count(of name: FieldName) -> Int { slots.count { $0.name == name } }

    /// Which of the names that are recognised the request has.
    public var knownFields: FieldNames {
        var names = FieldNames()
        for slot in slots { names.insert(slot.name) }
        return names
    }

    /// The value of the first field of this name, in any case. Octets that are not UTF-8 become U+FFFD.
    public func field(_ name: String) -> String? {
        for slot in slots where isNamed(slot, name) { return Self.text(value(slot)) }
        return nil
    }

    /// The values of all fields of this name, in any case, as they were sent.
    public func fields(named name: String) -> [String] {
        var values: [String] = []
        for slot in slots where isNamed(slot, name) { values.append(Self.text(value(slot))) }
        return values
    }

    /// The values of all fields of this name as one list (RFC 9110 §5.3); nil when there is none.
    public func combined(_ name: String) -> String? {
        let values = fields(named: name)
        return values.isEmpty ? nil : values.joined(separator: ", ")
    }

    /// Every field in the order of the request, its name as it was sent.
    public var allFields: [Field] {
        slots.map { slot in
            Field(Self.text(bytes.part(Int(slot.nameStart), Int(slot.nameLength))), Self.text(value(slot)))
        }
    }

    private func value(_ slot: FieldSlot) -> UnsafeRawBufferPointer {
        bytes.part(Int(slot.valueStart), Int(slot.valueLength))
    }

    private func isNamed(_ slot: FieldSlot, _ name: String) -> Bool {
        guard Int(slot.nameLength) == name.utf8.count else { return false }
        var offset = Int(slot.nameStart)
        for expected in name.utf8 {
            if Self.folded(bytes[offset]) != Self.folded(expected) { return false }
            offset += 1
        }
        return true
    }

    private static func folded(_ octet: UInt8) -> UInt8 { octet &- 0x41 < 26 ? octet | 0x20 : octet }

    /// Nobody can make a comparison of a field cost more than its length.
    private static func text(_ octets: UnsafeRawBufferPointer) -> String {
        String(decoding: octets, as: UTF8.self).streamSafe
    }
}

extension UnsafeRawBufferPointer {
    fileprivate func part(_ stretch: HeadParser.Stretch) -> UnsafeRawBufferPointer {
        part(Int(stretch.start), Int(stretch.length))
    }
}
