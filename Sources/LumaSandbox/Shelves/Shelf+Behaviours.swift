import Core
import LumaAPI

/// What operations on a shelf do.
extension Shelf {
    /// What its operations do, by their names: those of its path that there are.
    var behaviours: [(String, Behaviour)] {
        [("list", list), ("get", get), ("create", create), ("update", update), ("delete", delete)]
            .map { (path + $0, $1) }.filter { name, _ in Catalog[name] != nil }
    }

    /// Lists the things of one owner, the oldest first; in pages where the row has them.
    var list: Behaviour {
        return { [self] (sandbox, call) throws(Refusal) in try listed(in: sandbox, call) }
    }

    /// Answers one thing.
    var get: Behaviour {
        return { [self] (sandbox, call) throws(Refusal) in shown(try find(in: sandbox, call).values, call) }
    }

    /// Makes a thing and answers as much of it as the row's answer has.
    var create: Behaviour {
        return { [self] (sandbox, call) throws(Refusal) in try make(in: &sandbox, call) }
    }

    /// Changes the members that are given and that the row knows; others stay.
    var update: Behaviour {
        return { [self] (sandbox, call) throws(Refusal) in try change(in: &sandbox, call) }
    }

    /// Removes a thing.
    var delete: Behaviour {
        return { [self] (sandbox, call) throws(Refusal) in try remove(in: &sandbox, call) }
    }

    private func listed(in sandbox: Sandbox, _ call: Sandbox.Call) throws(Refusal) -> JSON {
        let things = sandbox.state.shelves.things(of: try owner(in: sandbox, call), on: name)
        if call.operation.isPaged {
            return try ListOrder(column: "number").page(
                of: things, call.query, place: { ListOrder.Place(value: Self.padded($0.number), id: $0.id) },
                answer: { JSON.object($0.values) })
        }
        var answer: JSONObject = ["entries": .array(things.map { JSON.object($0.values) })]
        if call.operation.answer.contains(where: { $0.name == "has_more" }) { answer["has_more"] = false }
        return .object(answer)
    }

    private func make(in sandbox: inout Sandbox, _ call: Sandbox.Call) throws(Refusal) -> JSON {
        let given = values(of: call.input, call.operation)
        try check(thing("", given), of: try event(in: sandbox, call))
        let owner = try owner(in: sandbox, call)
        try checkUnique(given, among: sandbox.state.shelves.things(of: owner, on: name))
        guard sandbox.state.shelves.count(on: name) < capacity else {
            throw .invalid("The sandbox holds at most \(capacity) \(name).")
        }
        // The id is drawn after the checks: what a client got wrong does not change the ids that follow.
        try sandbox.makeRoom(for: ShelfStock.weight(of: thing(idPrefix, given)))
        let id = sandbox.state.mint.id(idPrefix)
        let made = thing(id, given)
        sandbox.state.shelves.add(made, for: owner, on: name)
        sandbox.note(.other(call.operation.name, id), owner, call)
        return shown(made, call)
    }

    private func change(in sandbox: inout Sandbox, _ call: Sandbox.Call) throws(Refusal) -> JSON {
        let old = try find(in: sandbox, call)
        let owner = try owner(in: sandbox, call)
        var changed = old.values
        for (member, value) in values(of: call.input, call.operation).members where member != key {
            changed[member] = value
        }
        try check(changed, of: try event(in: sandbox, call))
        let others = sandbox.state.shelves.things(of: owner, on: name).filter { $0.number != old.number }
        try checkUnique(changed, among: others)
        try sandbox.makeRoom(for: ShelfStock.weight(of: changed) - ShelfStock.weight(of: old.values))
        sandbox.state.shelves.put(changed, in: old.number, for: owner, on: name)
        sandbox.note(.other(call.operation.name, old.id), owner, call)
        return shown(changed, call)
    }

    private func remove(in sandbox: inout Sandbox, _ call: Sandbox.Call) throws(Refusal) -> JSON {
        let old = try find(in: sandbox, call)
        let owner = try owner(in: sandbox, call)
        sandbox.state.shelves.remove(old.number, for: owner, on: name)
        sandbox.note(.other(call.operation.name, old.id), owner, call)
        return [:]
    }

    /// The members of a thing that the operation's answer has; none when the answer is empty.
    private func shown(_ thing: JSONObject, _ call: Sandbox.Call) -> JSON {
        let names = Set(call.operation.answer.map(\.name))
        return .object(JSONObject(thing.members.filter { names.contains($0.name) }))
    }

    /// The event that the input names; nil for things of the calendar.
    private func event(in sandbox: Sandbox, _ call: Sandbox.Call) throws(Refusal) -> EventRecord? {
        guard let parent else { return nil }
        return try sandbox.event(call.input[parent])
    }

    private func owner(in sandbox: Sandbox, _ call: Sandbox.Call) throws(Refusal) -> String {
        try event(in: sandbox, call)?.id ?? sandbox.state.calendarId
    }

    private func find(in sandbox: Sandbox, _ call: Sandbox.Call) throws(Refusal) -> ShelfStock.Thing {
        let things = sandbox.state.shelves.things(of: try owner(in: sandbox, call), on: name)
        let wanted = call.input[key]
        guard let thing = things.first(where: { isSame(shownKey, $0.values[shownKey], wanted) }) else {
            throw Refusal(status: 404, message: "\(noun.prefix(1).uppercased())\(noun.dropFirst()) not found.")
        }
        return thing
    }

    private func check(_ thing: JSONObject, of event: EventRecord?) throws(Refusal) {
        for rule in rules { try rule.check(event, thing) }
    }

    private func checkUnique(_ values: JSONObject, among others: [ShelfStock.Thing]) throws(Refusal) {
        guard let unique, others.contains(where: { isSame(unique, $0.values[unique], values[unique]) }) else { return }
        throw .invalid("A \(noun) with this \(unique) already exists.")
    }

    /// A number whose text sorts as it does.
    private static func padded(_ number: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, 19 - text.count)) + text
    }
}
