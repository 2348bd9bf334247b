public import Core

/// Reads newline-delimited JSON: one object a line. Lines without anything in them are passed over.
public struct NDJSONReader: Sendable {
    /// One object, and where it stands.
    public struct Row: Sendable, Equatable {
        /// From 1.
        public let line: Int
        public let object: JSONObject
    }

    private let limits: ReadLimits
    private var splitter: LineSplitter
    private var rows = 0
    private var isOver = false

    /// A reader at the beginning of a file.
    public init(limits: ReadLimits = ReadLimits()) {
        self.limits = limits
        splitter = LineSplitter(maxBytes: limits.rowBytes)
    }

    /// Takes the next bytes of the file, cut anywhere.
    public mutating func feed(_ bytes: ArraySlice<UInt8>, _ deliver: (ReadItem<Row>) -> Void) {
        var lines: [(Int, LineSplitter.Item)] = []
        splitter.feed(bytes) { lines.append(($0, $1)) }
        for (line, item) in lines { take(line, item, deliver) }
    }

    /// The end of the file.
    public mutating func finish(_ deliver: (ReadItem<Row>) -> Void) {
        var lines: [(Int, LineSplitter.Item)] = []
        splitter.finish { lines.append(($0, $1)) }
        for (line, item) in lines { take(line, item, deliver) }
    }

    private mutating func take(_ line: Int, _ item: LineSplitter.Item, _ deliver: (ReadItem<Row>) -> Void) {
        guard !isOver else { return }
        let bytes: [UInt8]
        switch item {
        case .tooLong: return deliver(.problem(ReadProblem(line: line, "is longer than \(limits.rowBytes) bytes")))
        case .line(let found): bytes = found
        }
        if bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { return }
        rows += 1
        guard rows <= limits.rows else {
            isOver = true
            return deliver(.problem(ReadProblem(line: line, limits.tooManyRows, isFatal: true)))
        }
        do throws(JSONError) {
            let json = try JSON.parse(bytes, limits: JSONLimits(maxDepth: 32, maxBytes: limits.rowBytes))
            guard let object = json.objectValue else {
                return deliver(.problem(ReadProblem(line: line, "must be a JSON object, one on each line")))
            }
            guard object.count <= limits.fields else {
                return deliver(.problem(ReadProblem(line: line, "has more than \(limits.fields) members")))
            }
            deliver(.row(Row(line: line, object: object)))
        } catch {
            deliver(
                .problem(ReadProblem(line: line, "is not valid JSON: \(error.kind.words) at byte \(error.offset)")))
        }
    }
}
