import Core

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
