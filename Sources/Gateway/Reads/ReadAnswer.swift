import Core
import GatewayAPI
import HTTP

/// The answer to a read, and how it came about.
struct ReadAnswer {
    let kept: KeptAnswer
    let source: ReadSource
    /// Whole seconds since what it shows was so.
    var age = 0
    /// Why it is one of before.
    var cause: String?
    /// What its octets say, where that is at hand.
    var tree: JSON?

    var document: Document { Document(octets: kept.body, tree: tree) }

    /// As REST gives it.
    /// - Throws: `APIError` 412 when If-Match does not hold.
    func response(_ conditions: Preconditions) throws(APIError) -> Response {
        try kept.response(source, conditions, age: age, cause: cause)
    }
}
