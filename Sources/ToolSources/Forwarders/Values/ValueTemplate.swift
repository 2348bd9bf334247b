import Core

/// A JSON value with references in it, as a document declares the body of a request or the shape of a result.
///
/// An object whose members' names begin with `$` is a reference, any other is what it is. What a reference gives stands in
/// the value as a value: no text is ever put together that is parsed again.
indirect enum ValueTemplate: Sendable, Equatable {
    struct Member: Sendable, Equatable {
        let name: String
        let value: ValueTemplate
    }

    /// One of several values, chosen by the string form of another.
    struct Choice: Sendable, Equatable {
        let of: ValueTemplate
        let cases: [Member]
        let otherwise: ValueTemplate?
    }

    /// A list made of the elements of a list in the answer.
    struct Each: Sendable, Equatable {
        /// Where the list is in the answer.
        let from: ValuePointer
        /// Elements that have something there are left out.
        let whereAbsent: ValuePointer?
        /// Elements of the result; nil for as many as there are.
        let limit: ValueTemplate?
        let shape: ValueTemplate
    }

    /// Without references.
    case literal(JSON)
    case object([Member])
    case array([ValueTemplate])
    case argument(ValuePointer, default: JSON?)
    case secret(NamedSecret)
    case text(TextTemplate)
    /// Of the answer.
    case body(ValuePointer)
    /// Of the answer, by its name in lower case.
    case header(String)
    /// Of the answer.
    case status
    /// Of the element that is being shaped.
    case item(ValuePointer)
    /// Of the answer to an earlier step.
    case step(String, ValuePointer)
    case choice(Choice)
    case each(Each)
}

/// A secret that a document names, and what it is; nil while nobody has set it.
struct NamedSecret: Sendable, Equatable {
    let name: String
    let secret: Secret?
}

extension ValueTemplate {
    /// Calls `visit` with this template and each one within it.
    func walk(_ visit: (ValueTemplate) -> Void) {
        visit(self)
        switch self {
        case .object(let members): for member in members { member.value.walk(visit) }
        case .array(let items): for item in items { item.walk(visit) }
        case .choice(let choice):
            choice.of.walk(visit)
            for member in choice.cases { member.value.walk(visit) }
            choice.otherwise?.walk(visit)
        case .each(let each):
            each.limit?.walk(visit)
            each.shape.walk(visit)
        case .literal, .argument, .secret, .text, .body, .header, .status, .item, .step: break
        }
    }

    /// Whether something of a call's arguments goes into it.
    var takesArguments: Bool {
        var found = false
        walk { template in
            switch template {
            case .argument: found = true
            case .text(let text): if !text.arguments.isEmpty { found = true }
            // What a service has answered may be what an argument has asked for.
            case .step: found = true
            default: break
            }
        }
        return found
    }
}

/// What the references of a template stand for in one call.
struct ValueScope {
    /// An answer of the service.
    struct Answer {
        let status: Int
        /// By lower-case name.
        let fields: [(name: String, value: String)]
        /// What the body says: a document, or a string.
        let body: JSON
    }

    /// Elements that a list in a result has at most.
    static let maxItems = 10_000

    var arguments: JSONObject
    var steps: [String: JSON] = [:]
    var answer: Answer?
    var item: JSON?
    /// What the words of an error say.
    var words: [TextTemplate.Word: String] = [:]

    /// The value of a template; nil when it is left out, as what it refers to is absent.
    /// - Throws: when the answer has another form than the template counts on.
    func value(of template: ValueTemplate) throws(ForwarderFailure) -> JSON? {
        switch template {
        case .literal(let json): return json
        case .object(let members):
            var object = JSONObject()
            for member in members {
                guard let value = try value(of: member.value) else { continue }
                object.members.append((member.name, value))
            }
            return .object(object)
        case .array(let templates):
            var items: [JSON] = []
            for template in templates { if let item = try value(of: template) { items.append(item) } }
            return .array(items)
        case .argument(let pointer, let otherwise): return argument(pointer) ?? otherwise
        case .secret(let named):
            guard let secret = named.secret else { throw ForwarderFailure.notConfigured([[named.name]]) }
            return .string(secret.reveal())
        case .text(let text): return self.text(of: text).map { .string($0) }
        case .body(let pointer): return answer.flatMap { pointer.value(in: $0.body) }
        case .header(let name): return answer?.fields.first { $0.name == name }.map { .string($0.value) }
        case .status: return answer.map { .number(JSONNumber($0.status)) }
        case .item(let pointer): return item.flatMap { pointer.value(in: $0) }
        case .step(let id, let pointer): return steps[id].flatMap { pointer.value(in: $0) }
        case .choice(let choice): return try value(of: choice)
        case .each(let each): return .array(try items(of: each))
        }
    }

    /// The text of a template; nil when an argument in it is absent.
    func text(of template: TextTemplate) -> String? {
        var output = ""
        for part in template.parts {
            switch part {
            case .literal(let text): output += text
            case .argument(let pointer, let isLine):
                guard let text = argument(pointer)?.plainText else { return nil }
                output += isLine ? Neutral.echo(text, max: TextTemplate.longestLine) : text
            case .word(let word): output += words[word] ?? ""
            }
        }
        return output
    }

    /// Null is how many models write an argument that is not given.
    private func argument(_ pointer: ValuePointer) -> JSON? {
        guard let value = pointer.value(in: .object(arguments)), !value.isNull else { return nil }
        return value
    }

    private func value(of choice: ValueTemplate.Choice) throws(ForwarderFailure) -> JSON? {
        let key = try value(of: choice.of)
        if let key, let text = key.isNull ? "null" : key.scalarText,
            let found = choice.cases.first(where: { $0.name == text })
        {
            return try value(of: found.value)
        }
        guard let otherwise = choice.otherwise else { return nil }
        return try value(of: otherwise)
    }

    private func items(of each: ValueTemplate.Each) throws(ForwarderFailure) -> [JSON] {
        let most = try limit(of: each)
        var scope = self
        var output: [JSON] = []
        for item in try elements(of: each) where output.count < most {
            scope.item = item
            if let value = try scope.value(of: each.shape) { output.append(value) }
        }
        return output
    }

    /// Whether the answer already has as many elements as the list may have.
    func isComplete(_ each: ValueTemplate.Each) throws(ForwarderFailure) -> Bool {
        guard each.limit != nil else { return false }
        return try elements(of: each).count >= limit(of: each)
    }

    private func limit(of each: ValueTemplate.Each) throws(ForwarderFailure) -> Int {
        guard let template = each.limit, let value = try value(of: template) else { return Self.maxItems }
        return min(max(value.wholeValue ?? Self.maxItems, 0), Self.maxItems)
    }

    /// The elements of the list in the answer that count.
    private func elements(of each: ValueTemplate.Each) throws(ForwarderFailure) -> [JSON] {
        guard let list = answer.flatMap({ each.from.value(in: $0.body) })?.arrayValue else {
            throw ForwarderFailure(.invalidUpstream, "the service's answer has no list where one is expected")
        }
        guard let absent = each.whereAbsent else { return list }
        return list.filter { absent.value(in: $0) == nil }
    }
}
