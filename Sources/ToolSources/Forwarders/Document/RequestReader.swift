import Core
import HTTP

/// Reads the requests of a document.
struct RequestReader {
    /// The names of the tool's arguments.
    let arguments: [String]
    /// The ids of the steps before this one.
    let steps: [String]
    /// What may stand in fields and body.
    var allowed = ValueReader.Allowed.request

    private static let methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    private static let bodies = ["json", "form", "text", "multipart"]

    /// The template of a request; nil when a part without which it is none is wrong.
    func read(_ given: JSON?, at place: Place) -> RequestTemplate? {
        guard let given else {
            place.report("is required")
            return nil
        }
        guard var members = Members(given, at: place) else { return nil }
        defer { members.finish() }
        let word = members.word("method", of: Self.methods)
        if !members.has("method") { members.missing("method") }
        let method = word.flatMap { OutboundRequest.Method(rawValue: $0) }
        let path = path(members.text("path", max: 1024), at: place.child("path"))
        if !members.has("path") { members.missing("path") }
        let query = parameters(members.object("query"), at: place.child("query"), allowed.intersection(.query))
        let fields = Self.fields(
            members.object("headers"), at: place.child("headers"), allowed: allowed, arguments: arguments, steps: steps)
        let body = body(&members, at: place)
        guard let method, let path else { return nil }
        if body != .none, !method.hasBody { place.report("has a body, which \(method.rawValue) does not allow") }
        return RequestTemplate(method: method, path: path, query: query, fields: fields, body: body)
    }

    private func reader(_ allowed: ValueReader.Allowed) -> ValueReader {
        ValueReader(allowed: allowed, arguments: arguments, steps: steps)
    }

    private func path(_ text: String?, at place: Place) -> PathTemplate? {
        guard let text else { return nil }
        do throws(ReferenceError) {
            let path = try PathTemplate(text)
            for pointer in path.arguments {
                guard let name = pointer.tokens.first, !arguments.contains(name) else { continue }
                let hint = NearestName.hint(for: name, among: arguments)
                place.report("names \(Neutral.quoted(name)), which is not in the tool's input" + hint)
            }
            return path
        } catch {
            place.report(error.text)
            return nil
        }
    }

    // MARK: Bodies

    private func body(_ members: inout Members, at place: Place) -> RequestTemplate.Body {
        let named = Self.bodies.filter(members.has)
        if named.count > 1 { place.report("has several bodies: " + named.joined(separator: ", ") + "; choose one") }
        var body = RequestTemplate.Body.none
        if let given = members.take("json") {
            body = .json(reader(allowed).read(given, at: place.child("json")))
        }
        if let given = members.object("form") {
            body = .form(parameters(given, at: place.child("form"), allowed))
        }
        if let given = members.take("text") {
            body = .text(reader(allowed).read(given, at: place.child("text")))
        }
        if let given = members.array("multipart", 1...32) {
            body = .multipart(
                given.enumerated().compactMap { part($1, at: place.child("multipart").child(String($0))) })
        }
        return body
    }

    private func part(_ given: JSON, at place: Place) -> MultipartPart? {
        guard var members = Members(given, at: place) else { return nil }
        defer { members.finish() }
        let name = members.text("name", max: 128)
        let value = members.take("value")
        let file = members.take("base64")
        let fileName = members.text("filename", max: 128)
        let type = members.text("type", max: 128)
        guard let name, Self.isPartName(name) else {
            place.report("needs a \"name\" without quotes and line ends")
            return nil
        }
        guard (value == nil) != (file == nil) else {
            place.report("needs either \"value\", a text, or \"base64\", the octets of a file")
            return nil
        }
        guard let file else {
            if fileName != nil || type != nil {
                place.report("has a \"filename\" or \"type\", which only \"base64\" has")
            }
            return MultipartPart(
                name: name, value: reader(allowed).read(value ?? .null, at: place.child("value")), file: nil)
        }
        guard let fileName, Self.isPartName(fileName) else {
            place.report("needs a \"filename\" without quotes and line ends")
            return nil
        }
        if let type, !Self.isMediaType(type) {
            place.child("type").report("must be a media type, such as \"image/png\"")
            return nil
        }
        return MultipartPart(
            name: name, value: reader(allowed).read(file, at: place.child("base64")),
            file: .init(name: fileName, mimeType: type ?? "application/octet-stream"))
    }

    private static func isPartName(_ name: String) -> Bool {
        !name.isEmpty && !name.unicodeScalars.contains { FieldRules.isControl($0) || $0 == "\"" || $0 == "\\" }
    }

    /// `type/subtype`, without parameters.
    static func isMediaType(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { FieldRules.isName(String($0)) }
    }

    // MARK: Queries and fields

    private func parameters(
        _ object: JSONObject?, at place: Place, _ allowed: ValueReader.Allowed
    ) -> [ParameterTemplate] {
        (object?.members ?? []).compactMap { member in
            let place = place.child(member.name)
            guard !member.name.isEmpty, member.name.utf8.count <= 128,
                !member.name.unicodeScalars.contains(where: FieldRules.isControl)
            else {
                place.report("must have a name of 1 to 128 bytes")
                return nil
            }
            return parameter(member.name, member.value, at: place, allowed)
        }
    }

    /// `array` and `object` beside an argument say how a list and an object are written.
    private func parameter(
        _ name: String, _ given: JSON, at place: Place, _ allowed: ValueReader.Allowed
    ) -> ParameterTemplate {
        var value = given
        var list = ParameterTemplate.ListStyle.repeat
        var isDeep = false
        if var object = given.objectValue, object["$arg"] != nil || object["$step"] != nil {
            var members = Members(object, at: place)
            let words = ParameterTemplate.ListStyle.allCases.map(\.rawValue)
            list = members.word("array", of: words).flatMap { .init(rawValue: $0) } ?? list
            isDeep = members.word("object", of: ["deep"]) != nil
            object["array"] = nil
            object["object"] = nil
            value = .object(object)
        }
        let template = reader(allowed).read(value, at: place)
        return ParameterTemplate(name: name, value: template, list: list, isDeep: isDeep)
    }

    /// The fields of a request, or of all of a service's.
    static func fields(
        _ object: JSONObject?, at place: Place, allowed: ValueReader.Allowed, arguments: [String] = [],
        steps: [String] = []
    ) -> [FieldTemplate] {
        var fields: [FieldTemplate] = []
        for member in (object?.members ?? []).prefix(FieldRules.most) {
            let place = place.child(member.name)
            let name = member.name.lowercased()
            guard FieldRules.isName(name) else {
                place.report("is not the name of a header field")
                continue
            }
            guard !fields.contains(where: { $0.name == name }) else {
                place.report("is a duplicate: header fields ignore upper and lower case")
                continue
            }
            guard !FieldRules.isTransport(name) else {
                place.report("is set by the gateway itself")
                continue
            }
            let reader = ValueReader(allowed: allowed, arguments: arguments, steps: steps)
            let value = reader.read(member.value, at: place)
            if value.takesArguments, FieldRules.isClosedToArguments(name) {
                place.report("must not depend on an argument or an answer")
            }
            if case .literal(let json) = value, let text = json.scalarText, !FieldRules.isValue(text) {
                place.report("must be one line of at most \(FieldRules.longestValue) bytes")
            }
            fields.append(FieldTemplate(name: name, value: value))
        }
        if let object, object.count > FieldRules.most { place.report("has more than \(FieldRules.most) fields") }
        return fields
    }
}
