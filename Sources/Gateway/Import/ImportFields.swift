import Core
import LumaAPI

/// `--map "Title=name"`: the file's name for a field, and the field; empty for a column that is left out.
struct ImportMapping: Sendable, Equatable {
    let from: String
    let to: String
}

/// The fields that a row of an import may have, by name: those of a new event, and what the gateway adds to them.
struct ImportFields {
    /// What becomes of a column or member.
    enum Place: Equatable {
        /// It is this field of the event.
        case field(String)
        /// It is not imported.
        case leftOut
    }

    static let known = Shapes.eventInput.map(\.name) + ["require_rsvp_approval", "template_type"]
    /// What an export shows and no new event takes: Luma sets it.
    static let setByLuma = Set(Shapes.event.map(\.name)).subtracting(known)
    /// Columns of our own table of events that are no fields under that name; its `address` is a place.
    private static let ofExports = Set(EventColumn.all.map(\.name)).subtracting(known)

    let map: [ImportMapping]

    /// - Throws: what is wrong with a `--map`, in words that follow the option's value.
    static func parse(_ option: String) throws(ImportMapError) -> ImportMapping {
        guard let equals = option.lastIndex(of: "="), equals != option.startIndex else {
            throw ImportMapError("must be COLUMN=FIELD, or COLUMN= to leave the column out")
        }
        let to = String(option[option.index(after: equals)...])
        guard to.isEmpty || known.contains(to) else {
            throw ImportMapError("names no field of an event" + hint(to))
        }
        return ImportMapping(from: String(option[..<equals]), to: to)
    }

    /// Where a column or member of this name belongs.
    /// - Parameter isText: the name is a heading that a person wrote, so `Start at` is `start_at`.
    /// - Returns: nil for a name that nobody knows.
    func place(of name: String, isText: Bool) -> Place? {
        if let mapping = map.first(where: { $0.from == name }) {
            return mapping.to.isEmpty ? .leftOut : .field(mapping.to)
        }
        let plain = isText ? Self.plain(name) : name
        if Self.known.contains(plain) { return .field(plain) }
        if isText, Self.ofExports.contains(plain) { return plain == "address" ? .field("geo_address_json") : .leftOut }
        return Self.setByLuma.contains(plain) ? .leftOut : nil
    }

    /// `; did you mean name?`, or nothing.
    static func hint(_ name: String) -> String {
        NearestName.suggest(for: plain(name), among: known).map { "; did you mean \($0)?" } ?? ""
    }

    private static func plain(_ name: String) -> String {
        let letters = name.utf8.map { byte in
            byte == UInt8(ascii: " ") || byte == UInt8(ascii: "-")
                ? UInt8(ascii: "_") : (0x41...0x5a).contains(byte) ? byte | 0x20 : byte
        }
        return String(decoding: letters, as: UTF8.self)
    }
}

/// What is wrong with the value of `--map`.
struct ImportMapError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
