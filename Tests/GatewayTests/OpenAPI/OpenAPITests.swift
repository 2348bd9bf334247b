import Core
import GatewayAPI
import HTTP
import IO
import LumaAPI
import Testing

@testable import Gateway

/// The document says what is served: no endpoint, parameter or reason is missing, and its parts are the rows.
@Suite struct OpenAPITests {
    private let document = OpenAPIDocument(
        templates: TemplateCatalog(), examples: OpenAPIExamples(templates: TemplateCatalog()), zones: ["Europe/Berlin"]
    ).json

    private func operations() -> [(path: String, method: String, operation: JSON)] {
        (document["paths"]?.objectValue?.members ?? []).flatMap { path, item in
            (item.objectValue?.members ?? []).filter { $0.name != "parameters" }.map { (path, $0.name, $0.value) }
        }
    }

    @Test func everyEndpointForProgramsButThoseOfMCPIsThere() {
        let documented = Set(operations().map { "\($0.method) \($0.path)" })
        let served = Endpoint.allCases.filter { !$0.isMCP && !$0.isPage }.map {
            "\($0.method.token.lowercased()) \($0.pattern)"
        }
        #expect(documented == Set(served))
        #expect(Set(operations().compactMap { $0.operation["operationId"]?.stringValue }).count == served.count)
    }

    @Test func everyReasonIsToldSomewhere() {
        let told = (document["components"]?["responses"]?.objectValue?.members ?? []).flatMap { _, response in
            response["content"]?["application/json"]?["examples"]?.objectValue?.names ?? []
        }
        #expect(Set(Reason.allCases.map(\.rawValue)).subtracting(told) == [])
    }

