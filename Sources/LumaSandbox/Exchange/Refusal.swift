import Core
import HTTP
import LumaAPI

/// An answer that is no success, in Luma's shape of errors.
struct Refusal: Error, Equatable {
    var status: Int
    var message: String
    var fields: [Field] = []

    static let noKey = Refusal(status: 400, message: "Please provide an API key.")
    static let badKey = Refusal(status: 401, message: "You are not signed in.")
    static let noRoute = Refusal(status: 404, message: "Not found.")
    /// Also for an id that does not exist and for an event that is cancelled.
    static let noEvent = Refusal(status: 403, message: "You don't have access to this event.")
    static let noTicketType = Refusal(status: 404, message: "Ticket type not found.")
    static let noGuest = Refusal(status: 404, message: "Guest not found.")
    static let noAccess = Refusal(status: 403, message: "You don't have access to this calendar.")

    static func invalid(_ message: String) -> Refusal { Refusal(status: 400, message: message) }

    /// Names the first problems of a request; a body with thousands must not make an answer of thousands.
    static func invalid(_ problems: [SchemaProblem]) -> Refusal {
        let named = problems.prefix(5).map { $0.path.isEmpty ? "The body \($0.problem)" : "\($0.path) \($0.problem)" }
        let rest = problems.count > named.count ? "; and \(problems.count - named.count) more" : ""
        return .invalid("Invalid request: " + named.joined(separator: "; ") + rest + ".")
    }

    var response: Response {
        .json(status: status, ["message": .string(message), "code": nil], fields: fields)
    }
}

extension Response {
    static func json(status: Int = 200, _ body: JSON, fields: [Field] = []) -> Response {
        Response(status: status, fields: [Field("Content-Type", "application/json")] + fields, body: body.encoded)
    }
}
