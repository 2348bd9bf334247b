/// Reads the events of an iCalendar file (RFC 5545): unfolds its lines, follows its components, and gives each VEVENT of a
/// VCALENDAR with its properties. Other components, and those within an event, such as its alarms, are passed over.
///
/// A line that is no property makes its event a problem and leaves the rest readable. Components that do not close in
/// order, and a file that is no calendar, end the reading.
public struct ICSReader: Sendable {
    /// One VEVENT.
    public struct Event: Sendable, Equatable {
        /// The line of its BEGIN.
        public let line: Int
        /// The zone that the calendar names as its own (X-WR-TIMEZONE, which all big calendars write).
        public let calendarZone: String?
        /// In order.
        public let properties: [ICSProperty]

        /// The first property of this name, in capitals.
        public subscript(name: String) -> ICSProperty? { properties.first { $0.name == name } }
    }

    /// Far more than calendar, event and alarm.
    private static let deepest = 8

    private let limits: ReadLimits
    private var splitter: LineSplitter
    /// The line that is being unfolded, and the number of its first part.
    private var folded: (line: Int, bytes: [UInt8], isTooLong: Bool)?
    private var open: [String] = []
    private var calendarZone: String?
    private var hasCalendar = false
    private var event: (line: Int, properties: [ICSProperty], bytes: Int, problem: ReadProblem?)?
    private var rows = 0
    private var isOver = false

    /// A reader at the beginning of a file.
    public init(limits: ReadLimits = ReadLimits()) {
        self.limits = limits
        splitter = LineSplitter(maxBytes: limits.fieldBytes)
    }

    /// Takes the next bytes of the file, cut anywhere.
    public mutating func feed(_ bytes: ArraySlice<UInt8>, _ deliver: (ReadItem<Event>) -> Void) {
        var lines: [(Int, LineSplitter.Item)] = []
        splitter.feed(bytes) { lines.append(($0, $1)) }
        for (line, item) in lines { unfold(line, item, deliver) }
    }

    /// The end of the file.
    public mutating func finish(_ deliver: (ReadItem<Event>) -> Void) {
        var lines: [(Int, LineSplitter.Item)] = []
        splitter.finish { lines.append(($0, $1)) }
        for (line, item) in lines { unfold(line, item, deliver) }
        endLine(deliver)
        guard !isOver else { return }
        if let last = open.last {
            fail(event?.line ?? lines.last?.0 ?? 1, "the file ends within \(Self.shown(last))", deliver)
        } else if !hasCalendar {
            fail(1, "is not an iCalendar file: it has no BEGIN:VCALENDAR", deliver)
        }
        isOver = true
    }

    /// A line that begins with a space or a tab goes on with the one before (RFC 5545 §3.1). Bytes are joined and not
    /// characters: a fold may cut one in two.
    private mutating func unfold(_ line: Int, _ item: LineSplitter.Item, _ deliver: (ReadItem<Event>) -> Void) {
        guard !isOver else { return }
        guard case .line(let bytes) = item else {
            endLine(deliver)
            folded = (line, [], true)
            return
        }
        guard let first = bytes.first, first == 0x20 || first == 0x09, folded != nil else {
            endLine(deliver)
            folded = (line, bytes, false)
            return
        }
        if let gathered = folded, gathered.bytes.count + bytes.count > limits.fieldBytes {
            folded = (gathered.line, [], true)
        } else if folded?.isTooLong == false {
            folded?.bytes += bytes.dropFirst()
        }
    }

    private mutating func endLine(_ deliver: (ReadItem<Event>) -> Void) {
        guard let (line, bytes, isTooLong) = folded, !isOver else { return }
        folded = nil
        if isTooLong { return complain(line, "is longer than \(limits.fieldBytes) bytes", deliver) }
        if bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { return }
        guard let property = ICSProperty(bytes) else {
            return complain(line, "is not a property: NAME:VALUE in UTF-8", deliver)
        }
        switch property.name {
        case "BEGIN": begin(property.value, line, deliver)
        case "END": end(property.value, line, deliver)
        case _ where open.isEmpty: fail(line, "stands outside of BEGIN:VCALENDAR", deliver)
        case "X-WR-TIMEZONE" where open.count == 1: calendarZone = property.text
        default: if open.count == 2, event != nil { take(property, line, bytes.count) }
        }
    }

    private mutating func begin(_ value: String, _ line: Int, _ deliver: (ReadItem<Event>) -> Void) {
        let name = value.uppercased()
        if open.isEmpty {
            guard name == "VCALENDAR" else { return fail(line, "must begin with BEGIN:VCALENDAR", deliver) }
            hasCalendar = true
            calendarZone = nil
        }
        guard open.count < Self.deepest else { return fail(line, "components are nested too deep", deliver) }
        open.append(name)
        guard open.count == 2, name == "VEVENT" else { return }
        rows += 1
        guard rows <= limits.rows else { return fail(line, limits.tooManyRows, deliver) }
        event = (line, [], 0, nil)
    }

    private mutating func end(_ value: String, _ line: Int, _ deliver: (ReadItem<Event>) -> Void) {
        guard let name = open.popLast(), name == value.uppercased() else {
            return fail(line, "END:\(Self.shown(value)) closes nothing that is open", deliver)
        }
        guard open.count == 1, let ended = event else { return }
        event = nil
        if let problem = ended.problem { return deliver(.problem(problem)) }
        deliver(.row(Event(line: ended.line, calendarZone: calendarZone, properties: ended.properties)))
    }

    private mutating func take(_ property: ICSProperty, _ line: Int, _ bytes: Int) {
        guard let event, event.problem == nil else { return }
        if event.properties.count >= limits.fields {
            self.event?.problem = ReadProblem(line: event.line, "has more than \(limits.fields) properties")
        } else if event.bytes + bytes > limits.rowBytes {
            self.event?.problem = ReadProblem(line: event.line, "is longer than \(limits.rowBytes) bytes")
        } else {
            self.event?.properties.append(property)
            self.event?.bytes += bytes
        }
    }

    /// What is wrong within an event is that event's problem; elsewhere it says that this is no calendar, or does not matter.
    private mutating func complain(_ line: Int, _ text: String, _ deliver: (ReadItem<Event>) -> Void) {
        if event != nil {
            if event?.problem == nil { event?.problem = ReadProblem(line: line, text) }
        } else if open.isEmpty {
            fail(line, hasCalendar ? text : "is not an iCalendar file: it must begin with BEGIN:VCALENDAR", deliver)
        }
    }

    private mutating func fail(_ line: Int, _ text: String, _ deliver: (ReadItem<Event>) -> Void) {
        guard !isOver else { return }
        isOver = true
        deliver(.problem(ReadProblem(line: line, text, isFatal: true)))
    }

    private static func shown(_ text: String) -> String { text.count <= 40 ? text : text.prefix(40) + "…" }
}
