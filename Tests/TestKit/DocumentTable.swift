/// A table of a document that is made from the program's own rows. It stands there between two markers.
public struct DocumentTable: Sendable {
    private static let end = "<!-- end of table -->"

    /// What its first marker calls it.
    public let name: String
    /// The document, from the folder of the repository on.
    public let page: String
    /// What stands between the markers.
    public let markdown: String

    public init(_ name: String, in page: String, _ head: [String], _ rows: [[String]]) {
        self.name = name
        self.page = page
        let lines: [[String]] =
            [head, head.map { _ in "---" }] + rows.map { $0.map { $0.replacing("|", with: "\\|") } }
        markdown = lines.map { "| " + $0.joined(separator: " | ") + " |\n" }.joined()
    }

    /// A name or a command in a table; a dash for none.
    public static func code(_ text: String?) -> String { text.map { "`\($0)`" } ?? "–" }

    /// The text of the document with this table between its markers; nil when it does not have both.
    public func written(into document: String) -> String? {
        let begin = "<!-- table: \(name) -->\n"
        guard let first = document.firstRange(of: begin),
            let last = document[first.upperBound...].firstRange(of: Self.end)
        else { return nil }
        return "\(document[..<first.upperBound])\(markdown)\(document[last.lowerBound...])"
    }
}
