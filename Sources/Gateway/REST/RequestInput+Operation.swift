import Core
import GatewayAPI
import HTTP
import LumaAPI

extension RequestInput {
    /// Luma's input of a path that passes an operation on: of its open segments, and of its query or its body.
    /// - Throws: `APIError` 422 that names every problem, 404 for an id that cannot be one, 415 and 400 for a body that is no JSON.
    func operation(of surface: Surface, _ parameters: RouteParameters) throws(APIError) -> JSONObject {
        var path = JSONObject()
        for name in endpoint.parameterNames { path[name] = .string(parameters[name] ?? "") }
        guard surface.operation.body != nil else {
            let validator = SchemaValidator(unknownMembers: .refused, maxProblems: EventInput.mostProblems)
            let (values, problems) = validator.read(query: query, fields: surface.openFields)
            return try surface.input(path: path, values, isQuery: true, problems: problems)
        }
        var reader = QueryReader(query, rows: [QueryRows.preview])
        _ = reader.boolean(QueryRows.preview.name)
        try reader.finish()
        guard let given = try json().objectValue else {
            throw APIError(invalid: [FieldProblem("", "the body must be a JSON object")])
        }
        return try surface.input(path: path, given)
    }
}
