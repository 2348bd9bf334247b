import Core

/// One entry of the operator's file: the server that it describes, or why it describes none.
public struct UpstreamReading: Sendable {
    /// Problems that the reason names, at most; nothing else lists them.
    private static let maxTold = 5

    /// Nil when even that is missing.
    public let name: String?
    /// Nil when something is wrong with the entry, or a setting that it needs is not set.
    public let entry: UpstreamEntry?
    /// The operator has switched it off.
    public let isEnabled: Bool
    /// The settings without which it is off.
    public let unset: [String]
    /// What is wrong, one line each; the rest of the file counts all the same.
    public let problems: [DocumentProblem]

    /// For the operator, who may have given it none.
    public var shownName: String { name ?? "(without a name)" }

    /// Something is wrong with it, and the operator has not switched it off.
    public var isRefused: Bool { isEnabled && !problems.isEmpty }

    /// Why it is not offered, in words for the operator; nil when it is.
    public var reason: String? {
        if !isEnabled { return "switched off (enabled)" }
        if !problems.isEmpty {
            let lines = problems.prefix(Self.maxTold).map(\.line)
            let more = problems.count - lines.count
            let rest = more > 0 ? ["and " + Plural.count(more, "more problem")] : []
            return (lines + rest).joined(separator: "; ")
        }
        return unset.isEmpty ? nil : "not set: " + unset.joined(separator: ", ")
    }
}

/// The operator's file of MCP servers: JSON, read strictly.
///
/// ```
/// {"format": 1, "upstreams": [
///    {"name": "docs", "url": "https://docs.example/mcp", "auth": {"kind": "header", "prefix": "Bearer ", "value": {"$secret": "DOCS_TOKEN"}}},
///    {"name": "files", "transport": "stdio", "command": ["/usr/bin/files-mcp", "/srv/files"]}]}
/// ```
///
/// What is wrong with one entry costs that entry, what is wrong around them costs the file.
public struct UpstreamFile: Sendable {
    /// Octets of the file, at most.
    public static let longest = 1 << 20
    static let format = 1
    static let maxEntries = 64
    private static let limits = JSONLimits(maxDepth: 32, maxBytes: longest, maxValues: 50_000)

    /// In the order of the file, which decides between two that have a resource of the same URI.
    public var readings: [UpstreamReading] = []
    /// What is wrong around the entries.
    public var problems: [DocumentProblem] = []
    /// What is not wrong and probably not meant.
    public var warnings: [DocumentProblem] = []

    /// No entries, and no problems.
    public init() {}

    /// Those that are offered.
    public var entries: [UpstreamEntry] { readings.compactMap(\.entry) }

    /// Reads the file's text.
    public static func read(_ octets: [UInt8], lookup: ForwarderLookup) -> UpstreamFile {
        var file = UpstreamFile()
        let context = DocumentContext(lookup)
        let place = Place(context: context, pointer: "")
        do throws(DocumentProblems) {
            let json = try DocumentReader.parse(octets, limits: limits)
            LooseSecrets.look(json, at: place)
            if var members = Members(json, at: place) {
                if members.number("format", format...format) == nil, !members.has("format") {
                    members.missing("format")
                }
                let given = members.array("upstreams", 0...maxEntries)
                if !members.has("upstreams") { members.missing("upstreams") }
                members.finish()
                file.problems = context.problems
                if context.reports == 0 { file.readings = (given ?? []).enumerated().map { read($1, $0, lookup) } }
            } else {
                file.problems = context.problems
            }
        } catch {
            file.problems = error.problems
        }
        file.warnings = context.warnings
        file.settle()
        return file
    }

    /// One entry, with what is wrong with it alone.
    private static func read(_ json: JSON, _ index: Int, _ lookup: ForwarderLookup) -> UpstreamReading {
        let context = DocumentContext(lookup)
        let place = Place(context: context, pointer: "/upstreams/\(index)")
        let name = json["name"]?.stringValue
        let (entry, unset) = UpstreamEntryReader(context: context).read(json, at: place)
        let isEnabled = json["enabled"]?.boolValue ?? true
        let isOffered = isEnabled && unset.isEmpty && context.reports == 0
        return UpstreamReading(
            name: name.map { OutsideText.line($0, max: 64) }, entry: isOffered ? entry : nil, isEnabled: isEnabled,
            unset: unset, problems: context.problems)
    }

    /// Of two entries with the same name neither counts.
    private mutating func settle() {
        var counts: [String: Int] = [:]
        for reading in readings { if let name = reading.name { counts[name, default: 0] += 1 } }
        for (index, reading) in readings.enumerated() {
            guard let name = reading.name, counts[name, default: 0] > 1 else { continue }
            let problem = DocumentProblem(
                "/upstreams/\(index)/name", "is the name of another entry, so neither is offered")
            readings[index] = UpstreamReading(
                name: name, entry: nil, isEnabled: reading.isEnabled, unset: reading.unset,
                problems: reading.problems + [problem])
        }
    }
}
