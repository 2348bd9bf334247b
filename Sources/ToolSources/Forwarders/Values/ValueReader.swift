import Core

/// Reads the values of a document with their references.
struct ValueReader {
    /// The kinds of references that make sense at a place.
    struct Allowed: OptionSet {
        let rawValue: UInt16

        static let argument = Allowed(rawValue: 1)
        static let environment = Allowed(rawValue: 2)
        static let secret = Allowed(rawValue: 4)
        static let answer = Allowed(rawValue: 8)
        static let item = Allowed(rawValue: 16)
        static let step = Allowed(rawValue: 32)
        static let words = Allowed(rawValue: 64)
        static let choice = Allowed(rawValue: 128)
        static let each = Allowed(rawValue: 256)
        static let status = Allowed(rawValue: 512)

        /// Part of every request: in its fields or its body.
        static let request: Allowed = [.argument, .environment, .secret, .step, .choice]
        /// Part of its URL, which is written to logs on the way.
        static let query: Allowed = [.argument, .environment, .step, .choice]
        /// Known without a call.
        static let fixed: Allowed = [.environment, .secret]
        static let shape: Allowed = [.argument, .answer, .status, .step, .choice, .each]
        static let errorShape: Allowed = [.argument, .words, .status, .choice]
        static let fallbackShape: Allowed = [.argument, .choice]
    }

    /// Fields of an answer that a shape may show.
    static let answerFields = [
        "content-disposition", "content-language", "content-length", "content-type", "date", "etag", "last-modified",
        "link", "location", "retry-after", "x-request-id",
    ]

    let allowed: Allowed
    /// The names of the tool's arguments; nil where an argument that the tool does not have is only left out.
    var arguments: [String]?
    /// The ids of the steps before this one.
    var steps: [String] = []

    /// The template of a value; a problem is reported at its place, and stands for nothing.
    func read(_ json: JSON, at place: Place) -> ValueTemplate {
        switch json {
        case .array(let items):
            let templates = items.enumerated().map { read($1, at: place.child(String($0))) }
            return Self.joined(templates)
        case .object(let object):
            guard object.members.contains(where: { $0.name.hasPrefix("$") }) else {
                let members = object.members.map {
                    ValueTemplate.Member(name: $0.name, value: read($0.value, at: place.child($0.name)))
                }
                return Self.joined(members)
            }
            return reference(object, at: place)
        case .null, .bool, .number, .string: return .literal(json)
        }
    }

    // What has no reference in it is one literal.

    private static func joined(_ templates: [ValueTemplate]) -> ValueTemplate {
        var items: [JSON] = []
        for template in templates {
            guard case .literal(let json) = template else { return .array(templates) }
            items.append(json)
        }
        return .literal(.array(items))
    }

    private static func joined(_ members: [ValueTemplate.Member]) -> ValueTemplate {
        var object = JSONObject()
        for member in members {
            guard case .literal(let json) = member.value else { return .object(members) }
            object.members.append((member.name, json))
        }
        return .literal(.object(object))
    }

    // MARK: References

    private func reference(_ object: JSONObject, at place: Place) -> ValueTemplate {
        let names = object.names.filter { $0.hasPrefix("$") }
        guard names.count == 1, let name = names.first, let given = object[name] else {
            place.report("names several references; one object is one reference")
            return .literal(.null)
        }
        var members = Members(object, at: place)
        _ = members.take(name)
        let template = reference(name, given, &members, at: place)
        members.finish()
        return template
    }

    private func reference(
        _ name: String, _ given: JSON, _ members: inout Members, at place: Place
    ) -> ValueTemplate {
        switch name {
        case "$literal": return .literal(given)
        case "$arg":
            let otherwise = members.take("default")
            guard isAllowed(.argument, name, place), let pointer = argument(given, at: place.child(name)) else { break }
            return .argument(pointer, default: otherwise)
        case "$env":
            let otherwise = members.take("default")
            guard isAllowed(.environment, name, place) else { break }
            return environment(given, otherwise, at: place)
        case "$secret":
            guard isAllowed(.secret, name, place), let secret = place.child(name).secret(given) else { break }
            return .secret(secret)
        case "$text":
            guard let text = given.stringValue else {
                place.child(name).report("must be a string")
                break
            }
            return template(text, at: place.child(name))
        case "$body":
            guard isAllowed(.answer, name, place), let pointer = pointer(given, at: place.child(name)) else { break }
            return .body(pointer)
        case "$header":
            guard isAllowed(.answer, name, place) else { break }
            guard let field = given.stringValue, Self.answerFields.contains(field) else {
                place.child(name).report("must be one of " + Self.answerFields.joined(separator: ", "))
                break
            }
            return .header(field)
        case "$status":
            guard isAllowed(.status, name, place) else { break }
            guard given.boolValue == true else {
                place.child(name).report("must be true")
                break
            }
            return .status
        case "$item":
            guard isAllowed(.item, name, place), let pointer = pointer(given, at: place.child(name)) else { break }
            return .item(pointer)
        case "$step":
            let at = members.take("at") ?? ""
            guard isAllowed(.step, name, place) else { break }
            return step(given, at, place)
        case "$case":
            guard isAllowed(.choice, name, place) else { break }
            return choice(given, at: place.child(name))
        case "$each":
            guard isAllowed(.each, name, place) else { break }
            return each(given, at: place.child(name))
        default:
            let known = [
                "$arg", "$body", "$case", "$each", "$env", "$header", "$item", "$literal", "$secret", "$status",
                "$step",
                "$text",
            ]
            place.report(
                "has \(Neutral.quoted(name)), which is not a reference"
                    + NearestName.hint(for: name, among: known, or: "; put an object with such names into $literal"))
        }
        return .literal(.null)
    }

