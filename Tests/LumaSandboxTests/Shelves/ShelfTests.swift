import Core
import LumaAPI
import Testing

@testable import LumaSandbox

/// A sandbox with a shelf of its own: labels of the calendar, which no row of Luma's is about.
private struct Labels {
    static let shelf = Shelf(
        "labels/", noun: "label", key: "label_id",
        fields: [
            SchemaField("id", .id(prefix: "label-"), required: true), SchemaField("name", .string(), required: true),
            SchemaField("color", .string(), required: true, nullable: true),
        ], defaults: ["color": "red"], unique: "name", capacity: 3,
        rules: [
            Shelf.Rule { (_, label) throws(Refusal) in
                if label["color"] == "no" { throw Refusal.invalid("No such colour.") }
            }
        ])

    private static let words = [SchemaField("name", .string()), SchemaField("color", .string(), nullable: true)]
    private static let named = [SchemaField("label_id", .string(), required: true)]

    var sandbox: Sandbox

    init(_ configuration: SandboxConfiguration = SandboxConfiguration()) { sandbox = Sandbox(configuration) }

    mutating func list() -> JSON {
        perform(
            Self.shelf.list, query: [],
            answer: [SchemaField("entries", .array(of: .any)), SchemaField("has_more", .boolean)], JSONObject())
    }

    mutating func get(_ input: JSONObject) -> JSON {
        perform(Self.shelf.get, query: Self.named, answer: Self.shelf.fields, input)
    }

    /// Its row answers the id only, as some of Luma's do.
    mutating func create(_ input: JSONObject) -> JSON {
        perform(
            Self.shelf.create, body: Self.words, answer: [SchemaField("id", .id(prefix: "label-"))], input)
    }

    mutating func update(_ input: JSONObject) -> JSON {
        perform(Self.shelf.update, body: Self.named + Self.words, input)
    }

    mutating func delete(_ input: JSONObject) -> JSON { perform(Self.shelf.delete, body: Self.named, input) }

    /// The answer; of a refusal its status and message as one text.
    private mutating func perform(
        _ behaviour: Behaviour, query: [SchemaField] = [], body: [SchemaField]? = nil, answer: [SchemaField] = [],
        _ input: JSONObject
    ) -> JSON {
        let operation = LumaAPI.Operation(
            "labels", body == nil ? .get : .post, "/v1/labels", query: query, body: body, answer: answer,
            effects: [.changes], summary: "")
        let call = Sandbox.Call(
            operation: operation, query: body == nil ? input : JSONObject(), body: body == nil ? JSONObject() : input,
            now: Timestamp(milliseconds: 0))
        do throws(Refusal) {
            return try behaviour(&sandbox, call)
        } catch {
            return .string("\(error.status) \(error.message)")
        }
    }

