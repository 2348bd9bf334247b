/// Reads the events of an iCalendar file (RFC 5545): unfolds its lines, follows its components, and gives each VEVENT of a
/// VCALENDAR with its own properties. What a component within another says, such as an alarm, is never taken for the other's.
///
/// Zones may stand behind the events that name them, so `calendars` is whole only after `finish`.
///
/// A line that is no property, and a component that is not closed, are problems of their event and leave the rest readable. What
/// stands outside of a calendar, and a file that is none or that was cut off, end the reading.
public struct ICSReader: Sendable {
    /// One VEVENT.
    public struct Event: Sendable, Equatable {
        /// The line of its BEGIN.
        public let line: Int
        /// Whose it is: an index of `ICSReader.calendars`.
        public let calendar: Int
        /// In order, those of its alarms not among them.
        public internal(set) var properties: [ICSProperty] = []
        /// Lines of it that cannot be read.
        public internal(set) var problems: [ReadProblem] = []
        /// The components within it by their names, such as VALARM.
        public internal(set) var parts: [String] = []

        /// The first property of this name, in capitals.
        public subscript(name: String) -> ICSProperty? { properties.first { $0.name == name } }
    }

    /// Far more than calendar, event and alarm.
    private static let deepest = 8
    private static let maxHeadProperties = 256
    private static let maxZones = 256
    private static let maxCalendars = 10_000
    private static let maxProblems = 10
    /// Components of one event that are named.
    private static let maxParts = 256

    private let limits: ReadLimits
    private var splitter: LineSplitter
    /// The line that is being unfolded, and the number of its first part.
    private var folded: (line: Int, bytes: [UInt8], isTooLong: Bool)?
    private var open: [String] = []
    private var event: Event?
    private var eventBytes = 0
    private var zone = ICSZoneBuilder()
    private var rows = 0
    private var isOver = false

