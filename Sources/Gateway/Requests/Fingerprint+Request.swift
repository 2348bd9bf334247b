import Core
import Crypto
import GatewayAPI
import HTTP

extension Fingerprint {
    /// What a request asks for. Fields that only choose the form of the answer are no part of it, nor is what shows that
    /// somebody has agreed. It is kept with idempotency keys: the same request has the same one in every version.
    ///
    /// - Parameters:
    ///   - parameter: the last segment that the path leaves open.
    ///   - query: as it was written.
    ///   - document: what the body says; nil when it has none.
    static func of(
        _ endpoint: Endpoint, _ parameter: String? = nil, query: [(name: String, value: String)] = [],
        document: JSON?
    ) -> [UInt8]? {
        of("\(endpoint.method.token) \(endpoint)", parameter, query: query, document: document)
    }

    /// The same for what is passed on: its input has all of path and query, so it is the same from wherever it comes.
    static func of(_ surface: Surface, _ input: JSONObject) -> [UInt8]? {
        of("\(surface.route.method.token) \(surface.name)", nil, query: [], document: .object(input))
    }

    private static func of(
        _ name: String, _ parameter: String?, query: [(name: String, value: String)], document: JSON?
    ) -> [UInt8]? {
        var bytes = Array(name.utf8)
        append(parameter ?? "", to: &bytes)
        let asked = query.filter { $0.name != QueryRows.confirm.name }
        for (name, value) in asked.sorted(by: { ($0.name, $0.value) < ($1.name, $1.value) }) {
            append(name, to: &bytes)
            append(value, to: &bytes)
        }
        bytes.append(0)
        document?.canonical.write(to: &bytes)
        return try? Digest.sha256(bytes)
    }
}
