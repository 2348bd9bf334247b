package import Core
package import LumaAPI

/// What a client gives, in our words, and what Luma is sent for it.
extension Surface {
    /// Luma's paging and sorting, in the words of our own lists.
    private static let cursor = SchemaField("cursor", .string(), note: "The `next_cursor` of the page before.")
    private static let limit = SchemaField(
        "limit", .integer(1...100), note: "How many entries one answer holds at most; Luma may give fewer.")

    /// The members that stand in the path, in its order.
    package var pathMembers: [String] {
        (route?.pattern ?? "").split(separator: "/").compactMap { segment in
            segment.first == "{" ? String(segment.dropFirst().prefix { $0 != "}" }) : nil
        }
    }

    /// Everything that a client may give, those of the path first.
    package var fields: [SchemaField] { pathFields + openFields }

    /// The members of the path as fields.
    package var pathFields: [SchemaField] {
        pathMembers.compactMap { name in operation.input.first { $0.name == name } }
    }

    /// The members of the query or of the body.
    package var openFields: [SchemaField] {
        let path = pathMembers
        return operation.input.compactMap { field in
            switch field.name {
            case "pagination_cursor": Self.cursor
            case "pagination_limit": Self.limit
            case "sort_column": Self.sort(field)
            case "sort_direction": nil
            default: path.contains(field.name) ? nil : field
            }
        }
    }

    private static func sort(_ field: SchemaField) -> SchemaField {
        guard case .enumeration(let words) = field.schema else { return field }
        return SchemaField(
            "sort", .enumeration(words.flatMap { [$0, "-" + $0] }),
            note: "By this column; with a minus from the last to the first. Default: Luma's own order.")
    }

    /// Checks what a client gives.
    /// - Parameter isQuery: it came as query parameters.
    /// - Returns: Luma's input.
    /// - Throws: `APIError` 422 that names every problem, 404 for an id that cannot be one.
    package func input(
        path: JSONObject, _ given: JSONObject, isQuery: Bool = false, problems found: [SchemaProblem] = []
    ) throws(APIError) -> JSONObject {
        for (name, value) in path.members { try check(id: name, value) }
        let validator = SchemaValidator(unknownMembers: .refused, maxProblems: EventInput.mostProblems)
        var problems = isQuery ? found : validator.problems(in: .object(given), fields: openFields)
        let sent = upstream(JSONObject(path.members + given.members))
        if problems.isEmpty, operation.body != nil {
            problems = validator.problems(in: .object(sent), of: operation)
        }
        if !problems.isEmpty {
            throw APIError(
                invalid: problems.map { problem in
                    if isQuery, case .unknownMember(let known) = problem.kind {
                        let nearest = QuerySynonyms.suggest(for: problem.path, among: known)
                        return FieldProblem(APIError.shortened(problem.path), .unknownParameter(suggestion: nearest))
                    }
                    return FieldProblem(problem.path, problem.fault)
                })
        }
        return sent
    }

    /// Luma's ids are opaque, so only what cannot be one is refused, as not found.
    private func check(id name: String, _ value: JSON) throws(APIError) {
        let text = value.stringValue ?? ""
        let isPlausible =
            switch operation.input.first(where: { $0.name == name })?.schema {
            case .id?: !text.isEmpty && text.utf8.count <= 100 && text.utf8.allSatisfy(\.isLumaIDByte)
            default: !text.isEmpty && text.utf8.count <= 320 && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f }
            }
        guard !isPlausible else { return }
        let kind = name == operation.subject?.member ? operation.subject?.kind : operation.subject?.parent?.kind
        throw .notFound(kind ?? .event, text)
    }

    /// The same in Luma's words; null is not sent where it clears nothing.
    private func upstream(_ given: JSONObject) -> JSONObject {
        var sent = JSONObject()
        for (name, value) in given.members {
            switch name {
            case "cursor" where renames("pagination_cursor"): sent["pagination_cursor"] = value
            case "limit" where renames("pagination_limit"): sent["pagination_limit"] = value
            case "sort" where renames("sort_column"):
                let word = value.stringValue ?? ""
                sent["sort_column"] = .string(String(word.drop { $0 == "-" }))
                sent["sort_direction"] = word.hasPrefix("-") ? "desc" : "asc"
            default: sent[name] = value
            }
        }
        return sent
    }

    private func renames(_ name: String) -> Bool { operation.input.contains { $0.name == name } }
}
