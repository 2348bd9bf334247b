import Core
import GatewayAPI

/// Names that people give the options of `luma-mcp events`.
package enum OptionSynonyms {
    package static func suggest(for name: String, among known: [String]) -> String? {
        let plain = PlainText.words(String(name.prefix(64))).filter { $0 != " " }
        if let meant = table[plain], known.contains(meant) { return meant }
        return NearestName.suggest(for: name, among: known)
    }

    private static let table: [String: String] = {
        var table: [String: String] = [
            "timezone": "--zone", "tz": "--zone", "tzid": "--zone", "time": "--start", "length": "--duration",
            "durationminutes": "--duration", "minutes": "--duration", "hours": "--duration", "since": "--after",
            "from": "--after", "until": "--before", "to": "--before", "max": "--limit", "count": "--limit",
            "order": "--sort", "orderby": "--sort", "url": "--server", "host": "--server", "gateway": "--server",
            "apikey": "--token", "force": "--yes", "y": "--yes", "quiet": "--yes", "preview": "--dry-run",
            "simulate": "--dry-run", "out": "--output", "file": "--output", "unset": "--clear", "type": "--template",
            "idempotencykey": "--key", "nodryrun": "--dry-run", "refunds": "--refund",
        ]
        // What is a field elsewhere is an option here.
        let options: [String: String] = [
            "name": "--name", "start_at": "--start", "end_at": "--end", "timezone": "--zone",
        ]
        var fields = options
        for row in EventFields.table { fields[row.field] = row.option.name }
        for (field, synonyms) in FieldSynonyms.names {
            guard let option = fields[field] else { continue }
            let plain = PlainText.words(field).filter { $0 != " " }
            for name in [plain] + synonyms.split(separator: ",").map({ String($0.drop { $0 == " " }) })
            where table[name] == nil { table[name] = option }
        }
        return table
    }()
}
