import HTTP

/// One request to a service, as a document describes it.
struct RequestTemplate: Sendable, Equatable {
    enum Body: Sendable, Equatable {
        case none
        case json(ValueTemplate)
        case form([ParameterTemplate])
        case text(ValueTemplate)
        case multipart([MultipartPart])
    }

    let method: OutboundRequest.Method
    let path: PathTemplate
    let query: [ParameterTemplate]
    let fields: [FieldTemplate]
    let body: Body

    /// Calls `visit` with each value in it.
    func forEachValue(_ visit: (ValueTemplate) -> Void) {
        for parameter in query { parameter.value.walk(visit) }
        for field in fields { field.value.walk(visit) }
        switch body {
        case .none: break
        case .json(let value), .text(let value): value.walk(visit)
        case .form(let parameters): for parameter in parameters { parameter.value.walk(visit) }
        case .multipart(let parts): for part in parts { part.value.walk(visit) }
        }
    }
}

/// One part of a body of the type `multipart/form-data`.
struct MultipartPart: Sendable, Equatable {
    let name: String
    /// A text; base 64 for a file.
    let value: ValueTemplate
    /// Nil for a part that is no file.
    let file: File?

    struct File: Sendable, Equatable {
        let name: String
        let mimeType: String
    }
}
