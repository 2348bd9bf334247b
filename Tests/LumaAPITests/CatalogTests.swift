import Core
import Testing

@testable import LumaAPI

struct CatalogTests {
    @Test func holdsTheFirstOperations() {
        let expected: Set<String> = [
            "users/get-self", "events/create", "events/get", "events/update", "events/cancel/request", "events/cancel",
            "calendars/get", "calendars/events/list", "events/ticket-types/list", "events/ticket-types/update",
            "events/ticket-types/create", "entities/lookup",
        ]
        #expect(expected.isSubset(of: Set(Catalog.operations.map(\.name))))
    }

    @Test func namesAndPathsAreUnique() {
        let operations = Catalog.operations
        #expect(Set(operations.map(\.name)).count == operations.count)
        let routes = operations.flatMap { operation in
            ([operation.path] + operation.legacyPaths).map { "\(operation.method.rawValue) \($0)" }
        }
        #expect(Set(routes).count == routes.count)
        let current = Set(operations.map(\.path))
        #expect(operations.flatMap(\.legacyPaths).allSatisfy { !current.contains($0) })
    }

    @Test(arguments: Catalog.operations.map(\.name))
    func rowIsConsistent(_ name: String) throws {
        let operation = try #require(Catalog[name])
        #expect(operation.path.hasPrefix("/v") && operation.path.hasSuffix("/\(name)"))
        #expect((operation.body != nil) == (operation.method == .post))
        #expect(operation.method == .post || operation.effects == [.reads])
        #expect(operation.method == .post || operation.repetition == .always)
        #expect(operation.effects.contains(.reads) != operation.effects.contains(.changes))
        // What changes something may be repeated only when it was surely not seen.
        #expect(!operation.effects.contains(.changes) || operation.repetition == .onlyIfUnseen)
        #expect(operation.summary.hasSuffix("."))
        #expect(!operation.isPaged || operation.answer.contains { $0.name == "next_cursor" })

        let inputs = operation.query.map(\.name) + (operation.body ?? []).map(\.name)
        for (old, new) in operation.legacy.inputNames {
            #expect(inputs.contains(new), "\(old) stands for \(new)")
            #expect(!inputs.contains(old))
        }
        let answers = operation.answer.map(\.name)
        #expect(operation.legacy.besideWrapper.allSatisfy(answers.contains))
        #expect(operation.legacy.renamedAnswer.keys.allSatisfy(answers.contains))
        #expect(operation.legacy.entryCopy == nil || answers.contains("entries"))

        for fields in [operation.query, operation.body ?? [], operation.answer] { expectSound(fields, in: name) }
    }

    /// No repeated member, no empty choice, no variant that declares its own discriminator.
    private func expectSound(_ fields: [SchemaField], in place: String) {
        #expect(Set(fields.map(\.name)).count == fields.count, "a member is repeated in \(place)")
        for field in fields { expectSound(field.schema, in: "\(place).\(field.name)") }
    }

    private func expectSound(_ schema: Schema, in place: String) {
        switch schema {
        case .enumeration(let values):
            #expect(!values.isEmpty && Set(values).count == values.count, "bad enumeration in \(place)")
        case .array(let element, _): expectSound(element, in: place)
        case .object(let fields): expectSound(fields, in: place)
        case .variants(let discriminator, let shapes):
            #expect(!shapes.isEmpty)
            for (name, fields) in shapes {
                #expect(!fields.contains { $0.name == discriminator })
                expectSound(fields, in: "\(place)(\(name))")
            }
        default: break
        }
    }

    @Test func routesCurrentAndLegacyPaths() throws {
        let current = try #require(Catalog.route(.post, "/v1/events/create"))
        #expect(current.operation.name == "events/create")
        #expect(!current.isLegacy)
        let legacy = try #require(Catalog.route(.get, "/v1/calendar/list-events"))
        #expect(legacy.operation.name == "calendars/events/list")
        #expect(legacy.isLegacy)
        #expect(Catalog.route(.get, "/v1/events/create") == nil)
        #expect(Catalog.route(.get, "/v1/events/create/") == nil)
        #expect(Catalog.methods(on: "/v1/events/create") == [.post])
        #expect(Catalog.methods(on: "/v1/nothing").isEmpty)
    }

    @Test func everyRowIsFoundByEachOfItsPaths() {
        for operation in Catalog.operations {
            for path in [operation.path] + operation.legacyPaths {
                let route = Catalog.route(operation.method, path)
                #expect(route?.operation.name == operation.name)
                #expect(route?.isLegacy == (path != operation.path))
            }
        }
    }
}
