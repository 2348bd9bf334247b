import Core
import Foundation
import LumaAPI
import Testing

/// The folder that holds `luma/openapi-2026-06-13.json` and `luma/routes-2026-10-09.json`.
private let referenceFolder = ProcessInfo.processInfo.environment["LUMA_REFERENCE_DIR"]

/// The rows against a copy of Luma's own OpenAPI document, where one is at hand.
@Suite(.enabled(if: referenceFolder != nil, "LUMA_REFERENCE_DIR names the folder of the reference documents"))
struct ReferenceTests {
    /// Members that came after the document, by operation and place.
    private let later: [String: Set<String>] = [
        "events/create": [
            "location_visibility", "registration_open", "waitlist_status", "theme", "font", "ticket_types",
            "create_meeting",
        ],
        "events/update": [
            "location_visibility", "registration_open", "waitlist_status", "theme", "font", "suppress_email",
        ],
        "calendars/events/list": ["access"],
    ]
    /// Members of answers that the document promises and later answers left out.
    private let noLongerPromised: [String: Set<String>] = [
        "calendars/events/list": [
            "entries[].description", "entries[].description_md", "entries[].feedback_email", "entries[].meeting_url",
        ],
        "events/get": ["feedback_email", "meeting_url"],
    ]

    private func load(_ name: String) throws -> JSON {
        let folder = try #require(referenceFolder)
        let data = try Data(contentsOf: URL(fileURLWithPath: folder).appendingPathComponent("luma/\(name).json"))
        return try JSON.parse(Array(data))
    }

    private func oldPath(of operation: LumaAPI.Operation, in routes: JSON) -> String? {
        routes["routes"]?.arrayValue?.first { $0["path"]?.stringValue == operation.path }?["path_2026_06_13"]?
            .stringValue
    }

    @Test func routesAgree() throws {
        let routes = try #require(try load("routes-2026-10-09")["routes"]?.arrayValue)
        for operation in Catalog.operations {
            let route = routes.first {
                $0["path"]?.stringValue == operation.path && $0["method"]?.stringValue == operation.method.rawValue
            }
            #expect(route != nil, "\(operation.name) is no route of Luma's")
            #expect(route?["legacy"]?.stringValue == operation.legacyPaths.first, "legacy path of \(operation.name)")
        }
    }

    @Test func queriesAgree() throws {
        let (document, routes) = (try load("openapi-2026-06-13"), try load("routes-2026-10-09"))
        for operation in Catalog.operations where operation.method == .get {
            let path = try #require(oldPath(of: operation, in: routes))
            let parameters = try #require(document["paths"]?[path]?["get"]?["parameters"]?.arrayValue)
            let fields = operation.query.filter { later[operation.name]?.contains($0.name) != true }
            #expect(Set(fields.map(\.name)) == Set(parameters.compactMap { $0["name"]?.stringValue }))
            for field in fields {
                let parameter = try #require(parameters.first { $0["name"]?.stringValue == field.name })
                #expect(parameter["required"]?.boolValue == field.required, "\(operation.name)?\(field.name)")
                if let schema = parameter["schema"] {
                    compare(field.schema, schema, "\(operation.name)?\(field.name)", [])
                }
            }
        }
    }

    @Test func bodiesAgree() throws {
        let (document, routes) = (try load("openapi-2026-06-13"), try load("routes-2026-10-09"))
        for operation in Catalog.operations where operation.method == .post {
            let path = try #require(oldPath(of: operation, in: routes))
            let body = document["paths"]?[path]?["post"]?["requestBody"]?["content"]?["application/json"]?["schema"]
            let theirs = try #require(body)
            let fields = (operation.body ?? []).filter { later[operation.name]?.contains($0.name) != true }
            compare(.object(fields), theirs, operation.name, [], exact: true)
        }
    }