    private func isAllowed(_ kind: Allowed, _ name: String, _ place: Place) -> Bool {
        if allowed.contains(kind) { return true }
        place.report("\(name) has no meaning here")
        return false
    }

    private func pointer(_ given: JSON, at place: Place) -> ValuePointer? {
        if let pointer = given.stringValue.flatMap({ ValuePointer($0) }) { return pointer }
        place.report("must be a JSON Pointer, such as \"/data/0/id\", or \"\" for all")
        return nil
    }

    private func argument(_ given: JSON, at place: Place) -> ValuePointer? {
        guard let pointer = given.stringValue.flatMap({ ValuePointer(argument: $0) }) else {
            place.report("must be the name of an argument, or a JSON Pointer into the arguments")
            return nil
        }
        check(pointer, at: place)
        return pointer
    }

    private func check(_ pointer: ValuePointer, at place: Place) {
        guard let arguments, let name = pointer.tokens.first, !arguments.contains(name) else { return }
        let hint = NearestName.hint(for: name, among: arguments)
        place.report("names \(Neutral.quoted(name)), which is not in the tool's input" + hint)
    }

    private func environment(_ given: JSON, _ otherwise: JSON?, at place: Place) -> ValueTemplate {
        guard let name = place.child("$env").variable(given) else { return .literal(.null) }
        if let value = place.context.lookup.environment(name) { return .literal(.string(value)) }
        guard let otherwise else {
            place.report("needs \(name), which is not set, and has no default")
            return .literal(.null)
        }
        return .literal(otherwise)
    }

    private func template(_ text: String, at place: Place) -> ValueTemplate {
        do throws(ReferenceError) {
            let template = try TextTemplate(text)
            if template.hasWords, !allowed.contains(.words) {
                place.report("has a word with @, which only a shape for errors has")
            }
            if !template.arguments.isEmpty {
                if allowed.contains(.argument) {
                    for pointer in template.arguments { check(pointer, at: place) }
                } else {
                    place.report("has arguments, which are not known here")
                }
            }
            return .text(template)
        } catch {
            place.report(error.text)
            return .literal(.null)
        }
    }

    private func step(_ given: JSON, _ at: JSON, _ place: Place) -> ValueTemplate {
        guard let id = given.stringValue, steps.contains(id) else {
            let known = steps.isEmpty ? "there is none" : "known are " + steps.joined(separator: ", ")
            place.child("$step").report("must be the id of a step before this one; " + known)
            return .literal(.null)
        }
        guard let pointer = pointer(at, at: place.child("at")) else { return .literal(.null) }
        return .step(id, pointer)
    }

    private func choice(_ given: JSON, at place: Place) -> ValueTemplate {
        guard let object = given.objectValue, let of = object["of"] else {
            place.report("must be an object with \"of\" and a member for each value")
            return .literal(.null)
        }
        var cases: [ValueTemplate.Member] = []
        for member in object.members where member.name != "of" && member.name != "else" {
            cases.append(.init(name: member.name, value: read(member.value, at: place.child(member.name))))
        }
        return .choice(
            .init(
                of: read(of, at: place.child("of")), cases: cases,
                otherwise: object["else"].map { read($0, at: place.child("else")) }))
    }

    private func each(_ given: JSON, at place: Place) -> ValueTemplate {
        guard var members = Members(given, at: place) else { return .literal(.null) }
        defer { members.finish() }
        let from = members.take("from").flatMap { pointer($0, at: place.child("from")) } ?? .root
        let absent = members.take("where_absent").flatMap { pointer($0, at: place.child("where_absent")) }
        let inner = ValueReader(
            allowed: allowed.union(.item).subtracting(.each), arguments: arguments, steps: steps)
        let limit = members.take("limit").map { read($0, at: place.child("limit")) }
        guard let shape = members.take("shape") else {
            place.report("needs \"shape\", what each element becomes")
            return .literal(.null)
        }
        return .each(
            .init(from: from, whereAbsent: absent, limit: limit, shape: inner.read(shape, at: place.child("shape"))))
    }
}
