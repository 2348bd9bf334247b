package import Core

/// Digests that are the same for what means the same: a body written with other spaces, or its members in another order.
package enum Fingerprint {
    /// What a caller has sent to Luma. Texts that look the same are the same: white space, what cannot be seen and the form of an
    /// accented letter say nothing, nor does a member without a value.
    package static func of(_ body: JSONObject, _ operation: String, principal: String) -> [UInt8]? {
        digest(JSON.object(body).loose, operation, principal)
    }

    /// The same of texts exactly as they are, for what is kept outside of the program and must stay what it is: the keys of an
    /// import's rows stand in its report.
    package static func exact(_ body: JSONObject, _ operation: String, principal: String) -> [UInt8]? {
        digest(JSON.object(body), operation, principal)
    }

    private static func digest(_ body: JSON, _ operation: String, _ principal: String) -> [UInt8]? {
        var bytes = Array(operation.utf8)
        append(principal, to: &bytes)
        bytes.append(0)
        body.canonical.write(to: &bytes)
        return try? Digest.sha256(bytes)
    }

    /// With its length in front, so that no two lists of texts make the same bytes.
    package static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: " \(text.utf8.count):".utf8)
        bytes.append(contentsOf: text.utf8)
    }
}

extension JSON {
    /// The same value as a reader sees it.
    fileprivate var loose: JSON {
        switch self {
        case .object(let object):
            .object(
                JSONObject(object.members.filter { !$0.value.isNull }.map { (name: $0.name, value: $0.value.loose) }))
        case .array(let items): .array(items.map(\.loose))
        case .string(let text):
            .string(Neutral.line(text).normalized)
        default: self
        }
    }
}
