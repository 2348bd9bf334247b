import Core
import GatewayAPI
import HTTP

/// What a read asks for, read and checked.
enum ReadRequest {
    case event(EventID)
    case list(EventListQuery)
    case lookUp(EventAddress)
    case operation(PassedOperation)
}

/// An operation of Luma's that is passed on, with Luma's input, read and checked.
struct PassedOperation {
    let surface: Surface
    let input: JSONObject
}

/// What a read has brought.
enum ReadResult {
    /// One of those that are kept and shared.
    case shared(ReadAnswer)
    /// Made for who asked.
    case own(JSON)

    /// The document.
    /// - Throws: `APIError` 502 for an answer that is no JSON.
    func json() throws(APIError) -> JSON {
        switch self {
        case .shared(let answer): try answer.document.json()
        case .own(let document): document
        }
    }

    /// As REST gives it.
    /// - Throws: `APIError` 412 when If-Match does not hold.
    func response(_ conditions: Preconditions) throws(APIError) -> Response {
        switch self {
        case .shared(let answer): try answer.response(conditions)
        case .own(let document): try .tagged(document.encoded, conditions)
        }
    }
}
