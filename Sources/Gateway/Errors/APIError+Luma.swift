import LumaClient

extension APIError {
    init(_ error: LumaError, subject: String?) {
        if error.status == 404 {
            self = .eventNotFound(subject ?? "")
        } else if error.status == 0 {
            self.init(.upstreamUnreachable)
        } else {
            self.init(lumaRefused: error.status, message: error.text)
        }
    }
}
extension LumaError {
    enum H {
        case healthy
        case failed(HealthState.Verdict.Failure, String?)
        case unknown
    }
    var healthVerdict: H { .failed(.unreachable, text) }
}
