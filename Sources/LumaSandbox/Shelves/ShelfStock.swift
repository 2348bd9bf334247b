import Core

/// The things on all shelves, by shelf and owner, each owner's in the order of their making.
struct ShelfStock: Sendable, Equatable {
    struct Thing: Sendable, Equatable {
        /// Its place in the order of making on its shelf.
        let number: Int
        var values: JSONObject

        var id: String { values["id"]?.stringValue ?? "" }
    }

    private var shelves: [String: [String: [Thing]]] = [:]
    /// The number of the newest thing that was ever made.
    private(set) var made = 0
    /// Bytes of all things, for the bound on the state.
    private(set) var weight = 0

    static func weight(of values: JSONObject) -> Int { JSON.object(values).encoded.count }

    func things(of owner: String, on shelf: String) -> [Thing] { shelves[shelf]?[owner] ?? [] }

    func count(on shelf: String) -> Int { shelves[shelf]?.values.reduce(0) { $0 + $1.count } ?? 0 }

    /// All things of a shelf with their owners, in the order of their making.
    func all(on shelf: String) -> [(owner: String, thing: Thing)] {
        (shelves[shelf] ?? [:]).flatMap { owner, things in things.map { (owner: owner, thing: $0) } }
            .sorted { $0.thing.number < $1.thing.number }
    }

    mutating func add(_ values: JSONObject, for owner: String, on shelf: String) {
        add(Thing(number: made + 1, values: values), for: owner, on: shelf)
    }

    /// Adds a thing with the number that it had; things come in the order of their numbers.
    mutating func add(_ thing: Thing, for owner: String, on shelf: String) {
        made = max(made, thing.number)
        weight += Self.weight(of: thing.values)
        shelves[shelf, default: [:]][owner, default: []].append(thing)
    }

    /// Gives the thing of this number other values.
    mutating func put(_ values: JSONObject, in number: Int, for owner: String, on shelf: String) {
        guard let index = things(of: owner, on: shelf).firstIndex(where: { $0.number == number }) else { return }
        let old = things(of: owner, on: shelf)[index].values
        weight += Self.weight(of: values) - Self.weight(of: old)
        shelves[shelf]?[owner]?[index].values = values
    }

    mutating func remove(_ number: Int, for owner: String, on shelf: String) {
        guard let index = things(of: owner, on: shelf).firstIndex(where: { $0.number == number }) else { return }
        weight -= Self.weight(of: things(of: owner, on: shelf)[index].values)
        shelves[shelf]?[owner]?.remove(at: index)
    }

    /// Takes everything of this owner off all shelves.
    mutating func removeAll(of owner: String) {
        for shelf in shelves.keys {
            let things = shelves[shelf]?.removeValue(forKey: owner) ?? []
            weight -= things.reduce(0) { $0 + Self.weight(of: $1.values) }
        }
    }
}

extension ShelfStock {
    /// The things of one shelf as a snapshot holds them.
    func saved(_ shelf: Shelf) -> JSON {
        .array(
            all(on: shelf.name).map { owner, thing in
                ["owner": .string(owner), "number": .number(thing.number), "values": .object(thing.values)]
            })
    }
}

extension SandboxState {
    /// Takes up what `saved` wrote; its form was checked before. A snapshot from before there was the shelf has nothing.
    mutating func takeUp(_ shelf: Shelf, _ saved: JSON?) throws(SnapshotError) {
        let things = saved?.arrayValue ?? []
        guard things.count <= shelf.capacity else {
            throw SnapshotError("shelves.\(shelf.name) holds more than \(shelf.capacity)")
        }
        var ids: Set<String> = []
        var last = 0
        for (index, saved) in things.enumerated() {
            let place = "shelves.\(shelf.name)[\(index)]"
            let owner = saved["owner"]?.stringValue ?? ""
            guard shelf.parent == nil ? owner == calendarId : events[owner] != nil else {
                throw SnapshotError("\(place) belongs to nothing")
            }
            let values = saved["values"]?.objectValue ?? JSONObject()
            let number = saved["number"]?.wholeValue ?? 0
            guard number > last, ids.insert(values["id"]?.stringValue ?? "").inserted else {
                throw SnapshotError("\(place) repeats an id or a number")
            }
            last = number
            shelves.add(ShelfStock.Thing(number: number, values: values), for: owner, on: shelf.name)
        }
    }
}
