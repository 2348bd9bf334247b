import Core
import Formats
import GatewayAPI
import LumaAPI

/// `--map "Title=name"`: the file's name for a field, and the field; empty for a column that is left out.
package struct ImportMapping: Sendable, Equatable {
    package let from: String
    package let to: String
}

/// The fields that a row of an import may have, by name: those of a new event, and what the gateway adds to them.
package struct ImportFields {
    /// What becomes of a column or member.
    package enum Place: Equatable {
        /// It is this field of the event.
        case field(String)
        /// It is not imported.
        case leftOut
    }

    package static let known = EventInput.members
    /// What an export shows and no new event takes: Luma sets it.
    package static let setByLuma = Set(Shapes.event.map(\.name)).subtracting(known)
    /// Columns of our own table of events that are no fields under that name; its `address` is a place.
    private static let ofExports = Set(EventColumn.all.map(\.name)).subtracting(known)

    package let map: [ImportMapping]

    /// - Throws: what is wrong with a `--map`, in words that follow the option's value.
    package static func parse(_ option: String) throws(ImportMapError) -> ImportMapping {
        // A column without a name can only be left out.
        guard let equals = option.lastIndex(of: "="), equals != option.startIndex || option == "=" else {
            throw ImportMapError("must be COLUMN=FIELD, or COLUMN= to leave the column out")
        }
        let to = String(option[option.index(after: equals)...])
        guard to.isEmpty || known.contains(to) || ColumnNames.roles.contains(where: { $0.name == to }) else {
            throw ImportMapError("is not a field of an event" + hint(to))
        }
        return ImportMapping(from: String(option[..<equals]), to: to)
    }

    /// Where a member of this name belongs.
    /// - Returns: nil for a name that nobody knows.
    package func place(of name: String) -> Place? {
        if let mapping = map.first(where: { $0.from == name }) {
            return mapping.to.isEmpty ? .leftOut : .field(mapping.to)
        }
        if Self.known.contains(name) { return .field(name) }
        return Self.setByLuma.contains(name) ? .leftOut : nil
    }

    /// What a column of this name is: by `--map`, else as a field of an event, a column of our own exports, or a name that
    /// other programs and people use. A heading may be written in any way: `Start at` is `start_at`.
    /// - Parameter isExport: the table is an export of our own, whose names are ours.
    /// - Returns: nil for a name that nobody knows.
    package func role(of heading: String, isExport: Bool) -> ColumnRole? {
        let name = TableText.trimmed(heading)
        if let mapping = map.first(where: { $0.from == heading || $0.from == name }) {
            if mapping.to.isEmpty { return .leftOut }
            return ColumnNames.roles.first { $0.name == mapping.to }?.role ?? .field(mapping.to)
        }
        let plain = Self.plain(name)
        if Self.known.contains(plain) { return .field(plain) }
        let isOurs = Self.ofExports.contains(plain) || Self.setByLuma.contains(plain)
        if isExport, isOurs {
            return plain == "address" ? .field("geo_address_json") : ColumnNames.ofExports[plain] ?? .leftOut
        }
        return ColumnNames.role(of: name) ?? (isOurs ? .leftOut : nil)
    }

    /// The field that columns of this name were before other programs' names were known; nil for one that was left out.
    /// The key of a row is made of these cells as they stand, so that a file keeps its keys.
    package func keyField(of heading: String) -> String? {
        if let mapping = map.first(where: { $0.from == heading }) { return mapping.to }
        let plain = Self.plain(heading)
        return plain == "address" ? "geo_address_json" : Self.known.contains(plain) ? plain : nil
    }

    /// Whether a table could be read before other programs' names were known.
    package func isKnownOfOld(_ heading: String) -> Bool {
        let plain = Self.plain(heading)
        return map.contains { $0.from == heading } || Self.known.contains(plain) || Self.ofExports.contains(plain)
            || Self.setByLuma.contains(plain)
    }

    /// Whether these are the columns of our own table of events.
    package static func isExport(_ header: [String]) -> Bool {
        ["id", "start_at", "platform"].allSatisfy { name in header.contains { plain(TableText.trimmed($0)) == name } }
    }

    /// `; did you mean name?`, or nothing.
    package static func hint(_ name: String) -> String {
        NearestName.hint(FieldSynonyms.suggest(for: name, among: known))
    }

    /// As fields are named: `Start At` is `start_at`.
    package static func plain(_ name: String) -> String {
        let letters = name.utf8.map { byte in
            byte == UInt8(ascii: " ") || byte == UInt8(ascii: "-")
                ? UInt8(ascii: "_") : (0x41...0x5a).contains(byte) ? byte | 0x20 : byte
        }
        return String(decoding: letters, as: UTF8.self)
    }
}

/// What is wrong with the value of `--map`.
package struct ImportMapError: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}