    mutating func names() -> [String] {
        (list()["entries"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
    }
}

/// All behaviours of a shelf.
struct ShelfTests {
    /// A shelf does what there are rows for, by their names, and a line of the table comes before it.
    @Test func aShelfServesTheOperationsOfItsPath() {
        func names(_ path: String) -> [String] {
            Shelf(path, key: "id", fields: []).behaviours.map(\.0)
        }
        #expect(names("events/coupons/") == ["events/coupons/list", "events/coupons/create"])
        #expect(names("events/ticket-types/").contains("events/ticket-types/update") && names("labels/").isEmpty)
        #expect(Shelf.all.allSatisfy { !$0.behaviours.isEmpty && !$0.idPrefix.isEmpty })
        #expect(Set(Shelf.all.map(\.name)).count == Shelf.all.count)
        #expect(
            Shelf.all.first?.name == "coupons" && Shelf("a/b/", named: "c", key: "", fields: []).name == "c")
    }

    /// What is not said of a shelf is what its list says.
    @Test func aShelfIsOfWhatItsListShows() throws {
        let shelf = Shelf("events/ticket-types/", key: "event_ticket_type_id")
        #expect(shelf.noun == "ticket type" && shelf.parent == "event_id" && shelf.idPrefix == "ttype-")
        #expect(shelf.fields.map(\.name) == Shapes.ticketType.map(\.name) && shelf.unique == nil)
        #expect(Labels.shelf.parent == nil)
    }

    /// What names a thing and is not its id is one thing's alone.
    @Test func aNameIsUnique() {
        func unique(_ key: String) -> String? {
            Shelf("x/", key: key, fields: .optional("id", "code", as: .string())).unique
        }
        #expect(unique("code") == "code" && unique("x_id") == nil)
        #expect(Labels.shelf.unique == "name" && Labels.shelf.shownKey == "id")
    }

    /// What an input holds in an object of its own are members of the thing, unless the thing has that object.
    @Test func anObjectThatNoThingHasStandsForItsMembers() {
        func values(_ fields: [SchemaField]) -> JSONObject {
            let operation = LumaAPI.Operation(
                "x", .post, body: .optional("size", "name", as: .any), effects: [.changes], summary: "")
            let input: JSONObject = ["size": ["width": 2, "depth": 3], "name": "One", "other": ["width": 4]]
            return Shelf("x/", key: "id", fields: fields).values(of: input, operation)
        }
        #expect(values(.optional("name", "width", as: .any)) == ["name": "One", "width": 2])
        #expect(values(.optional("size", "width", as: .any)) == ["size": ["width": 2, "depth": 3]])
    }

    @Test func aThingLivesFromItsMakingToItsEnd() throws {
        var labels = Labels()
        let made = labels.create(["name": "One", "unheard_of": 1])
        let id = try #require(made["id"])
        #expect(made == ["id": id])
        let first = labels.get(["label_id": id])
        #expect(first == ["id": id, "name": "One", "color": "red"])

        let cleared = labels.update(["label_id": id, "color": nil])
        #expect(cleared == [:])
        // Its own name is not taken by another thing.
        let renamed = labels.update(["label_id": id, "name": "ONE"])
        #expect(renamed == [:])
        let second = labels.get(["label_id": id])
        #expect(second == ["id": id, "name": "ONE", "color": nil])

        _ = labels.create(["name": "Two"])
        let all = labels.list()
        #expect(all["has_more"] == false)
        #expect(all["entries"]?.arrayValue?.map { $0["name"]?.stringValue } == ["ONE", "Two"])
        let weight = labels.sandbox.state.weight
        let deleted = labels.delete(["label_id": id])
        #expect(deleted == [:])
        let rest = labels.names()
        #expect(rest == ["Two"])
        #expect(labels.sandbox.state.weight < weight && labels.sandbox.state.weight > 0)
    }

    @Test func whatIsWrongIsRefusedAndChangesNothing() throws {
        var labels = Labels()
        let one = try #require(labels.create(["name": "One"])["id"])
        _ = labels.create(["name": "Two"])
        let before = labels.sandbox.state.shelves
        let unknown: JSONObject = ["label_id": "label-none"]
        let taken: JSON = "400 A label with this name already exists."
        let outcomes: [(JSON, JSON)] = [
            (labels.get(unknown), "404 Label not found."), (labels.update(unknown), "404 Label not found."),
            (labels.delete(unknown), "404 Label not found."), (labels.create(["name": "one"]), taken),
            (labels.update(["label_id": one, "name": "TWO"]), taken),
            (labels.create(["name": "Three", "color": "no"]), "400 No such colour."),
            (labels.update(["label_id": one, "color": "no"]), "400 No such colour."),
        ]
        for (outcome, expected) in outcomes { #expect(outcome == expected) }
        #expect(labels.sandbox.state.shelves == before)
    }

    @Test func aShelfIsBoundedInThings() {
        var labels = Labels()
        for name in ["a", "b", "c"] { _ = labels.create(["name": .string(name)]) }
        let outcome = labels.create(["name": "d"])
        #expect(outcome == "400 The sandbox holds at most 3 labels.")
        let names = labels.names()
        #expect(names == ["a", "b", "c"])
    }

    @Test func aShelfIsBoundedInBytes() throws {
        var labels = Labels(SandboxConfiguration(maxStateBytes: 400))
        func long(_ letter: String, _ count: Int = 300) -> JSON { .string(String(repeating: letter, count: count)) }
        let id = try #require(labels.create(["name": long("x")])["id"])
        let more = labels.create(["name": long("y")])
        #expect(more.stringValue?.contains("400 bytes") == true)
        let longer = labels.update(["label_id": id, "name": long("z", 500)])
        #expect(longer.stringValue?.contains("400 bytes") == true)
        _ = labels.delete(["label_id": id])
        #expect(labels.sandbox.state.weight == 0)
        #expect(labels.create(["name": long("y")])["id"] != nil)
    }
}