    /// The calendars of the file so far.
    public private(set) var calendars: [ICSCalendarHead] = []

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
        } else if calendars.isEmpty {
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
        // Nothing else may hold the octets while they grow, or each fold would copy them all.
        if let (first, count) = folded.map({ ($0.line, $0.bytes.count) }), count + bytes.count > limits.fieldBytes {
            folded = (first, [], true)
        } else if folded?.isTooLong == false {
            folded?.bytes += bytes.dropFirst()
        }
    }

    private mutating func endLine(_ deliver: (ReadItem<Event>) -> Void) {
        guard let (line, bytes, isTooLong) = folded, !isOver else { return }
        folded = nil
        if isTooLong { return complain(line, "is longer than \(limits.fieldBytes) bytes", deliver) }
        if bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { return }
        // What old programs of DOS end a file with.
        if open.isEmpty, bytes.allSatisfy({ $0 <= 0x20 }) { return }
        guard let property = ICSProperty(bytes, line: line) else {
            return complain(line, "is not a property: NAME:VALUE in UTF-8", deliver)
        }
        switch property.name {
        case "BEGIN": begin(property.value, line, deliver)
        case "END": end(property.value, line, deliver)
        case _ where open.isEmpty: fail(line, "stands outside of BEGIN:VCALENDAR", deliver)
        default: take(property, bytes.count, deliver)
        }
    }

    // MARK: Components

    private mutating func begin(_ value: String, _ line: Int, _ deliver: (ReadItem<Event>) -> Void) {
        let name = Self.componentName(value)
        if open.isEmpty {
            guard name == "VCALENDAR" else { return fail(line, "must begin with BEGIN:VCALENDAR", deliver) }
            guard calendars.count < Self.maxCalendars else {
                return fail(line, "the file has more than \(Self.maxCalendars) calendars; split it", deliver)
            }
            calendars.append(ICSCalendarHead(line: line))
        } else if name == "VCALENDAR" {
            return fail(line, "BEGIN:VCALENDAR stands within \(Self.shown(open.last ?? ""))", deliver)
        }
        // No event is a part of anything but a calendar: what is still open has lost its end.
        if name == "VEVENT" { closeOpen(line, deliver) }
        guard open.count < Self.deepest else { return fail(line, "components are nested too deep", deliver) }
        open.append(name)
        guard open.count == 2 else {
            if open.count == 3, let parts = event?.parts.count, parts < Self.maxParts { event?.parts.append(name) }
            return zone.begin(name, depth: open.count, line: line)
        }
        if name == "VTIMEZONE" { zone = ICSZoneBuilder(line: line) }
        guard name == "VEVENT" else { return }
        rows += 1
        guard rows <= limits.rows else { return fail(line, limits.tooManyRows, deliver) }
        event = Event(line: line, calendar: calendars.count - 1)
        eventBytes = 0
    }

    private mutating func end(_ value: String, _ line: Int, _ deliver: (ReadItem<Event>) -> Void) {
        let name = Self.componentName(value)
        guard open.contains(name) else {
            if open.isEmpty || event == nil {
                return fail(line, "END:\(Self.shown(value)) closes nothing that is open", deliver)
            }
            return complain(line, "END:\(Self.shown(value)) closes nothing that is open", deliver)
        }
        while let last = open.last, last != name { close(last, line, isComplete: false, deliver) }
        close(name, line, isComplete: true, deliver)
    }

    /// Closes what is open within the calendar.
    private mutating func closeOpen(_ line: Int, _ deliver: (ReadItem<Event>) -> Void) {
        while open.count > 1, let last = open.last { close(last, line, isComplete: false, deliver) }
    }

    private mutating func close(_ name: String, _ line: Int, isComplete: Bool, _ deliver: (ReadItem<Event>) -> Void) {
        if !isComplete { complain(line, "stands where END:\(Self.shown(name)) is missing", deliver) }
        open.removeLast()
        if open.count == 2, event == nil { zone.end() }
        guard open.count == 1 else { return }
        if let ended = event {
            event = nil
            deliver(.row(ended))
        } else if name == "VTIMEZONE", let made = zone.zone, let last = calendars.indices.last,
            calendars[last].zones.count < Self.maxZones, calendars[last].zone(named: made.name) == nil
        {
            calendars[last].zones.append(made)
        }
    }

    private mutating func take(_ property: ICSProperty, _ bytes: Int, _ deliver: (ReadItem<Event>) -> Void) {
        if open.count == 1, let last = calendars.indices.last {
            if property.name == "VERSION", property.value.hasPrefix("1.") {
                return fail(
                    property.line,
                    "is a vCalendar \(Self.shown(property.value)) file, of before iCalendar; save it as iCalendar (VERSION:2.0)",
                    deliver)
            }
            if calendars[last].properties.count < Self.maxHeadProperties {
                calendars[last].properties.append(property)
            }
        } else if event == nil {
            if open.count > 1, open[1] == "VTIMEZONE" { zone.take(property, depth: open.count) }
        } else if open.count == 2 {
            takeIntoEvent(property, bytes)
        }
    }

    private mutating func takeIntoEvent(_ property: ICSProperty, _ bytes: Int) {
        guard let event, event.problems.count < Self.maxProblems else { return }
        if event.properties.count >= limits.fields {
            tell(ReadProblem(line: event.line, "has more than \(limits.fields) properties"))
        } else if eventBytes + bytes > limits.rowBytes {
            tell(ReadProblem(line: event.line, "is longer than \(limits.rowBytes) bytes"))
        } else {
            self.event?.properties.append(property)
            eventBytes += bytes
        }
    }

    // MARK: Problems

    /// What is wrong within an event is that event's problem; elsewhere it says that this is no calendar, or does not matter.
    private mutating func complain(_ line: Int, _ text: String, _ deliver: (ReadItem<Event>) -> Void) {
        if event != nil {
            tell(ReadProblem(line: line, text))
        } else if open.isEmpty {
            let isCalendar = !calendars.isEmpty
            fail(line, isCalendar ? text : "is not an iCalendar file: it must begin with BEGIN:VCALENDAR", deliver)
        } else if open.count > 1, open[1] == "VTIMEZONE" {
            zone.fail(line, text)
        }
    }

    private mutating func tell(_ problem: ReadProblem) {
        guard let known = event?.problems, known.count < Self.maxProblems, !known.contains(problem) else { return }
        event?.problems.append(problem)
    }

    private mutating func fail(_ line: Int, _ text: String, _ deliver: (ReadItem<Event>) -> Void) {
        guard !isOver else { return }
        isOver = true
        deliver(.problem(ReadProblem(line: line, text, isFatal: true)))
    }

    private static func componentName(_ value: String) -> String {
        String(value.uppercased().reversed().drop { $0 == " " }.reversed())
    }

    private static func shown(_ text: String) -> String { text.count <= 40 ? text : text.prefix(40) + "…" }
}

/// What a VCALENDAR says beside its events.
public struct ICSCalendarHead: Sendable, Equatable {
    /// The line of its BEGIN.
    public let line: Int
    /// Its own properties, such as METHOD and X-WR-TIMEZONE, in order.
    public internal(set) var properties: [ICSProperty] = []
    /// The zones that it defines, which may stand before or behind the events that name them.
    public internal(set) var zones: [ICSZone] = []

    init(line: Int) { self.line = line }

    /// The first property of this name, in capitals.
    public subscript(name: String) -> ICSProperty? { properties.first { $0.name == name } }

    /// What the calendar is about, in capitals (RFC 5546 §1.4); nil for one that is no message.
    public var method: String? { self["METHOD"].map { $0.value.uppercased() } }
    /// The zone that the calendar names as its own; all big calendars write it.
    public var zone: String? { self["X-WR-TIMEZONE"].map(\.text).flatMap { $0.isEmpty ? nil : $0 } }
    /// The definition of the zone of this name.
    public func zone(named name: String) -> ICSZone? { zones.first { $0.name == name } }
}
