import Core
import MCP

/// Reads a result of a call that a plugin wrote as MCP has it. What a client might not take is a problem of the plugin's.
enum PluginContent {
    /// Why it is none.
    struct Problem: Error {
        let reason: String

        init(_ reason: String) { self.reason = reason }
    }

    /// Pieces of one result.
    static let maxPieces = 64
    /// Octets of an image or a sound in base 64: what models take. A larger one breaks a conversation for good.
    static let maxMediaBytes = 5 << 20
    private static let maxURIBytes = 2048

    /// - Parameter clean: makes a text fit for the caller.
    static func read(_ json: JSON, clean: (String) -> String) throws(Problem) -> ToolResult {
        guard let object = json.objectValue else { throw Problem("it is not an object") }
        guard let items = object["content"]?.arrayValue ?? (object["structuredContent"] == nil ? nil : []) else {
            throw Problem("it has no \"content\"")
        }
        guard items.count <= maxPieces else { throw Problem("it has more than \(maxPieces) pieces of content") }
        var content: [Content] = []
        for (index, item) in items.enumerated() {
            do throws(Problem) { content.append(try piece(item, clean)) } catch {
                throw Problem("content[\(index)] \(error.reason)")
            }
        }
        var structured: JSONObject?
        if let given = object["structuredContent"], !given.isNull {
            guard let object = given.objectValue else { throw Problem("its \"structuredContent\" is not an object") }
            structured = cleaned(.object(object), clean).objectValue
        }
        // Most models are shown only one of the two.
        if content.isEmpty, let structured { content = ToolResult.structured(structured).content }
        let isError = object["isError"]?.boolValue ?? false
        let meta = object["_meta"]?.objectValue.map { meta in
            JSONObject(
                meta.members.filter { !$0.name.hasPrefix("io.modelcontextprotocol/") }.map {
                    (name: clean($0.name), value: cleaned($0.value, clean))
                })
        }
        var result = ToolResult(content, structured: structured, isError: isError)
        result.meta = meta.flatMap { $0.isEmpty ? nil : $0 }
        return result
    }

    private static func cleaned(_ json: JSON, _ clean: (String) -> String) -> JSON {
        switch OutsideText.json(json) {
        case .string(let text): .string(clean(text))
        case .array(let items): .array(items.map { cleaned($0, clean) })
        case .object(let object):
            .object(JSONObject(object.members.map { (name: $0.name, value: cleaned($0.value, clean)) }))
        case let other: other
        }
    }

    private static func piece(_ json: JSON, _ clean: (String) -> String) throws(Problem) -> Content {
        switch json["type"]?.stringValue {
        case "text":
            guard let text = json["text"]?.stringValue else { throw Problem("has no \"text\"") }
            return .text(clean(text))
        case "image":
            let (data, type) = try media(json, "image/")
            return .image(base64: data, mimeType: type)
        case "audio":
            let (data, type) = try media(json, "audio/")
            return .audio(base64: data, mimeType: type)
        case "resource_link":
            guard let name = json["name"]?.stringValue else { throw Problem("has no \"name\"") }
            return .link(uri: try uri(json), name: clean(name), mimeType: try mediaType(json))
        case "resource":
            guard let resource = json["resource"] else { throw Problem("has no \"resource\"") }
            let (uri, type) = (try uri(resource), try mediaType(resource))
            if let text = resource["text"]?.stringValue {
                return .resource(ResourceContents(uri: uri, mimeType: type, .text(clean(text))))
            }
            guard let blob = resource["blob"]?.stringValue, isBase64(blob) else {
                throw Problem("has neither \"text\" nor a \"blob\" in base 64")
            }
            return .resource(ResourceContents(uri: uri, mimeType: type, .blob(base64: blob)))
        case let type:
            throw Problem("has the type \(Neutral.cited(Neutral.echo(type ?? ""))), which MCP does not have")
        }
    }

    private static func media(_ json: JSON, _ kind: String) throws(Problem) -> (data: String, type: String) {
        guard let type = try mediaType(json), type.hasPrefix(kind) else {
            throw Problem("has no \"mimeType\" that begins with \(kind)")
        }
        let data = json["data"]?.stringValue ?? ""
        guard data.utf8.count <= maxMediaBytes else {
            throw Problem("has more than \(maxMediaBytes) bytes of base 64, more than models take")
        }
        guard !data.isEmpty, isBase64(data) else { throw Problem("has no \"data\" in base 64") }
        return (data, type)
    }

    private static func mediaType(_ json: JSON) throws(Problem) -> String? {
        guard let given = json["mimeType"], !given.isNull else { return nil }
        guard let type = given.stringValue, isMediaType(type) else { throw Problem("has an invalid \"mimeType\"") }
        return type
    }

    private static func uri(_ json: JSON) throws(Problem) -> String {
        guard let uri = json["uri"]?.stringValue, !uri.isEmpty, uri.utf8.count <= maxURIBytes,
            uri.utf8.allSatisfy({ (0x21...0x7e).contains($0) }), uri.utf8.contains(UInt8(ascii: ":"))
        else { throw Problem("has no \"uri\" of at most \(maxURIBytes) visible ASCII characters") }
        return uri
    }

    /// A media type without a space in it (RFC 9110 §8.3.1).
    static func isMediaType(_ text: String) -> Bool {
        let name = text.prefix { $0 != ";" }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        return text.utf8.count <= 128 && text.utf8.allSatisfy { (0x21...0x7e).contains($0) || $0 == 0x20 }
            && parts.count == 2
            && parts.allSatisfy {
                !$0.isEmpty && $0.utf8.allSatisfy { $0.isASCIIAlphanumeric || "!#$&^_.+-".utf8.contains($0) }
            }
    }

    /// RFC 4648 §4, with padding.
    private static func isBase64(_ text: String) -> Bool {
        let octets = text.utf8
        guard octets.count.isMultiple(of: 4) else { return false }
        let data = octets.prefix { $0 != UInt8(ascii: "=") }
        return octets.count - data.count <= 2
            && octets.dropFirst(data.count).allSatisfy { $0 == UInt8(ascii: "=") }
            && data.allSatisfy { $0.isASCIIAlphanumeric || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "/") }
    }
}
