package import Core
import Dispatch
import Glibc
package import HTTP
package import IO
package import LumaSandbox
package import Settings

/// Serves Luma's API from the emulator: the one place where the pure `Sandbox` meets sockets and clocks.
///
/// It lives on one loop of its own, so that the emulator needs no lock.
package final class SandboxHandler: NodeHandler {
    private var sandbox: Sandbox
    private let reactor: Reactor
    private let clock: LoopClock
    private let faults: FaultControl
    private let stateFile: SandboxStateFile?
    private let hosts: AllowedHosts
    /// Set while a write of the state is due; one write covers all changes of a second.
    private var isSavePlanned = false

    /// - Parameter hosts: the names under which it answers.
    package init(
        _ sandbox: Sandbox, _ faults: FaultControl, reactor: Reactor, stateFile: SandboxStateFile?, hosts: AllowedHosts
    ) {
        self.sandbox = sandbox
        self.faults = faults
        self.reactor = reactor
        clock = LoopClock(reactor)
        self.stateFile = stateFile
        self.hosts = hosts
    }

    /// No page in a browser is a client of Luma's API: it lets none read its answers. So whatever a page asks is refused,
    /// and a name that somebody made resolve to this machine.
    package static func refusalOfPlace(_ request: RequestView, _ hosts: AllowedHosts) -> Response? {
        if let host = request.hostBytes, !hosts.allows(host) {
            return refusal(status: 421, "The sandbox does not answer under the name in Host.")
        }
        let site = request.field("sec-fetch-site") ?? "none"
        guard request.field("origin") != nil || !["none", "same-origin"].contains(site) else { return nil }
        return refusal(status: 403, "The sandbox is not for pages in a browser.")
    }

    package func handle(_ request: RequestView, _ exchange: Exchange) {
        if let refusal = Self.refusalOfPlace(request, hosts) {
            exchange.respond(refusal)
            return
        }
        var query: [(name: String, value: String)] = []
        if let text = request.query, !text.isEmpty {
            do throws(QueryStringError) {
                query = try QueryString(parsing: text).items
            } catch {
                exchange.respond(Self.refusal(status: 400, "The query string is not well-formed."))
                return
            }
        }
        let call = SandboxRequest(
            method: request.method, path: String(decoding: request.path, as: UTF8.self), query: query,
            apiKey: request.field("x-luma-api-key"), calendarId: request.field("x-luma-calendar-id"),
            contentType: request.field("content-type"), body: Array(request.body))
        if call.path == "/_sandbox/faults" {
            exchange.respond(faults.administer(call.method, call.body))
        } else if let operation = Sandbox.operation(of: call), let plan = faults.plan(for: operation) {
            play(plan.steps[...], call, nil, exchange)
        } else {
            exchange.respond(perform(call))
        }
    }

    /// Lets a call take effect.
    private func perform(_ call: SandboxRequest) -> Response {
        let response = sandbox.handle(call, now: clock.wallClock, monotonic: clock.now)
        if call.method == .post { planSave() }
        return response
    }

    // MARK: Faults

    /// Does what is left of a plan. A wait goes on when the client has gone, as Luma would: what it asked for happens.
    private func play(
        _ steps: ArraySlice<FaultPlan.Step>, _ call: SandboxRequest, _ response: Response?, _ exchange: Exchange
    ) {
        var steps = steps
        var response = response
        while let step = steps.popFirst() {
            switch step {
            case .wait(let milliseconds):
                let (later, so) = (steps, response)
                reactor.schedule(at: clock.now.advanced(seconds: Double(milliseconds) / 1000)) { [self] in
                    play(later, call, so, exchange)
                }
                return
            case .perform: response = perform(call)
            case .replace(let other): response = other
            case .reset: exchange.abort()
            case .send(let delivery): if let response, exchange.isOpen { send(response, delivery, exchange) }
            }
        }
    }

    private func send(_ response: Response, _ delivery: FaultPlan.Delivery, _ exchange: Exchange) {
        let body = response.body
        switch delivery {
        case .whole: exchange.respond(response)
        case .truncated(let bytes):
            exchange.beginStream(response, length: body.count)
            exchange.perform {
                try? await exchange.write(Array(body.prefix(bytes ?? body.count / 2)))
                exchange.breakStream()
            }
        case .misdeclared(let by):
            exchange.beginStream(response, length: max(0, body.count + by))
            exchange.perform {
                try? await exchange.write(body)
                // What a peer still waits for does not come; what it does not expect stands before the next answer.
                if by > 0 { exchange.breakStream() } else { exchange.endStream() }
            }
        case .slow(let bytes, let milliseconds):
            exchange.beginStream(response, length: body.count)
            exchange.perform { [clock] in
                do {
                    for start in stride(from: 0, to: body.count, by: bytes) {
                        if start > 0 {
                            try await clock.sleep(until: clock.now.advanced(seconds: Double(milliseconds) / 1000))
                        }
                        try await exchange.write(Array(body[start...].prefix(bytes)))
                    }
                    exchange.endStream()
                } catch {
                    exchange.breakStream()
                }
            }
        }
    }

    package func refusal(_ error: ProtocolError, requestLine: String?) -> Response {
        Self.refusal(status: error.status, "The request is not valid HTTP: \(error.label).")
    }

    /// An answer in Luma's shape of errors.
    package static func refusal(status: Int, _ message: String, _ fields: [Field] = []) -> Response {
        let body: JSON = ["message": .string(message), "code": nil]
        return Response(
            status: status, fields: [Field("Content-Type", "application/json")] + fields, body: body.encoded)
    }

    private func planSave() {
        guard let stateFile, !isSavePlanned else { return }
        isSavePlanned = true
        reactor.schedule(at: reactor.now.advanced(seconds: 1)) { [self] in
            isSavePlanned = false
            stateFile.save(sandbox.snapshot().encoded)
        }
    }

    package func couldNotAnswer(_ error: ResponseError) {
        StandardError.write("luma-mcp: the sandbox could not write an answer: \(error)")
    }

    /// Writes the state and returns when it is on disk.
    package func end(by deadline: MonotonicTime) async {
        stateFile?.save(sandbox.snapshot().encoded)
        stateFile?.finish()
    }
}

