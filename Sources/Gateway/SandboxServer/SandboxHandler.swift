import Core
import HTTP
import IO
import LumaSandbox

/// Serves Luma's API from the emulator: the one place where the pure `Sandbox` meets sockets and clocks.
///
/// It lives on one loop of its own, so that the emulator needs no lock.
final class SandboxHandler: NodeHandler {
    private var sandbox: Sandbox
    private let reactor: Reactor
    private let clock: LoopClock
    private let stateFile: SandboxStateFile?
    /// Set while a write of the state is due; one write covers all changes of a second.
    private var isSavePlanned = false

    init(_ sandbox: Sandbox, reactor: Reactor, stateFile: SandboxStateFile?) {
        self.sandbox = sandbox
        self.reactor = reactor
        clock = LoopClock(reactor)
        self.stateFile = stateFile
    }

    func handle(_ request: RequestView, _ exchange: Exchange) {
        exchange.respond(answer(request))
        if request.method == .post { planSave() }
    }

    private func answer(_ request: RequestView) -> Response {
        var query: [(name: String, value: String)] = []
        if let text = request.query, !text.isEmpty {
            do throws(QueryStringError) {
                query = try QueryString(parsing: text).items
            } catch {
                return Self.refusal(status: 400, "The query string is not well-formed.")
            }
        }
        let sandboxRequest = SandboxRequest(
            method: request.method, path: String(decoding: request.path, as: UTF8.self), query: query,
            apiKey: request.field("x-luma-api-key"), calendarId: request.field("x-luma-calendar-id"),
            contentType: request.field("content-type"), body: Array(request.body))
        return sandbox.handle(sandboxRequest, now: clock.wallClock, monotonic: reactor.now)
    }

    func refusal(_ error: ProtocolError, requestLine: String?) -> Response {
        Self.refusal(status: error.status, "The request is not valid HTTP: \(error.label).")
    }

    private static func refusal(status: Int, _ message: String) -> Response {
        let body: JSON = ["message": .string(message), "code": nil]
        return Response(status: status, fields: [Field("Content-Type", "application/json")], body: body.encoded)
    }

    private func planSave() {
        guard let stateFile, !isSavePlanned else { return }
        isSavePlanned = true
        reactor.schedule(at: reactor.now.advanced(seconds: 1)) { [self] in
            isSavePlanned = false
            stateFile.save(sandbox.snapshot().encoded)
        }
    }

    func couldNotAnswer(_ error: ResponseError) {
        StandardError.write("luma-mcp: the sandbox could not write an answer: \(error)")
    }

    /// Writes the state and returns when it is on disk.
    func end(by deadline: MonotonicTime) async {
        stateFile?.save(sandbox.snapshot().encoded)
        stateFile?.finish()
    }
}
