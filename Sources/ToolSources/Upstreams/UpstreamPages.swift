public import Core

/// One list of an upstream, read page by page and bounded.
public struct UpstreamPages: Sendable {
    /// What comes after a page.
    public enum Next: Sendable, Equatable {
        /// The page behind this cursor.
        case page(cursor: String)
        case end
    }

    /// The method of the list, and the member of its result that holds the items.
    public enum Kind: String, Sendable, CaseIterable {
        case tools, prompts, resources
        case templates = "resourceTemplates"

        public var method: String { self == .templates ? "resources/templates/list" : rawValue + "/list" }
    }

    public let kind: Kind
    private let max: Int
    /// Octets of all items together.
    private static let largest = 8 << 20
    private static let longestCursor = 4096
    private var octets = 0
    private var pages = 0
    private var cursors: Set<String> = []
    /// The items so far, as they came.
    public private(set) var items: [JSONObject] = []
    /// What was left out, in words for the operator.
    public private(set) var notes: [String] = []

    /// - Parameter max: items that are kept.
    public init(_ kind: Kind, max: Int) {
        self.kind = kind
        self.max = max
    }

    /// Takes the next page.
    /// - Throws: that it is no page; then nothing of the list counts.
    public mutating func take(_ result: JSONObject) throws(UpstreamFault) -> Next {
        guard let given = result[kind.rawValue]?.arrayValue else {
            throw UpstreamFault(
                .malformed, mayHaveRun: false, "its answer to \(kind.method) has no list of \(kind.rawValue)")
        }
        pages += 1
        for item in given {
            guard let object = item.objectValue else {
                note("something in its list of \(kind.rawValue) is not an object, and is left out")
                continue
            }
            octets += item.encoded.count
            guard items.count < max, octets <= Self.largest else {
                note(
                    "its list of \(kind.rawValue) is longer than \(max) items or \(Self.largest >> 20) MiB; the rest is left out"
                )
                return .end
            }
            items.append(object)
        }
        // An empty text is a cursor like any other.
        guard let cursor = result["nextCursor"]?.stringValue else { return .end }
        guard cursor.utf8.count <= Self.longestCursor, cursors.insert(cursor).inserted,
            pages < UpstreamEntry.Limits.pages
        else {
            note("its list of \(kind.rawValue) does not end; what comes after \(pages) pages is left out")
            return .end
        }
        return .page(cursor: cursor)
    }

    private mutating func note(_ text: String) { if !notes.contains(text) { notes.append(text) } }
}
