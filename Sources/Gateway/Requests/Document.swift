import Core
import GatewayAPI

/// A JSON document as an answer: octets that are passed on as they came, a tree, or both where both are at hand.
struct Document {
    private let given: [UInt8]?
    /// Nil of octets that nobody has looked into.
    let tree: JSON?

    init(_ tree: JSON) { (given, self.tree) = (nil, tree) }

    /// - Parameter tree: what the octets say, where that is known.
    init(octets: [UInt8], tree: JSON? = nil) { (given, self.tree) = (octets, tree) }

    /// What is sent.
    var octets: [UInt8] { given ?? tree?.encoded ?? [] }

    /// The tree, read from the octets where there is none.
    /// - Throws: `APIError` 502 for octets that are no JSON.
    func json() throws(APIError) -> JSON {
        if let tree { return tree }
        do throws(JSONError) {
            return try JSON.parse(octets)
        } catch {
            throw APIError(.upstreamFailure)
        }
    }
}
