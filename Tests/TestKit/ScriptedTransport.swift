public import Core
public import HTTP

/// An upstream that answers by a script, and keeps what it was asked.
public final class ScriptedTransport: Transport {
    public typealias Answer = Result<OutboundResponse, TransportError>

    /// All requests in order.
    public private(set) var requests: [OutboundRequest] = []
    private let script: (OutboundRequest, Int) async -> Answer

    /// - Parameter script: is given each request and its number, from 0.
    public init(_ script: @escaping (OutboundRequest, Int) async -> Answer) { self.script = script }

    /// Answers in turn; the last answer is repeated.
    public convenience init(_ answers: [Answer]) {
        self.init { _, index in answers[min(index, answers.count - 1)] }
    }

    public func send(_ request: OutboundRequest) async throws(TransportError) -> OutboundResponse {
        requests.append(request)
        return try await script(request, requests.count - 1).get()
    }

    /// The path and query of every request, with its method in front.
    public var lines: [String] {
        requests.map { request in
            let path = request.url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false).last ?? ""
            let start = path.firstIndex(of: "/") ?? path.endIndex
            return "\(request.method == .get ? "GET" : "POST") \(path[start...])"
        }
    }

    /// How many requests went to this path.
    public func count(_ path: String) -> Int { requests.count { $0.url.contains(path) } }
}

extension Result where Success == OutboundResponse, Failure == TransportError {
    /// An answer with a JSON body.
    public static func json(_ status: Int, _ body: JSON, _ fields: [Field] = []) -> Self {
        .success(OutboundResponse(status: status, fields: fields, body: body.encoded))
    }

    public static func status(_ status: Int, _ fields: [Field] = []) -> Self {
        .success(OutboundResponse(status: status, fields: fields))
    }

    public static func lost(_ cause: TransportError.Cause, neverSent: Bool = false) -> Self {
        .failure(TransportError(cause, neverSent: neverSent))
    }
}