    /// One group for each kind of thing that is served, and what stands for an id begins as the ids of its kind do.
    @Test func groupsAndExamplesAreThoseOfTheKinds() {
        let tags = (document["tags"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
        #expect(tags == ["Events", "Guests", "Coupons", "Templates", "Feeds", "Tools", "API keys", "Service"])
        let used = operations().compactMap { $0.operation["tags"]?.arrayValue?.first?.stringValue }
        #expect(Set(used) == Set(tags))
        for (path, item) in document["paths"]?.objectValue?.members ?? [] {
            for parameter in item["parameters"]?.arrayValue ?? [] {
                let name = parameter["name"]?.stringValue ?? ""
                guard name != "event_id", let prefix = LumaAPI.Operation.Kind(idMember: name)?.row.idPrefix else {
                    continue
                }
                #expect(parameter["example"]?.stringValue?.hasPrefix(prefix) == true, "\(path)")
            }
        }
    }

    @Test func everyErrorIsUnderItsStatus() {
        for (path, method, operation) in operations() {
            for (status, response) in operation["responses"]?.objectValue?.members ?? [] {
                guard let reference = response["$ref"]?.stringValue?.split(separator: "/").last else { continue }
                let shared = document["components"]?["responses"]?[String(reference)]
                let examples = shared?["content"]?["application/json"]?["examples"]?.objectValue?.members ?? []
                #expect(!examples.isEmpty, "\(method) \(path) \(status)")
                for (reason, example) in examples where status != "4XX" {
                    #expect(example["value"]?["code"]?.stringValue == status)
                    #expect(example["value"]?["reason"]?.stringValue == reason)
                }
            }
        }
    }

    @Test func parametersAreTheRowsThatAreRead() {
        let list = operations().first { $0.method == "get" && $0.path == "/events/" }?.operation
        let names = list?["parameters"]?.arrayValue?.filter { $0["in"] == "query" }.compactMap {
            $0["name"]?.stringValue
        }
        #expect(names == QueryRows.list.map(\.name))
        let limit = list?["parameters"]?.arrayValue?.first { $0["name"] == "limit" }?["schema"]
        #expect(limit == ["type": "integer", "minimum": 1, "maximum": 100, "default": 50])
        let cancel = operations().first { $0.method == "delete" }?.operation["parameters"]?.arrayValue
        #expect(cancel?.filter { $0["in"] == "query" }.map { $0["name"] } == QueryRows.cancel.map { .string($0.name) })
    }

    private static func scope(_ endpoint: Endpoint) -> String {
        switch endpoint.kind {
        case .createFeed, .revokeFeed, .listKeys, .createKey, .getKey, .changeKey, .revokeKey, .rotateKey: "admin"
        default: endpoint.isWrite ? "write" : "read"
        }
    }

    @Test func whatNeedsATokenSaysSo() {
        for endpoint in Endpoint.allCases where !endpoint.isMCP && !endpoint.isPage {
            let own = operations().first { $0.operation["operationId"]?.stringValue == "\(endpoint)" }?.operation
            let scopes = own?["security"]?.arrayValue?.first?["token"]
            #expect(scopes == (endpoint.isOpen ? nil : [.string(Self.scope(endpoint))]))
        }
        #expect(document["components"]?["securitySchemes"]?["token"]?["scheme"] == "bearer")
    }

    @Test func bodiesHaveTheFieldsThatAreChecked() {
        let schemas = document["components"]?["schemas"]
        let new = schemas?["NewEvent"]
        let names = Shapes.eventInput.map(\.name) + ["require_rsvp_approval"]
        #expect(new?["properties"]?.objectValue?.names == names)
        #expect(new?["required"] == ["name", "start_at", "timezone"])
        #expect(new?["additionalProperties"] == false)
        #expect(schemas?["TimeZone"]?["enum"] == ["Europe/Berlin"])
        #expect(schemas?["EventChange"]?["properties"]?["event_id"] == nil)
        #expect(schemas?["NewEventFromTemplate"]?["properties"]?["template_type"]?["enum"]?.arrayValue?.count == 5)
        let unlisted = OpenAPIDocument(
            templates: TemplateCatalog(), examples: OpenAPIExamples(templates: TemplateCatalog()), zones: []
        ).json
        #expect(unlisted["components"]?["schemas"]?["TimeZone"]?["pattern"] != nil)
    }

    @Test func everyReferenceLeadsSomewhere() {
        var references: Set<String> = []
        func look(_ json: JSON) {
            switch json {
            case .array(let items): for item in items { look(item) }
            case .object(let object):
                if let reference = object["$ref"]?.stringValue { references.insert(reference) }
                for member in object.members { look(member.value) }
            default: break
            }
        }
        look(document)
        #expect(references.count > 20)
        for reference in references {
            var place: JSON? = document
            for part in reference.split(separator: "/").dropFirst() { place = place?[String(part)] }
            #expect(place != nil, "\(reference)")
        }
    }

    /// A template may hold a meeting's link with its password.
    @Test func whoNeedsNoTokenIsToldOfBuiltInTemplatesAlone() throws {
        let file = TemplateCatalog.File(
            name: "secret.json",
            text: #"""
                {"type": "board-secret", "name": "Hidden name", "description": "Hidden words",
                 "default_duration_hours": 2.75, "require_rsvp_approval": true, "is_virtual": true,
                 "event": {"meeting_url": "https://hidden.example/1?pwd=x", "max_capacity": 7321}}
                """#)
        let templates = try TemplateCatalog(files: [file], zones: SystemTimeZones.database)
        let secrets = ["board-secret", "Hidden", "hidden.example", "2.75", "7321"]
        func text(isPublic: Bool) -> String {
            let text = OpenAPIText(templates: templates, isPublic: isPublic, scheme: "https") { [] }
            return String(decoding: text.bytes(host: nil), as: UTF8.self)
        }
        let (hidden, full) = (text(isPublic: true), text(isPublic: false))
        for secret in secrets {
            let isTold = hidden.contains(secret)
            #expect(!isTold, "\(secret)")
            let isInFull = full.contains(secret)
            #expect(isInFull, "\(secret)")
        }
        // What the document does not tell of is no fault of who sends it.
        let schemas = try JSON.parse(Array(hidden.utf8))["components"]?["schemas"]
        let type = schemas?["NewEventFromTemplate"]?["properties"]?["template_type"]
        #expect(type?["enum"] == nil && type?["examples"]?.arrayValue?.contains("workshop") == true)
        #expect(schemas?["NewEventFromTemplate"]?["required"] == ["template_type"])
        #expect(schemas?["Template"]?["properties"]?["type"]?["enum"] == nil)
    }

    @Test func theServerIsTheOneThatWasAsked() throws {
        let text = OpenAPIText(templates: TemplateCatalog(), isPublic: true, scheme: "https") { [] }
        let named = try JSON.parse(text.bytes(host: "gateway.example:8000"))
        #expect(named["servers"] == [["url": "https://gateway.example:8000"]])
        #expect(try JSON.parse(text.bytes(host: nil))["servers"] == [["url": "/"]])
        #expect(named["openapi"] == "3.1.1")
        #expect(named["paths"]?.objectValue?.isEmpty == false)
    }
}
