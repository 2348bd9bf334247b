package import Core
import Formats
import Glibc
package import IO

/// The file that tells what was done to each row, one JSON object a line.
///
/// A line is written whole, in one go, as soon as its row's outcome is known: whatever ends the program loses nothing that was
/// told. The next run reads it and passes over what is done. A last line that was cut off is no reason to fail.
package final class ImportReport: Sendable {
    /// What has become of a row. The words stand in the report.
    package enum Outcome: String, Sendable {
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
        /// On its way: the line is written before the row is sent, and stays the last when the import is killed.
        case sending
        /// Not sent after all, or refused unseen.
        case unsent

        /// The event is there.
        package var isDone: Bool { self == .created || self == .exists }
        /// The event is there, or may be: the row is not sent again.
        package var mayBeMade: Bool { isDone || self == .unknown || self == .sending }
    }

    /// One line.
    package struct Entry: Sendable, Equatable {
        /// The number of the row in the file, from 1.
        package var row: Int
        /// The line of the file where it begins, from 1.
        package var line: Int
        package var name: String
        package var outcome: Outcome
        /// The idempotency key that it was sent with; nil for one that was not sent.
        package var key: String?
        /// The event that was made; nil where none was, or none is known.
        package var eventID: String?
        /// The gateway's id of the request, for its log.
        package var requestID: String?
        /// Why it was not made.
        package var problem: String?
        /// When the row was sent.
        package var at: Timestamp?
        /// The row of a spreadsheet that shows the file.
        package var sheetRow: Int?
        /// What the file tells the event by, whatever it says of it.
        package var identity: String?
        /// Other identities that the file could have told it by.
        package var aliases: [String] = []
        /// Made of what the row said, where the key is not.
        package var said: String?
        /// The series that it is a date of.
        package var series: String?
        /// The name of the other report that tells what was done.
        package var source: String?

        /// The same for rows that said the same.
        package var content: String? { said ?? key }

        /// The line as JSON.
        package var object: JSONObject {
            var object: JSONObject = [
                "row": .number(JSONNumber(row)), "line": .number(JSONNumber(line)), "name": .string(name),
                "outcome": .string(outcome.rawValue),
            ]
            for (name, value) in [("event_id", eventID), ("request_id", requestID), ("key", key), ("problem", problem)]
            {
                if let value { object.members.append((name, .string(value))) }
            }
            object["at"] = at.map { .string($0.rfc3339) }
            object["uid"] = identity.map { .string($0) }
            object["other_uids"] = aliases.isEmpty ? nil : JSON.array(aliases.map { .string($0) })
            object["content"] = said.map { .string($0) }
            object["series"] = series.map { .string($0) }
            object["known_from"] = source.map { .string($0) }
            object["spreadsheet_row"] = sheetRow.map { .number(JSONNumber($0)) }
            return object
        }

        package init(
            row: Int, line: Int, name: String, _ outcome: Outcome, key: String? = nil, eventID: String? = nil,
            requestID: String? = nil, problem: String? = nil, at: Timestamp? = nil, sheetRow: Int? = nil,
            identity: String? = nil, said: String? = nil, source: String? = nil
        ) {
            (self.at, self.sheetRow, self.identity) = (at, sheetRow, identity)
            (self.said, self.source) = (said, source)
            (self.row, self.line, self.name, self.outcome) = (row, line, name, outcome)
            (self.key, self.eventID, self.requestID, self.problem) = (key, eventID, requestID, problem)
        }

        /// What is said of a row of this import.
        package init(
            _ row: ImportPlan.Row, _ outcome: Outcome, eventID: String? = nil, requestID: String? = nil,
            problem: String? = nil, at: Timestamp? = nil, source: String? = nil
        ) {
            self.init(
                row: row.number, line: row.line, name: row.name, outcome, key: row.key, eventID: eventID,
                requestID: requestID, problem: problem, at: at, sheetRow: row.place.row, identity: row.identity,
                said: row.said, source: source)
            (series, aliases) = (row.series, row.aliases)
        }

        /// An id that may stand in a command which a person is told to enter.
        private static func eventID(_ text: String) -> String? {
            let isFit = { (byte: UInt8) in
                (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20) || "-_".utf8.contains(byte)
            }
            return text.utf8.count <= 255 && text.utf8.allSatisfy(isFit) ? text : nil
        }

        /// Reads a line; nil for one that is none of a report.
        package init?(_ object: JSONObject) {
            guard let row = object["row"]?.intValue, let line = object["line"]?.intValue,
                let outcome = object["outcome"]?.stringValue.flatMap(Outcome.init)
            else { return nil }
            self.init(
                row: row, line: line, name: object["name"]?.stringValue ?? "", outcome,
                key: object["key"]?.stringValue, eventID: object["event_id"]?.stringValue.flatMap(Self.eventID),
                requestID: object["request_id"]?.stringValue, problem: object["problem"]?.stringValue,
                at: object["at"]?.stringValue.flatMap { Timestamp(rfc3339: $0) },
                sheetRow: object["spreadsheet_row"]?.intValue, identity: object["uid"]?.stringValue,
                said: object["content"]?.stringValue, source: object["known_from"]?.stringValue)
            series = object["series"]?.stringValue
            aliases = object["other_uids"]?.arrayValue?.compactMap(\.stringValue) ?? []
        }
    }

    /// Where the rows of a report went. What one calendar has, another has not.
    package struct Place: Sendable, Equatable {
        /// The gateway's URL.
        package var base: String
        /// What `/health` says it works on; nil when it did not say.
        package var mode: String?

        package init(base: String, mode: String?) { (self.base, self.mode) = (base, mode) }

        /// That of a line; nil when it names none.
        package init?(_ object: JSONObject) {
            guard let base = object["gateway"]?.stringValue else { return nil }
            self.init(base: base, mode: object["mode"]?.stringValue)
        }

        /// Whether a report of that place cannot be continued at this one.
        package func isOther(than place: Place) -> Bool {
            base != place.base || mode != nil && place.mode != nil && mode != place.mode
        }
    }

    /// Why there is no report to write to, in words that follow the file's name.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    private let descriptor: Int32
    private let place: Place?

    /// What earlier runs wrote last of each key.
    package let earlier: [String: Entry]

    /// The last word of earlier runs on each row, by its line and number: the dates of a series have one line.
    private let lastWords: [[Int]: Entry]

    /// Opens or makes the file, and keeps others from writing to it meanwhile.
    /// - Parameter place: where rows are sent now; a report of another place is refused.
    package init(path: String, place: Place? = nil) throws(Failure) {
        self.place = place
        descriptor = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        do throws(Failure) {
            let contents = try Self.read(descriptor, place)
            (earlier, lastWords) = (contents.entries, contents.lastWords)
        } catch {
            (earlier, lastWords) = ([:], [:])
            throw error
        }
    }

    /// What it holds so far, once nobody else can add to it.
    private static func read(_ descriptor: Int32, _ place: Place?) throws(Failure) -> Contents {
        guard descriptor >= 0 else { throw Failure(description: "cannot be opened: \(SystemError("open"))") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw Failure(description: "is being written by another import")
        }
        let bytes: [UInt8]
        do throws(SmallFile.Failure) {
            bytes = try SmallFile.bytes(of: descriptor, limit: largest)
        } catch {
            throw Failure(description: "cannot be read: \(error)")
        }
        let contents = try checked(bytes, place)
        // What was cut off stays what it is: a line of its own.
        if let last = bytes.last, last != 0x0a {
            do throws(SystemError) { try WholeFile.write([0x0a], to: descriptor) } catch {
                throw Failure(description: "cannot be written: \(error)")
            }
        }
        return contents
    }

    private static func checked(_ bytes: [UInt8], _ place: Place?) throws(Failure) -> Contents {
        guard let contents = parse(bytes) else {
            throw Failure(description: "is not the report of an import; name another with --report")
        }
        if let place, let other = contents.places.first(where: { $0.isOther(than: place) }) {
            let mode = other.mode.map { ", \($0)" } ?? ""
            throw Failure(
                description:
                    "tells of rows that went to another gateway (\(other.base)\(mode)); name another with --report")
        }
        return contents
    }

    /// The last words of a report that stays as it is, for an import that sends nothing; none when there is no such file.
    package static func look(_ path: String, at place: Place) throws(Failure) -> [Entry] {
        let bytes: [UInt8]?
        do throws(SmallFile.Failure) {
            bytes = try SmallFile.bytes(path, limit: largest)
        } catch {
            throw Failure(description: "cannot be read: \(error)")
        }
        guard let bytes else { return [] }
        return Array(try checked(bytes, place).entries.values)
    }

    deinit {
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        // A program that is being started just now has the descriptor too for a moment, and the lock with it.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    private static let largest = 1 << 30

    private struct Contents {
        var entries: [String: Entry] = [:]
        var lastWords: [[Int]: Entry] = [:]
        var places: [Place] = []
    }

    /// How every report begins.
    package static let beginning = Array(#"{"row":"#.utf8)

    /// The last words of a report on each key, as far as they are of rows that went to this place.
    /// - Returns: nil when the bytes are no report.
    package static func words(of bytes: [UInt8], at place: Place) -> [Entry]? {
        parse(bytes, at: place).map { Array($0.entries.values) }
    }

    /// - Parameter place: where rows went that count; nil for all.
    /// - Returns: nil when the bytes are no report.
    private static func parse(_ bytes: [UInt8], at place: Place? = nil) -> Contents? {
        guard bytes.prefix(beginning.count).elementsEqual(beginning.prefix(bytes.count)) else { return nil }
        var contents = Contents()
        var reader = NDJSONReader(limits: ReadLimits(rows: .max))
        let take = { (item: ReadItem<NDJSONReader.Row>) in
            guard case .row(let row) = item, let entry = Entry(row.object) else { return }
            let went = Place(row.object)
            if let place, went?.isOther(than: place) ?? true { return }
            if let key = entry.key { contents.entries[key] = entry }
            contents.lastWords[[entry.line, entry.row]] = entry
            if let went, !contents.places.contains(went) { contents.places.append(went) }
        }
        reader.feed(bytes[...], take)
        reader.finish(take)
        return contents
    }

    /// Writes an entry's line.
    package func append(_ entry: Entry) throws(SystemError) {
        var object = entry.object
        if let place {
            object["gateway"] = .string(place.base)
            object["mode"] = place.mode.map { .string($0) }
        }
        try WholeFile.write(JSON.object(object).encoded + [0x0a], to: descriptor)
    }

    /// The same for a row that is not sent, unless the last word on its line is the same already.
    package func appendOnce(_ entry: Entry) throws(SystemError) {
        if let last = lastWords[[entry.line, entry.row]],
            (last.name, last.outcome, last.problem) == (entry.name, entry.outcome, entry.problem)
        {
            return
        }
        try append(entry)
    }
}