    @Test func answersAgree() throws {
        let (document, routes) = (try load("openapi-2026-06-13"), try load("routes-2026-10-09"))
        for operation in Catalog.operations {
            let path = try #require(oldPath(of: operation, in: routes))
            let verb = operation.method == .get ? "get" : "post"
            let answer = document["paths"]?[path]?[verb]?["responses"]?["200"]?["content"]?["application/json"]?[
                "schema"]
            compare(
                .object(operation.answer), try #require(answer), operation.name, noLongerPromised[operation.name] ?? [])
        }
    }

    /// Compares one of our schemas with theirs; `exact` demands the same member names, else ours may have more.
    private func compare(
        _ ours: Schema, _ theirs: JSON, _ place: String, _ dropped: Set<String>, exact: Bool = false
    ) {
        let theirs = Self.withoutNull(theirs)
        switch ours {
        case .object(let fields):
            compare(fields, Self.merged(theirs), place, dropped, exact: exact)
        case .array(let element, let count):
            #expect(theirs["type"]?.stringValue == "array", "\(place)")
            #expect(theirs["maxItems"]?.intValue == count?.upperBound, "\(place)")
            if let items = theirs["items"] { compare(element, items, place + "[]", dropped, exact: exact) }
        case .variants(let discriminator, let shapes):
            let alternatives = Self.alternatives(theirs)
            let names = alternatives.compactMap {
                Self.merged($0)["properties"]?[discriminator]?["const"]?.stringValue
            }
            #expect(Set(names) == Set(shapes.keys), "\(place)")
            for (name, alternative) in zip(names, alternatives) {
                let fields = [SchemaField(discriminator, .enumeration([name]), required: true)] + (shapes[name] ?? [])
                compare(fields, Self.merged(alternative), place, dropped, exact: exact)
            }
        case .enumeration(let values):
            let theirValues =
                theirs["enum"]?.arrayValue?.compactMap(\.stringValue)
                ?? theirs["const"]?.stringValue.map { [$0] }
            #expect(theirValues.map(Set.init) == Set(values), "\(place)")
        case .dateTime:
            #expect(theirs["format"]?.stringValue == "date-time", "\(place)")
        case .string(let length):
            #expect(theirs["type"]?.stringValue == "string", "\(place)")
            // A length from nothing on need not be said.
            #expect((theirs["minLength"]?.intValue ?? 0) == (length?.lowerBound ?? 0), "\(place)")
            #expect(theirs["maxLength"]?.intValue == length?.upperBound, "\(place)")
        case .id, .duration, .timeZone: #expect(theirs["type"]?.stringValue == "string", "\(place)")
        case .url: #expect(theirs["format"]?.stringValue == "uri", "\(place)")
        case .boolean: #expect(theirs["type"]?.stringValue == "boolean", "\(place)")
        case .number(let range):
            #expect(theirs["type"]?.stringValue == "number", "\(place)")
            #expect(theirs["minimum"]?.doubleValue == range?.lowerBound, "\(place)")
            // Without an end of theirs, ours is where numbers cease to be exact.
            let exact: Double? = range == nil ? nil : 9_007_199_254_740_991
            #expect((theirs["maximum"]?.doubleValue ?? exact) == range?.upperBound, "\(place)")
        case .integer(let range):
            #expect(theirs["type"]?.stringValue == "integer", "\(place)")
            #expect(theirs["minimum"]?.intValue == range?.lowerBound, "\(place)")
            #expect(theirs["maximum"]?.intValue == range?.upperBound, "\(place)")
        case .any: break
        }
    }

    private func compare(
        _ fields: [SchemaField], _ theirs: JSON, _ place: String, _ dropped: Set<String>, exact: Bool
    ) {
        let properties = theirs["properties"]?.objectValue?.members ?? []
        let required = Set(theirs["required"]?.arrayValue?.compactMap(\.stringValue) ?? [])
        if exact { #expect(Set(properties.map(\.name)) == Set(fields.map(\.name)), "members of \(place)") }
        for (name, schema) in properties {
            let inside = place.contains("[]") ? "entries[].\(name)" : name
            let isDropped = dropped.contains(inside)
            guard let field = fields.first(where: { $0.name == name }) else {
                if !isDropped { Issue.record("\(place).\(name) is missing in the row") }
                continue
            }
            if !isDropped {
                #expect(field.required == required.contains(name), "\(place).\(name) required")
            }
            #expect(field.nullable == Self.allowsNull(schema), "\(place).\(name) nullable")
            compare(field.schema, schema, "\(place).\(name)", dropped, exact: exact)
        }
    }

    private static func alternatives(_ schema: JSON) -> [JSON] {
        let common = schema["allOf"]?.arrayValue ?? []
        let own = (schema["oneOf"] ?? schema["anyOf"])?.arrayValue ?? []
        if !own.isEmpty { return own.flatMap { alternatives($0) } }
        guard let position = common.firstIndex(where: { $0["oneOf"] != nil || $0["anyOf"] != nil }) else {
            return [schema]
        }
        let rest = common.enumerated().filter { $0.offset != position }.map(\.element)
        return alternatives(common[position]).map {
            JSON.object(JSONObject([(name: "allOf", value: .array(rest + [$0]))]))
        }
    }

    private static func allowsNull(_ schema: JSON) -> Bool {
        (schema["anyOf"] ?? schema["oneOf"])?.arrayValue?.contains { $0["type"]?.stringValue == "null" } ?? false
    }

    private static func withoutNull(_ schema: JSON) -> JSON {
        guard let options = (schema["anyOf"] ?? schema["oneOf"])?.arrayValue else { return schema }
        let rest = options.filter { $0["type"]?.stringValue != "null" }
        return rest.count == 1 ? rest[0] : .object(JSONObject([(name: "anyOf", value: .array(rest))]))
    }

    /// One object schema from the parts of an `allOf`.
    private static func merged(_ schema: JSON) -> JSON {
        guard let parts = schema["allOf"]?.arrayValue?.map(merged) else { return schema }
        return .object(
            JSONObject([
                (
                    name: "properties",
                    value: .object(JSONObject(parts.flatMap { $0["properties"]?.objectValue?.members ?? [] }))
                ),
                (name: "required", value: .array(parts.flatMap { $0["required"]?.arrayValue ?? [] })),
            ]))
    }
}
