import Core
import GatewayAPI
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
        try input.refuseQuery()
        return try .tagged(list, input.conditions)
    }

    func get(_ input: RequestInput) throws(APIError) -> Response {
        try input.refuseQuery()
        let type = input.parameter ?? ""
        guard let body = byType[type] else { throw APIError.templateNotFound(type, known: types) }
        return try .tagged(body, input.conditions)
    }
}
