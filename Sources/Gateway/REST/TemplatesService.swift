import Core
import HTTP

/// `GET /templates/` and `GET /templates/{template_type}`: answers that are rendered once.
final class TemplatesService {
    private let list: [UInt8]
    private let byType: [String: [UInt8]]
    private let types: [String]

    init(catalog: TemplateCatalog) {
        list = catalog.json.encoded
        byType = Dictionary(uniqueKeysWithValues: catalog.templates.map { ($0.type, $0.json.encoded) })
        types = catalog.templates.map(\.type)
    }

    func list(_ input: RequestInput) throws(APIError) -> Response {
        let query = QueryReader(input.query, known: [])
        try query.finish()
        return try .tagged(list, input.conditions)
    }

    func get(_ input: RequestInput) throws(APIError) -> Response {
        let query = QueryReader(input.query, known: [])
        try query.finish()
        let type = input.parameter ?? ""
        guard let body = byType[type] else { throw APIError.templateNotFound(type, known: types) }
        return try .tagged(body, input.conditions)
    }
}
