import Core
import Formats
import Glibc
import IO

/// The file that tells what was done to each row, one JSON object a line.
///
/// A line is written whole, in one go, as soon as its row's fate is known: whatever ends the program loses nothing that was
/// told. The next run reads it and passes over what is done. A last line that was cut off is no reason to fail.
final class ImportReport: Sendable {
    enum Outcome: String, Sendable {
        /// Made by the run that wrote the line.
        case created
        /// Made by an earlier run, as the gateway's answer says.
        case exists
        /// Says the same as an earlier row of the file, and was not sent.
        case duplicate
        /// Not valid, and not sent.
        case invalid
        /// Refused; nothing was made of it.
        case failed
        /// Nobody can tell whether the event was made.
        case unknown

        var isDone: Bool { self == .created || self == .exists }
    }

    /// One line.
    struct Entry: Sendable, Equatable {
        var row: Int
        var line: Int
        var name: String
        var outcome: Outcome
        var key: String?
        var eventID: String?
        var requestID: String?
        var problem: String?

        var json: JSON {
            var object: JSONObject = [
                "row": .number(JSONNumber(row)), "line": .number(JSONNumber(line)), "name": .string(name),
                "outcome": .string(outcome.rawValue),
            ]
            for (name, value) in [("event_id", eventID), ("request_id", requestID), ("key", key), ("problem", problem)]
            {
                if let value { object.members.append((name, .string(value))) }
            }
            return .object(object)
        }

        init(
            row: Int, line: Int, name: String, _ outcome: Outcome, key: String? = nil, eventID: String? = nil,
            requestID: String? = nil, problem: String? = nil
        ) {
            (self.row, self.line, self.name, self.outcome) = (row, line, name, outcome)
            (self.key, self.eventID, self.requestID, self.problem) = (key, eventID, requestID, problem)
        }

        init?(_ object: JSONObject) {
            guard let row = object["row"]?.intValue, let line = object["line"]?.intValue,
                let outcome = object["outcome"]?.stringValue.flatMap(Outcome.init)
            else { return nil }
            self.init(
                row: row, line: line, name: object["name"]?.stringValue ?? "", outcome,
                key: object["key"]?.stringValue, eventID: object["event_id"]?.stringValue,
                requestID: object["request_id"]?.stringValue, problem: object["problem"]?.stringValue)
        }
    }

    /// Why there is no report to write to, in words that follow the file's name.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let descriptor: Int32

    /// What earlier runs wrote last of each key.
    let earlier: [String: Entry]

    /// Opens or makes the file, and keeps others from writing to it meanwhile.
    init(path: String) throws(Failure) {
        descriptor = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        if descriptor < 0 {
            earlier = [:]
            throw Failure(description: "cannot be opened: \(SystemError("open"))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            earlier = [:]
            throw Failure(description: "is being written by another import")
        }
        let bytes: [UInt8]
        do throws(SmallFile.Failure) {
            bytes = try SmallFile.bytes(of: descriptor, limit: Self.largest)
        } catch {
            earlier = [:]
            throw Failure(description: "cannot be read: \(error)")
        }
        guard let found = Self.entries(bytes) else {
            earlier = [:]
            throw Failure(description: "is not the report of an import; name another with --report")
        }
        earlier = found
        // What was cut off stays what it is: a line of its own.
        if let last = bytes.last, last != 0x0a, !write([0x0a]) {
            throw Failure(description: "cannot be written: \(SystemError("write"))")
        }
    }

    deinit {
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    private static let largest = 1 << 30

    /// The entries of a report by key; nil when the bytes are no report.
    static func entries(_ bytes: [UInt8]) -> [String: Entry]? {
        let beginning = Array(#"{"row":"#.utf8)
        guard bytes.prefix(beginning.count).elementsEqual(beginning.prefix(bytes.count)) else { return nil }
        var entries: [String: Entry] = [:]
        var reader = NDJSONReader(limits: ReadLimits(rows: .max))
        let take = { (item: ReadItem<NDJSONReader.Row>) in
            guard case .row(let row) = item, let entry = Entry(row.object), let key = entry.key else { return }
            entries[key] = entry
        }
        reader.feed(bytes[...], take)
        reader.finish(take)
        return entries
    }

    /// Writes an entry's line.
    /// - Returns: whether it is written; if not, `errno` says why.
    func append(_ entry: Entry) -> Bool {
        var bytes = entry.json.encoded
        bytes.append(0x0a)
        return write(bytes)
    }

    private func write(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
