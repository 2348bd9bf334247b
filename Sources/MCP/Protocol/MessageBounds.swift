import Core

/// How large the parts of a message may be, besides the message as a whole: looked at once, when it is read, so that no
/// method works on more than this. All lengths are bytes of UTF-8.
enum MessageBounds {
    static let longestID = 500
    static let longestMethod = 200
    /// The name of a member of any object.
    static let longestName = 256
    static let maxMembers = 500
    static let maxItems = 1000
    /// Values of one message, at whatever depth.
    static let maxValues = 20_000
    /// A text of a request for which no row says less.
    static let longestText = 256 << 10

    /// A string in the parameters of some methods.
    struct Row {
        let methods: Set<String>
        /// Names from `params` on; `*` stands for any name or any item.
        let path: [String]
        let max: Int
    }

    private static func row(_ methods: Set<String>, _ path: String, _ max: Int) -> Row {
        Row(methods: methods, path: path.split(separator: ".").map(String.init), max: max)
    }

    /// What names something, and what a person types while a list is being proposed. The first row that fits counts.
    static let rows = [
        row(["initialize"], "protocolVersion", 64), row(["initialize"], "clientInfo.*", 4096),
        row(["tools/call", "prompts/get"], "name", 200),
        row(["resources/read", "resources/subscribe", "resources/unsubscribe"], "uri", 2000),
        row(["prompts/get"], "arguments.*", 16 << 10),
        row(["completion/complete"], "ref.*", 2000), row(["completion/complete"], "argument.name", 200),
        row(["completion/complete"], "argument.value", 200), row(["completion/complete"], "context.arguments.*", 2000),
        row(["tools/list", "prompts/list", "resources/list", "resources/templates/list"], "cursor", 4096),
        row(["logging/setLevel"], "level", 64),
        row(["subscriptions/listen"], "notifications.resourceSubscriptions.*", 2000),
        row(["notifications/cancelled"], "requestId", longestID),
    ]

    private static let rowsByMethod: [String: [Row]] = rows.reduce(into: [:]) { table, row in
        for method in row.methods { table[method, default: []].append(row) }
    }

    /// What is too large in a request or a notification; nil when nothing is.
    static func problem(in params: JSONObject?, of method: String) -> String? {
        guard let params else { return nil }
        var walk = Walk(rows: rowsByMethod[method] ?? [], longestText: longestText)
        walk.object(params)
        return walk.problem
    }

    /// What is too large in a client's answer; its texts may be as long as the message, as pictures are among them.
    static func problem(inResult result: JSON) -> String? {
        var walk = Walk(rows: [], longestText: .max)
        walk.value(result)
        return walk.problem
    }

    /// Goes through a document until something is too large.
    private struct Walk {
        let rows: [Row]
        let longestText: Int
        var problem: String?
        /// Where the walk is.
        private var path: [String] = []
        private var values = 0

        init(rows: [Row], longestText: Int) {
            self.rows = rows
            self.longestText = longestText
        }

        mutating func value(_ value: JSON) {
            values += 1
            if values > MessageBounds.maxValues { problem = "there are more than \(MessageBounds.maxValues) values" }
            guard problem == nil else { return }
            switch value {
            case .string(let text):
                // An answer to a question of ours travels in the request that repeats the call.
                let max = rows.first { $0.fits(path) }?.max ?? (path.first == "inputResponses" ? .max : longestText)
                if text.utf8.count > max { problem = "\(place) is longer than \(max) bytes" }
            case .array(let items):
                guard items.count <= MessageBounds.maxItems else {
                    problem = "\(place) has more than \(MessageBounds.maxItems) items"
                    return
                }
                for item in items where problem == nil { step("*", item) }
            case .object(let members): object(members)
            case .number(let number):
                if number.text.utf8.count > MessageBounds.longestID {
                    problem = "\(place) is longer than \(MessageBounds.longestID) digits"
                }
            case .null, .bool: break
            }
        }

        mutating func object(_ object: JSONObject) {
            guard object.count <= MessageBounds.maxMembers else {
                problem = "\(place) has more than \(MessageBounds.maxMembers) members"
                return
            }
            for (name, value) in object.members where problem == nil {
                guard name.utf8.count <= MessageBounds.longestName else {
                    problem = "the name of a member is longer than \(MessageBounds.longestName) bytes"
                    return
                }
                step(name, value)
            }
        }

        private mutating func step(_ name: String, _ value: JSON) {
            path.append(name)
            self.value(value)
            path.removeLast()
        }

        private var place: String {
            path.isEmpty ? "params" : Neutral.echo(path.prefix(8).joined(separator: "."))
        }
    }
}

extension MessageBounds.Row {
    fileprivate func fits(_ other: [String]) -> Bool {
        path.count == other.count && zip(path, other).allSatisfy { $0 == "*" || $0.hasSameUTF8(as: $1) }
    }
}

extension String {
    /// Equality by bytes: `==` goes by what is canonically equivalent, and reads all of a long mark for it.
    fileprivate func hasSameUTF8(as other: String) -> Bool {
        utf8.count == other.utf8.count && utf8.elementsEqual(other.utf8)
    }
}
