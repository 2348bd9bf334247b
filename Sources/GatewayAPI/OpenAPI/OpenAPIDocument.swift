package import Core
import HTTP

/// The OpenAPI 3.1 document of what is served, made of the table of endpoints, the rows of fields and parameters, and the
/// reasons of errors: the same that serve the requests.
package struct OpenAPIDocument {
    private let schemas: EventSchemas
    private let examples: OpenAPIExamples
    private let errors: OpenAPIErrors

    /// - Parameters:
    ///   - hasMoreTemplates: there are others than these, of which the document says nothing.
    ///   - examples: of the same templates.
    ///   - zones: the names of time zones; empty when they are not known.
    package init(
        templates: TemplateCatalog, hasMoreTemplates: Bool = false, examples: OpenAPIExamples, zones: [String]
    ) {
        schemas = EventSchemas(templates: templates, hasMoreTemplates: hasMoreTemplates, zones: zones)
        self.examples = examples
        errors = OpenAPIErrors()
    }

    /// Everything but `servers`, which depends on who asks.
    package var json: JSON {
        var responses = JSONObject()
        return [
            "openapi": "3.1.1",
            "info": [
                "title": "luma-mcp", "version": .string(Version.number),
                "summary": "A gateway to the Luma events API.",
                "description": .string(
                    "Every path answers with and without its trailing slash. HEAD is answered where GET is, OPTIONS "
                        + "everywhere. Errors have one shape, whose `reason` is a stable word."),
            ],
            "tags": .array(
                Self.groups.map { ["name": .string($0.name), "description": .string($0.description)] }),
            "paths": .object(paths(&responses)),
            "components": [
                "schemas": .object(schemas.all), "responses": .object(responses),
                "headers": .object(Self.headers), "securitySchemes": .object(Self.securitySchemes),
            ],
        ]
    }

    /// Those that something is in.
    private static var groups: [EndpointDocumentation.Group] {
        let used = Set(Endpoint.allCases.compactMap { $0.documentation?.group })
        return EndpointDocumentation.Group.all.filter(used.contains)
    }

    private func paths(_ responses: inout JSONObject) -> JSONObject {
        var paths = JSONObject()
        for endpoint in Endpoint.allCases {
            guard let documentation = endpoint.documentation else { continue }
            let (method, pattern) = (endpoint.method, endpoint.pattern)
            var item = paths[pattern]?.objectValue ?? JSONObject()
            if item.isEmpty, !endpoint.parameterNames.isEmpty {
                item["parameters"] = .array(
                    endpoint.parameterNames.map { name in
                        [
                            "name": .string(name), "in": "path", "required": true,
                            "schema": .object(Self.pathSchema(name)),
                            "example": .string(examples.pathParameter(name)),
                        ]
                    })
            }
            item[method.token.lowercased()] = .object(operation(endpoint, documentation, &responses))
            paths[pattern] = .object(item)
        }
        return paths
    }

    private func operation(
        _ endpoint: Endpoint, _ documentation: EndpointDocumentation, _ responses: inout JSONObject
    ) -> JSONObject {
        var operation: JSONObject = [
            "operationId": .string("\(endpoint)"), "tags": [.string(documentation.group.name)],
            "summary": .string(documentation.summary),
        ]
        operation["security"] = endpoint.isOpen ? [] : Self.security(endpoint)
        if !documentation.description.isEmpty { operation["description"] = .string(documentation.description) }
        let parameters = documentation.query.map(Self.parameter) + documentation.fields.map(Self.parameter)
        if !parameters.isEmpty { operation["parameters"] = .array(parameters) }
        if let body = documentation.body {
            operation["requestBody"] = [
                "required": true,
                "content": [
                    Representation.json.rawValue: [
                        "schema": EventSchemas.reference(body), "examples": examples.input(body),
                    ]
                ],
            ]
        }
        if let schema = documentation.bodySchema {
            var media: JSONObject = ["schema": schema]
            if let surface = endpoint.surface { media["example"] = examples.body(surface) }
            operation["requestBody"] = [
                "required": .bool(documentation.needsBody), "content": [Representation.json.rawValue: .object(media)],
            ]
        }
        var answers = JSONObject()
        for answer in documentation.answers {
            answers[String(answer.status)] = .object(response(endpoint, answer))
        }
        for group in errors.groups(endpoint, documentation) {
            answers[group.status] = ["$ref": .string("#/components/responses/" + errors.define(group, &responses))]
        }
        operation["responses"] = .object(answers)
        return operation
    }

    private func response(_ endpoint: Endpoint, _ answer: EndpointDocumentation.Answer) -> JSONObject {
        var response: JSONObject = [
            "description": .string(answer.description), "headers": Self.headers(answer.fields + [.requestID]),
        ]
        var content = JSONObject()
        for (type, schema) in answer.content {
            var media: JSONObject = ["schema": schema]
            if type == Representation.json.rawValue, let example = examples.answer(endpoint, answer.status) {
                media["example"] = example
            }
            content[type] = .object(media)
        }
        if !content.isEmpty { response["content"] = .object(content) }
        return response
    }

    // MARK: Security

    /// A gateway that was given no tokens asks nobody for one.
    private static func security(_ endpoint: Endpoint) -> JSON {
        let permissions = endpoint.scope.scopeWords.map { JSON.string($0) }
        return [["token": [.string(endpoint.scope.name.rawValue)]], ["key": .array(permissions)], [:]]
    }

    private static let securitySchemes: JSONObject = [
        "token": [
            "type": "http", "scheme": "bearer",
            "description": .string(
                "A token of LUMA_AUTH_TOKENS with the scope that is named. A gateway that has none asks for none; the "
                    + "paths without security never do."),
        ],
        "key": [
            "type": "apiKey", "in": "header", "name": "X-API-Key",
            "description": .string(
                "An API key with the permission that is named, where LUMA_API_KEYS is set; also accepted as a bearer token."
            ),
        ],
    ]

    // MARK: Parameters and fields

    /// A feed's token has one form, and what is of another is no path.
    private static func pathSchema(_ name: String) -> JSONObject {
        name == "feed_token"
            ? ["type": "string", "pattern": .string("^[A-Za-z0-9_-]{\(FeedInput.tokenLength)}$")]
            : ["type": "string", "minLength": 1]
    }

    private static func parameter(_ row: QueryRow) -> JSON {
        var schema = JSONSchema.schema(row.schema, .openAPI(.input))
        schema["default"] = row.standard
        return [
            "name": .string(row.name), "in": "query", "description": .string(row.note), "schema": .object(schema),
        ]
    }

    private static func parameter(_ field: DocumentedField) -> JSON {
        [
            "name": .string(field.rawValue), "in": "header", "description": .string(field.description),
            "schema": field.schema,
        ]
    }

    /// References to the description's header fields.
    package static func headers(_ fields: [DocumentedField]) -> JSON {
        var object = JSONObject()
        for field in fields { object[field.rawValue] = ["$ref": .string("#/components/headers/" + field.rawValue)] }
        return .object(object)
    }

    private static let headers: JSONObject = {
        var object = JSONObject()
        for field in DocumentedField.allCases {
            object[field.rawValue] = ["description": .string(field.description), "schema": field.schema]
        }
        return object
    }()
}
