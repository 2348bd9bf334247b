public import Core
import HTTP
import LumaAPI

/// An answer of Luma with a 2xx status, its body untouched.
public struct LumaAnswer: Sendable {
    /// Luma's status, a 2xx.
    public let status: Int
    /// The bytes as Luma sent them, to be passed on where nothing in them must be read.
    public let body: [UInt8]

    public init(status: Int, body: [UInt8]) {
        self.status = status
        self.body = body
    }

    /// Whether the body is one JSON object, as all of Luma's answers are. A page of HTML from something in between is not,
    /// whatever its status.
    var isObject: Bool {
        body.withUnsafeBytes { bytes in
            guard bytes.first(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0a && $0 != 0x0d }) == UInt8(ascii: "{")
            else {
                return false
            }
            do throws(JSONError) { try JSON.check(bytes) } catch { return false }
            return true
        }
    }

    /// Parses the body, anew for each call.
    /// - Throws: `LumaError.malformedAnswer` when it is not one JSON document.
    public func json() throws(LumaError) -> JSON {
        do { return try JSON.parse(body) } catch { throw .malformedAnswer }
    }
}

extension LumaError {
    /// The error for an answer that is not 2xx.
    ///
    /// Luma's statuses do not say whose fault a refusal is, so its words are looked at. 401 is always about our key, and so
    /// is the 400 that asks for one. A 403 is about the calendar's plan, whatever was called; about an event that the key
    /// does not see, which an unknown id and a cancelled event are, too; or about another thing that the request names. On
    /// a call that names nothing it can only be about the key. A 404 on such a call means that the path is unknown: a wrong
    /// base URL, not a wrong id. A 4xx that is not in Luma's words comes from something in between, and says nothing about
    /// the request.
    init(_ response: OutboundResponse, _ message: LumaMessage, to operation: Operation, retryAfterSeconds: Int) {
        switch response.status {
        case 429: self = .rateLimited(retryAfterSeconds: retryAfterSeconds)
        case 401: self = .authenticationRefused(status: 401, message)
        case 400..<500 where !message.isLumas: self = .upstreamFailure(status: response.status)
        case 400 where message.asksForKey: self = .authenticationRefused(status: 400, message)
        case 403 where message.asksForPlan: self = .planRequired(message)
        case 403 where message.deniesEvent && operation.namesSomething: self = .eventNotAccessible(message)
        case 403 where !operation.namesSomething: self = .authenticationRefused(status: 403, message)
        case 404: self = operation.namesSomething ? .notFound(message) : .upstreamFailure(status: 404)
        case 400..<500: self = .refused(status: response.status, message)
        default: self = .upstreamFailure(status: response.status)
        }
    }
}

extension Operation {
    /// Whether a call must name an existing thing by its id.
    var namesSomething: Bool {
        (query + (body ?? [])).contains { $0.required && ($0.name == "id" || $0.name.hasSuffix("_id")) }
    }
}

extension LumaMessage {
    /// Reads `{"message": …, "code": …}`; both nil for anything else, such as a page of HTML.
    /// - Parameter redactor: takes out what was sent along with the request and is nobody's business.
    init(body: [UInt8], _ redactor: Redactor) {
        guard let json = try? JSON.parse(body, limits: JSONLimits(maxDepth: 16, maxBytes: 64 << 10)) else {
            self.init()
            return
        }
        self.init(
            message: json["message"]?.stringValue.map { String(redactor.redacted($0).prefix(500)) },
            code: json["code"]?.stringValue.map { String(redactor.redacted($0).prefix(100)) })
    }

    fileprivate var asksForKey: Bool { plain.contains("api key") }

    /// "Your calendar must have an active Luma Plus plan to make API requests."
    fileprivate var asksForPlan: Bool { plain.contains("luma plus") }

    /// "You don't have access to this event."
    fileprivate var deniesEvent: Bool {
        ["you don't have access to this event", "you do not have access to this event"].contains {
            plain.hasPrefix($0)
        }
    }

    private var plain: String { String((message ?? "").lowercased().map { $0 == "\u{2019}" ? "'" : $0 }) }
}