/// The file that `luma-mcp sandbox --state FILE` keeps its events in. Written whole beside the old one and renamed
/// over it, on a queue of its own: a crash leaves the old state or the new one.
package final class SandboxStateFile: Sendable {
    /// More than the emulator's own bound on its state can ever become as text.
    private static let largest = 256 << 20
    private let path: String
    private let queue = DispatchQueue(label: "luma-mcp.sandbox-state")

    /// - Parameter path: of a link, the file behind it is kept.
    package init(path: String) {
        guard let real = realpath(path, nil) else {
            self.path = path
            return
        }
        self.path = String(cString: real)
        free(real)
    }

    /// The saved state, nil when there is no file yet. Blocks: start-up only.
    /// - Throws: `StartFailure` for a file that cannot be read or is not a saved state.
    package func load(_ configuration: SandboxConfiguration) throws(StartFailure) -> Sandbox? {
        do {
            guard let text = try SmallFile.read(path, limit: Self.largest) else { return nil }
            let limits = JSONLimits(maxDepth: 64, maxBytes: Self.largest, maxValues: .max)
            return try Sandbox(snapshot: try JSON.parse(text, limits: limits), configuration)
        } catch let error as JSONError {
            throw StartFailure(.configuration, "\(path) is not JSON: \(error.kind.words) at byte \(error.offset)")
        } catch let error as SnapshotError {
            throw StartFailure(.configuration, "\(path) is not a saved state of the sandbox: \(error.problem)")
        } catch {
            throw StartFailure(.configuration, "\(path) cannot be read: \(error)")
        }
    }

    /// Writes the state for the first time, so that a place where nothing can be kept is known before anything is.
    /// Blocks: start-up only.
    package func begin(_ bytes: [UInt8]) throws(StartFailure) {
        do throws(SystemError) { try WholeFile.replace(path, bytes, mode: 0o600) } catch {
            throw StartFailure(.configuration, "the sandbox's state cannot be kept in \(path): \(error)")
        }
    }

    /// Writes in the background, in order.
    package func save(_ bytes: [UInt8]) {
        queue.async { [path] in
            do throws(SystemError) { try WholeFile.replace(path, bytes, mode: 0o600) } catch {
                StandardError.write("luma-mcp: the sandbox's state could not be saved to \(path): \(error)")
            }
        }
    }

    /// Returns when everything is written.
    package func finish() { queue.sync {} }
}
