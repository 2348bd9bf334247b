import Core

/// Reads what a document says of answers: how a success, a failure and no answer at all become a result.
struct ResponseReader {
    /// The ids of all steps.
    let steps: [String]

    /// Argument names are not checked in shapes: what a tool does not have is left out, so that one shape serves many.
    private func reader(_ allowed: ValueReader.Allowed) -> ValueReader { ValueReader(allowed: allowed, steps: steps) }

    /// The rule, and the statuses that count as success where the document says so.
    func response(_ members: Members?) -> (rule: ResponseRule, accept: StatusSet?) {
        var rule = ResponseRule()
        guard var members else { return (rule, nil) }
        defer { members.finish() }
        let place = members.place
        let accept = StatusReader.set(members.array("accept", 1...16), at: place.child("accept"))
        rule.form =
            members.word("as", of: ResponseRule.Form.allCases.map(\.rawValue)).flatMap { .init(rawValue: $0) } ?? .auto
        rule.mimeType = mediaType("mime", &members)
        rule.pick = members.pointer("pick")
        rule.missing = members.take("missing")
        if rule.missing != nil, rule.pick == nil {
            place.child("missing").report("needs \"pick\": it stands for a value that is not found")
        }
        rule.shape = members.take("shape").map { reader(.shape).read($0, at: place.child("shape")) }
        rule.empty = members.take("empty").map { reader(.shape).read($0, at: place.child("empty")) }
        for (index, piece) in (members.array("content", 1...8) ?? []).enumerated() {
            if let piece = self.piece(piece, at: place.child("content").child(String(index))) {
                rule.content.append(piece)
            }
        }
        rule.failWhen = failWhen(members.members("fail_when"))
        rule.textLimit = members.number("limit_text", 200...1_000_000) ?? rule.textLimit
        rule.redirects = members.number("redirects", 0...5) ?? 0
        return (rule, accept)
    }

    private func mediaType(_ name: String, _ members: inout Members) -> String? {
        guard let type = members.text(name, max: 128) else { return nil }
        if !RequestReader.isMediaType(type) {
            members.place.child(name).report("must be a media type, such as \"image/png\"")
        }
        return type.lowercased()
    }

    private func piece(_ given: JSON, at place: Place) -> ResponseRule.Piece? {
        guard var members = Members(given, at: place) else { return nil }
        defer { members.finish() }
        let word = members.word("type", of: ResponseRule.Piece.Kind.allCases.map(\.rawValue))
        let type = mediaType("mime", &members)
        let data = members.take("data").map { reader(.shape).read($0, at: place.child("data")) }
        guard let kind = word.flatMap({ ResponseRule.Piece.Kind(rawValue: $0) }), let data else {
            place.report("needs \"type\" and \"data\"")
            return nil
        }
        if kind != .text, type == nil { members.missing("mime") }
        return .init(kind: kind, data: data, mimeType: type)
    }

    private func failWhen(_ members: Members?) -> (ValuePointer, [JSON])? {
        guard var members else { return nil }
        defer { members.finish() }
        let pointer = members.pointer("at")
        let equals = members.take("equals")
        guard let pointer, let equals else {
            members.place.report("needs \"at\", a JSON Pointer, and \"equals\", a value or several")
            return nil
        }
        return (pointer, equals.arrayValue ?? [equals])
    }

    // MARK: Failures

    func errors(_ members: Members?) -> ErrorRule {
        var rule = ErrorRule()
        guard var members else { return rule }
        defer { members.finish() }
        let place = members.place
        if let texts = members.texts("messages", 1...10) {
            rule.messages = texts.enumerated().compactMap { index, text in
                if let pointer = ValuePointer(text) { return pointer }
                place.child("messages").child(String(index)).report("must be a JSON Pointer")
                return nil
            }
        }
        rule.isRevealed = members.flag("reveal") ?? false
        rule.meanings = meanings(members.object("status"), at: place.child("status"))
        rule.shape = members.take("shape").map { reader(.errorShape).read($0, at: place.child("shape")) }
        rule.invalid = members.take("invalid").map { reader(.errorShape).read($0, at: place.child("invalid")) }
        return rule
    }

    private func meanings(_ object: JSONObject?, at place: Place) -> [ErrorRule.Meaning] {
        var meanings: [ErrorRule.Meaning] = []
        for member in object?.members ?? [] {
            let place = place.child(member.name)
            guard let statuses = StatusSet.range(member.name) else {
                place.report("must be named by a status, such as \"404\", or a class of them, such as \"5xx\"")
                continue
            }
            guard var members = Members(member.value, at: place) else { continue }
            let code = members.text("code", max: 48)
            if let code, !Self.isCode(code) { place.child("code").report("must be lower-case letters and underscores") }
            meanings.append(.init(statuses: statuses, code: code, text: members.text("text", max: 400)))
            members.finish()
        }
        // What is said of one status counts before what is said of its class.
        return meanings.sorted { $0.statuses.count < $1.statuses.count }
    }

    private static func isCode(_ code: String) -> Bool {
        !code.isEmpty && code.utf8.allSatisfy { (0x61...0x7a).contains($0) || $0 == 0x5f }
    }

    func fallback(_ members: Members?) -> FallbackRule? {
        guard var members else { return nil }
        defer { members.finish() }
        let place = members.place
        var causes: [FallbackRule.Cause] = []
        for (index, text) in (members.texts("on", 1...10) ?? []).enumerated() {
            switch text {
            case "unreachable": causes.append(.unreachable)
            case "timeout": causes.append(.timeout)
            default:
                if let statuses = StatusSet.range(text), statuses.lowerBound >= 400 {
                    causes.append(.status(statuses))
                } else {
                    place.child("on").child(String(index)).report(
                        "must be \"unreachable\", \"timeout\", or a status from \"400\" or class of them: \"5xx\"")
                }
            }
        }
        let notice = members.text("notice", max: 400)
        let shape = members.take("shape").map { reader(.fallbackShape).read($0, at: place.child("shape")) }
        guard !causes.isEmpty, let notice, !notice.isEmpty, let shape else {
            place.report("needs \"on\", \"shape\" and a \"notice\" that says that the result is not the service's")
            return nil
        }
        return FallbackRule(on: causes, shape: shape, notice: notice)
    }

    func pages(_ members: Members?, _ response: ResponseRule) -> PageRule? {
        guard var members else { return nil }
        defer { members.finish() }
        let place = members.place
        let items = members.pointer("items") ?? .root
        let max = members.number("max", 1...10) ?? 3
        var next: PageRule.Next?
        if let given = members.take("next") {
            if given.stringValue == "link" {
                next = .link
            } else if var inner = Members(given, at: place.child("next")) {
                let cursor = inner.pointer("cursor")
                let parameter = inner.text("query", max: 128)
                inner.finish()
                if let cursor, let parameter, !parameter.isEmpty { next = .cursor(cursor, parameter: parameter) }
            }
        }
        guard let next else {
            place.child("next").report("must be \"link\", or {\"cursor\": a JSON Pointer, \"query\": a parameter}")
            return nil
        }
        guard !items.tokens.contains("*") else {
            place.child("items").report("must lead to one list, without *")
            return nil
        }
        var wanted: ValueTemplate.Each?
        // What is picked has other places than the page.
        let shape = response.pick == nil ? response.shape : nil
        shape?.walk { template in
            if case .each(let each) = template, each.from == items, each.limit != nil, wanted == nil { wanted = each }
        }
        return PageRule(next: next, items: items, max: max, wanted: wanted)
    }
}
