/// Gathers one VTIMEZONE. One that is broken, or that has no name, is none: who names it hears that it is not known.
struct ICSZoneBuilder: Sendable {
    private static let mostProperties = 64

    private let line: Int
    private var name: String?
    private var location: String?
    private var observances: [ICSZone.Observance] = []
    /// Those of the observance that is open.
    private var properties: [ICSProperty]?
    var isBroken = false

    init(line: Int = 0) { self.line = line }

    /// A component within the zone begins.
    mutating func begin(_ component: String, depth: Int) {
        guard depth == 3, component == "STANDARD" || component == "DAYLIGHT" else { return }
        guard observances.count < ICSZone.mostObservances else {
            isBroken = true
            return
        }
        properties = []
    }

    /// What is open within the zone ends.
    mutating func end() {
        if let properties { observances.append(ICSZone.Observance(properties: properties)) }
        properties = nil
    }

    mutating func take(_ property: ICSProperty, depth: Int) {
        if depth == 3, let count = properties?.count {
            if count < Self.mostProperties { properties?.append(property) } else { isBroken = true }
        } else if depth == 2 {
            if property.name == "TZID" { name = name ?? property.text }
            if property.name == "X-LIC-LOCATION" { location = location ?? property.text }
        }
    }

    /// The zone; nil when it cannot be used.
    var zone: ICSZone? {
        guard let name, !isBroken else { return nil }
        return ICSZone(name: name, line: line, location: location, observances: observances)
    }
}
