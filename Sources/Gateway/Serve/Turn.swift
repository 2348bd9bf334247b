import Core
import HTTP
import IO
import LumaClient

/// One request on its way to its answer: what the answer and the log line need of it.
struct Turn {
    let id: String
    let method: Method
    let exchange: Exchange
    let worker: Worker

    /// Answers and logs.
    func finish(_ endpoint: Endpoint?, _ response: Response, calls: CallContext? = nil, reason: Reason? = nil) {
        exchange.respond(response, adding: Field("X-Request-Id", id))
        // The answer to HEAD has a length and no body (RFC 9110 §9.3.2).
        let bytes = method == .head ? 0 : response.body.count
        worker.log(self, endpoint, status: response.status, bytes: bytes, calls: calls, reason: reason)
    }

    /// Answers with the error in the one shape, and logs.
    func finish(_ endpoint: Endpoint?, _ error: APIError, calls: CallContext? = nil) {
        finish(endpoint, error.response(requestID: id), calls: calls, reason: error.reason)
    }
}
