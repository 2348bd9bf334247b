import Core
public import HTTP
import LumaAPI

extension Sandbox {
    struct Route {
        let operation: LumaAPI.Operation
        let isLegacy: Bool
    }

    /// What a call brings, checked against its row and with current names.
    struct Call {
        let operation: LumaAPI.Operation
        let query: JSONObject
        let body: JSONObject
        let now: Timestamp

        /// What names and describes things: the body, or the query of an operation without one.
        var input: JSONObject { operation.body == nil ? query : body }
    }

    static func route(_ request: SandboxRequest) -> Result<Route, Refusal> {
        // Older hosts serve the same paths below `/public`.
        let path = request.path.hasPrefix("/public/v") ? String(request.path.dropFirst(7)) : request.path
        let method: LumaAPI.Operation.Method? =
            switch request.method {
            case .get: .get
            case .post: .post
            default: nil
            }
        if let method, let found = Catalog.route(method, path) {
            return .success(Route(operation: found.operation, isLegacy: found.isLegacy))
        }
        let allowed = Catalog.methods(on: path).map(\.rawValue)
        if allowed.isEmpty { return .failure(.noRoute) }
        let allow = Field("Allow", allowed.joined(separator: ", "))
        return .failure(Refusal(status: 405, message: "Method not allowed.", fields: [allow]))
    }

    mutating func perform(_ route: Route, _ request: SandboxRequest, now: Timestamp) throws(Refusal) -> JSON {
        if let calendar = request.calendarId, !calendar.isEmpty, calendar != state.calendarId { throw .noAccess }
        let call = try check(route, request, now: now)
        guard let behaviour = Behaviours.table[route.operation.name] else {
            throw Refusal(status: 501, message: "The sandbox does not emulate \(route.operation.name).")
        }
        return try behaviour(&self, call)
    }

    /// Reads query and body, brings legacy names to the current ones, and checks both against the row.
    private func check(_ route: Route, _ request: SandboxRequest, now: Timestamp) throws(Refusal) -> Call {
        let operation = route.operation
        var pairs = request.query
        if route.isLegacy {
            let given = Set(pairs.map(\.name))
            for index in pairs.indices {
                guard let current = operation.legacy.inputNames[pairs[index].name], !given.contains(current) else {
                    continue
                }
                pairs[index].name = current
            }
        }
        let (query, problems) = validator.read(query: pairs, fields: operation.query)
        if !problems.isEmpty { throw .invalid(problems) }
        guard operation.body != nil else {
            return Call(operation: operation, query: query, body: JSONObject(), now: now)
        }
        var body = try readBody(request)
        if route.isLegacy { body = LegacyShape.currentNames(body, operation.legacy) }
        let bodyProblems = validator.problems(in: .object(body), of: operation)
        if !bodyProblems.isEmpty { throw .invalid(bodyProblems) }
        return Call(operation: operation, query: query, body: body, now: now)
    }

    private func readBody(_ request: SandboxRequest) throws(Refusal) -> JSONObject {
        if let type = request.contentType {
            let media = type.prefix { $0 != ";" && $0 != " " }.lowercased()
            guard media == "application/json" || media.hasSuffix("+json") else {
                throw .invalid("The request body must be JSON: send Content-Type: application/json.")
            }
        }
        guard request.body.count <= configuration.maxBodyBytes else {
            throw Refusal(status: 413, message: "The request body is larger than \(configuration.maxBodyBytes) bytes.")
        }
        do throws(JSONError) {
            let json = try JSON.parse(request.body, limits: JSONLimits(maxDepth: 32))
            if let object = json.objectValue { return object }
        } catch {
            throw .invalid("The request body is not valid JSON (at byte \(error.offset)).")
        }
        throw .invalid("The request body must be a JSON object.")
    }

    /// The event of this id, if it is one of Luma's own.
    func event(_ id: JSON?) throws(Refusal) -> EventRecord {
        guard let id = id?.stringValue, let event = state.events[id], event.platform == .luma else { throw .noEvent }
        return event
    }
}

/// One request to the emulator, complete in memory and decoded from its wire form.
public struct SandboxRequest: Sendable {
    public var method: Method
    /// The path without its query, as it was sent.
    public var path: String
    /// Query parameters in their order, percent-decoded; a name may repeat.
    public var query: [(name: String, value: String)]
    /// The field `x-luma-api-key`.
    public var apiKey: String?
    /// The field `x-luma-calendar-id`.
    public var calendarId: String?
    /// The field `content-type`.
    public var contentType: String?
    public var body: [UInt8]

    public init(
        method: Method, path: String, query: [(name: String, value: String)] = [], apiKey: String? = nil,
        calendarId: String? = nil, contentType: String? = nil, body: [UInt8] = []
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.apiKey = apiKey
        self.calendarId = calendarId
        self.contentType = contentType
        self.body = body
    }
}

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
