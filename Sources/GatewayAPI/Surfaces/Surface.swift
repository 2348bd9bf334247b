package import Core
package import HTTP
package import LumaAPI

/// One operation of Luma's and the names under which it is offered. Names are promises, so they are written; all else is
/// derived from the operation's row.
package struct Surface: Sendable {
    /// Where it is offered.
    package enum Edge: Sendable, CaseIterable { case rest, tool, command }

    /// What comes back.
    package enum Answer: Sendable {
        /// Luma's document.
        case document
        /// One page of a list, in the shape of our own lists.
        case page
        /// Nothing but that it was done.
        case done

        /// A page of what has entries; a document of what Luma answers anything else to.
        init(of operation: Operation) {
            self = operation.answer.isEmpty ? .done : operation.answersList ? .page : .document
        }
    }

    package let operation: Operation
    /// Method and pattern; the open segments are members of the input.
    package let route: (method: HTTP.Method, pattern: String)
    /// In snake case; nil for what no assistant is offered.
    package let tool: String?
    /// `NOUN VERB OPERAND…`; the operands are the members in the path, in its order. Nil for what has no command.
    package let command: String?
    package let answer: Answer
    /// Where something better than what is derived serves it.
    package let handmade: Set<Edge>
    /// Why nobody is asked before it is done, though its effects would have somebody asked; nil where the effects decide.
    package let unasked: String?
    /// What a preview shows of the thing that it changes: members of what shows its effect (`Operation.recovery`). One fresh read
    /// is made for them, so that a thing that is not there is told before anybody is asked.
    package let shows: [String]
    /// Members that no document shows, at any depth: of its own answer, of what it is sent, and of what is read to show what it is
    /// about or has done.
    let secrets: Set<String>

    /// - Parameter answer: by default what Luma's answer allows.
    package init(
        _ operation: String, _ method: HTTP.Method, _ pattern: String, tool: String?, command: String?,
        answer: Answer? = nil, unasked: String? = nil, shows: [String] = [], handmade: Set<Edge> = []
    ) {
        guard let row = Catalog[operation] else { preconditionFailure("no row for \(operation)") }
        self.operation = row
        route = (method, pattern)
        (self.tool, self.command) = (tool, command)
        (self.answer, self.handmade) = (answer ?? Answer(of: row), handmade)
        (self.unasked, self.shows) = (unasked, shows)
        let reading = row.recovery.reading.flatMap { Catalog[$0.operation] }
        secrets = row.secretAnswer.union(row.secretInput).union(reading?.secretAnswer ?? [])
    }

    /// A word for it, unique and stable: the operation's name in camel case. It is kept with idempotency keys.
    package var name: String {
        let words = operation.name.split { $0 == "_" || $0 == "/" || $0 == "-" }
        return words.enumerated().map { $0 == 0 ? String($1) : $1.prefix(1).uppercased() + $1.dropFirst() }.joined()
    }

    /// Whether what serves it there is made of its row. What is offered nowhere is not.
    package func isDerived(_ edge: Edge) -> Bool {
        let isOffered =
            switch edge {
            case .rest: true
            case .tool: tool != nil
            case .command: command != nil
            }
        return isOffered && !handmade.contains(edge)
    }
}

/// What is demanded of whoever asks for it, wherever it is offered.
extension Surface {
    /// What a principal needs.
    package var scope: Principal.Scopes { operation.scope }

    /// It reaches people or their money, or cannot be taken back.
    var hasReach: Bool { !operation.effects.isDisjoint(with: [.notifiesGuests, .movesMoney, .irreversible]) }

    /// An assistant or a person at a terminal is asked before it is done.
    package var needsConfirmation: Bool { hasReach && unasked == nil }
}

/// What a client gives, in our words, and what Luma is sent for it.
extension Surface {
    /// Luma's paging and sorting, in the words of our own lists.
    private static let cursor = SchemaField("cursor", .string(), note: "The `next_cursor` of the previous page.")
    private static let limit = SchemaField(
        "limit", .integer(1...100), note: "Maximum number of entries in the response; Luma may return fewer.")

    /// The members that stand in the path, in its order.
    package var pathMembers: [String] {
        route.pattern.split(separator: "/").compactMap { segment in
            segment.first == "{" ? String(segment.dropFirst().prefix { $0 != "}" }) : nil
        }
    }

    /// Everything that a client may give, those of the path first.
    package var fields: [SchemaField] { pathFields + openFields }

    /// The members of the path as fields. Some may be ones that Luma is not sent, by which the effect of a write is found.
    package var pathFields: [SchemaField] {
        let besides = operation.besides
        return pathMembers.compactMap { name in
            if let field = operation.input.first(where: { $0.name == name }) { return field }
            guard besides.contains(name) else { return nil }
            let prefix = kind(of: name)?.row.idPrefix
            return SchemaField(name, prefix.map { Schema.id(prefix: $0) } ?? .string(), required: true)
        }
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

    /// Something has to be said beside the path: else a write takes an empty body as `{}`.
    package var needsOpenMembers: Bool { openFields.contains(where: \.required) }

    private static func sort(_ field: SchemaField) -> SchemaField {
        guard case .enumeration(let words) = field.schema else { return field }
        return SchemaField(
            "sort", .enumeration(words.flatMap { [$0, "-" + $0] }),
            note: "Sort by this column; a leading minus reverses the order. Default: Luma's own order.")
    }

    /// Checks what a client gives.
    /// - Parameter isQuery: it came as query parameters.
    /// - Returns: Luma's input, with what its effect is found by.
    /// - Throws: `APIError` 422 that names every problem, 404 for an id that cannot be one.
    package func input(
        path: JSONObject, _ given: JSONObject, isQuery: Bool = false, problems found: [SchemaProblem] = []
    ) throws(APIError) -> JSONObject {
        for (name, value) in path.members { try check(id: name, value) }
        let validator = SchemaValidator(unknownMembers: .refused, maxProblems: EventInput.maxProblems)
        var problems = isQuery ? found : validator.problems(in: .object(given), fields: openFields)
        let sent = upstream(JSONObject(path.members + given.members))
        if problems.isEmpty, operation.body != nil {
            problems = validator.problems(in: .object(operation.sent(sent)), of: operation)
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
            switch pathFields.first(where: { $0.name == name })?.schema {
            case .id?: !text.isEmpty && text.utf8.count <= 100 && text.utf8.allSatisfy(\.isLumaIDByte)
            default: !text.isEmpty && text.utf8.count <= 320 && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f }
            }
        guard !isPlausible else { return }
        throw .notFound(kind(of: name) ?? .event, text)
    }

    /// The kind of thing that a member of the input names; nil for a member that names none.
    package func kind(of member: String) -> Operation.Kind? {
        let subject = operation.subject
        if member == subject?.member { return subject?.kind }
        if member == subject?.parent?.member { return subject?.parent?.kind }
        return Operation.Kind(idMember: member)
    }

    /// The kinds of things that the input names by their ids, so that they may not be there.
    package var named: [Operation.Kind] {
        let kinds = (operation.subject?.members ?? []).compactMap(kind(of:))
        return Operation.Kind.allCases.filter { $0.row.idPrefix != nil && kinds.contains($0) }
    }

    /// The same in Luma's words. A null is passed on: where a member cannot be null, it was refused before.
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
