import Core
import Crypto
import GatewayAPI
import HTTP

extension Fingerprint {
    /// What a request asks for. Fields that only choose the form of the answer are no part of it, nor is what shows that
    /// somebody has agreed.
    /// - Returns: nil for a body that is no JSON, which asks for nothing.
    static func of(_ input: RequestInput) -> [UInt8]? {
        var bytes = Array("\(input.endpoint.method.token) \(input.endpoint)".utf8)
        append(input.parameter ?? "", to: &bytes)
        let asked = input.query.filter { $0.name != QueryRows.confirm.name }
        for (name, value) in asked.sorted(by: { ($0.name, $0.value) < ($1.name, $1.value) }) {
            append(name, to: &bytes)
            append(value, to: &bytes)
        }
        bytes.append(0)
        if let operation = input.operation {
            JSON.object(operation).canonical.write(to: &bytes)
        } else if !input.body.isEmpty {
            guard let document = try? JSON.parse(input.body) else { return nil }
            document.canonical.write(to: &bytes)
        }
        return try? Digest.sha256(bytes)
    }
}
