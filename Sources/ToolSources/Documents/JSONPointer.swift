public import Core

/// Addresses within a JSON document (RFC 6901).
public enum JSONPointer {
    /// The address of a member of what is at `pointer`.
    public static func member(_ name: String, of pointer: String) -> String {
        pointer + "/" + escaped(name)
    }

    private static func escaped(_ name: String) -> String {
        // To look for texts costs more than all else here, and hardly a name has one of them.
        guard name.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else { return name }
        return name.replacing("~", with: "~0").replacing("/", with: "~1")
    }

    /// The address of an item of the array at `pointer`.
    public static func item(_ index: Int, of pointer: String) -> String { "\(pointer)/\(index)" }

    /// What the pointer points at; nil when it is none, or points at nothing.
    public static func value(at pointer: String, in document: JSON) -> JSON? {
        if pointer.isEmpty { return document }
        guard pointer.utf8.first == UInt8(ascii: "/") else { return nil }
        var value = document
        for token in pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            let name = token.replacing("~1", with: "/").replacing("~0", with: "~")
            switch value {
            case .object(let object):
                guard let member = object[String(name)] else { return nil }
                value = member
            case .array(let items):
                guard token == "0" || token.first != "0", token.utf8.allSatisfy({ $0 &- 0x30 < 10 }),
                    let index = Int(token), items.indices.contains(index)
                else { return nil }
                value = items[index]
            default: return nil
            }
        }
        return value
    }
}
