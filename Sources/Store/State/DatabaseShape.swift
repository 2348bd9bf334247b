/// Tables with their columns, indexes and references, as SQLite tells of them: not the words that they were made with, which
/// differ between a table that was made at once and one that came to its form by steps.
struct DatabaseShape {
    /// For each table a line for each part.
    private let tables: [String: Set<String>]

    init(_ connection: SQLiteConnection) throws(SQLiteError) {
        var tables: [String: Set<String>] = [:]
        let names = try connection.query(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")
        for name in names.compactMap(\.first?.textValue) { tables[name] = try Self.parts(of: name, connection) }
        self.tables = tables
    }

    private static func parts(of table: String, _ connection: SQLiteConnection) throws(SQLiteError) -> Set<String> {
        var parts: Set<String> = []
        let columns = try connection.query(
            #"SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_xinfo(?)"#, .text(table))
        for column in columns { parts.insert("column " + words(column)) }
        let references = try connection.query(
            #"SELECT "table", "from", "to", on_delete FROM pragma_foreign_key_list(?)"#, .text(table))
        for reference in references { parts.insert("reference " + words(reference)) }
        let indexes = try connection.query(
            """
            SELECT list.name, list."unique", list.partial, group_concat(info.name)
            FROM pragma_index_list(?) AS list, pragma_index_info(list.name) AS info GROUP BY list.name
            """, .text(table))
        for index in indexes {
            // What SQLite makes by itself for a constraint has a number in its name.
            let isMade = index[0].textValue?.hasPrefix("sqlite_") ?? true
            parts.insert("index " + words(isMade ? Array(index.dropFirst()) : index))
        }
        return parts
    }

    private static func words(_ values: [SQLiteValue]) -> String {
        values.map { value in
            switch value {
            case .text(let text): text
            case .integer(let number): String(number)
            default: "-"
            }
        }.joined(separator: " ")
    }

    /// The first thing in which this one is not as it should be, in English; nil when there is none. Tables that the other
    /// knows nothing of are nobody's business here.
    func difference(from wanted: DatabaseShape) -> String? {
        for (table, parts) in wanted.tables.sorted(by: { $0.key < $1.key }) {
            guard let found = tables[table] else { return "the table \(table) is missing" }
            if let part = parts.subtracting(found).min() { return "the table \(table) lacks its \(part)" }
            if let part = found.subtracting(parts).min() { return "the table \(table) has one \(part) too many" }
        }
        return nil
    }

    /// The shape that this program works with.
    static func current() throws -> DatabaseShape {
        let connection = try SQLiteConnection(.memory)
        try connection.migrate(StateMigrations.all)
        return try DatabaseShape(connection)
    }
}
