/// Gathers one VTIMEZONE. One that has no name is none; who names one that is broken hears why.
struct ICSZoneBuilder: Sendable {
    private static let mostProperties = 64

    private let line: Int
    private var name: String?
    private var location: String?
    private var observances: [ICSZone.Observance] = []
    /// Those of the observance that is open.
    private var properties: [ICSProperty]?
    private var fault: ReadProblem?

    init(line: Int = 0) { self.line = line }

    /// Notes why the zone cannot be used; what was first counts.
    mutating func fail(_ line: Int, _ text: String) { fault = fault ?? ReadProblem(line: line, text) }

    /// A component within the zone begins.
    mutating func begin(_ component: String, depth: Int, line: Int) {
        guard depth == 3, component == "STANDARD" || component == "DAYLIGHT" else { return }
        guard observances.count < ICSZone.mostObservances else {
            return fail(line, "a time zone has more than \(ICSZone.mostObservances) STANDARD and DAYLIGHT")
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
            guard count < Self.mostProperties else {
                return fail(property.line, "a part of a time zone has more than \(Self.mostProperties) properties")
            }
            properties?.append(property)
        } else if depth == 2 {
            if property.name == "TZID" { name = name ?? property.text }
            if property.name == "X-LIC-LOCATION" { location = location ?? property.text }
        }
    }

    /// The zone; nil when it has no name.
    var zone: ICSZone? {
        name.map {
            ICSZone(
                name: $0, line: line, location: location, observances: fault == nil ? observances : [], fault: fault)
        }
    }
}
