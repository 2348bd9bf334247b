import Core
package import HTTP
package import IO
package import LumaSandbox
import Synchronization

/// The rules of misbehaviour of one emulator, for its server and for the calls that are to fail before they reach it.
package final class FaultControl: Sendable {
    /// Which failures before a request can be played.
    package enum Connections: Sendable {
        /// None: the server speaks plain HTTP.
        case none
        /// Those of TLS: the server ends handshakes.
        case handshakes
        /// All: every call comes from this program, and can be sent elsewhere.
        case all
    }

    private let book: Mutex<FaultBook>
    private let connections: Connections
    private let seed: UInt64

    /// - Parameters:
    ///   - text: rules in the compact syntax; nil for none.
    ///   - seed: for rules that name none.
    package init(_ text: String?, seed: UInt64, _ connections: Connections) throws(StartFailure) {
        self.seed = seed
        self.connections = connections
        do throws(FaultError) {
            let book = FaultBook(try FaultSet(text: text ?? ""), seed: seed)
            if let problem = Self.problem(book, connections) { throw problem }
            self.book = Mutex(book)
        } catch {
            throw StartFailure(.configuration, "the faults cannot be used: \(error.problem)")
        }
    }

    /// What happens to a call that has arrived; nil for nothing.
    package func plan(for operation: String) -> FaultPlan? {
        book.withLock { $0.isEmpty ? nil : $0.plan(for: operation) }
    }

    /// What keeps a call, or a connection for nobody knows what, from arriving.
    package func connectionFault(for operation: String?) -> FaultBook.ConnectionFault? {
        book.withLock { $0.hasConnectionFaults ? $0.connectionFault(for: operation) : nil }
    }

    /// Answers `/_sandbox/faults`.
    package func administer(_ method: Method, _ body: [UInt8]) -> Response {
        do throws(FaultError) {
            switch method {
            case .get, .head: break
            case .put, .post: try change(body, adds: method == .post)
            case .delete: book.withLock { $0 = FaultBook(seed: seed) }
            default:
                return Self.refusal(
                    status: 405, "Method not allowed.", [Field("Allow", "GET, HEAD, PUT, POST, DELETE")])
            }
        } catch {
            return Self.refusal(status: 400, error.problem)
        }
        let rules = book.withLock { $0.json }
        return Response(status: 200, fields: [Field("Content-Type", "application/json")], body: rules.encoded)
    }

    private func change(_ body: [UInt8], adds: Bool) throws(FaultError) {
        let json: JSON
        do throws(JSONError) {
            json = try JSON.parse(body, limits: JSONLimits(maxDepth: 8, maxBytes: FaultSet.maxBytes))
        } catch {
            throw FaultError("The body is not valid JSON (at byte \(error.offset)).")
        }
        let set = try FaultSet(json)
        // The outcome leaves the lock as a value, since what the lock guards is changed only when all is well.
        let problem = book.withLock { current -> FaultError? in
            do throws(FaultError) {
                var next = FaultBook(set, seed: seed)
                if adds {
                    next = current
                    try next.add(set)
                }
                if let problem = Self.problem(next, connections) { return problem }
                current = next
                return nil
            } catch {
                return error
            }
        }
        if let problem { throw problem }
    }

    /// Refuses what would never happen, and says how to have it.
    private static func problem(_ book: FaultBook, _ connections: Connections) -> FaultError? {
        switch connections {
        case .all: return nil
        case .handshakes where book.needsNames:
            return FaultError(
                "a server cannot play dns: set LUMA_BASE_URL=https://luma.invalid, a name that nobody has.")
        case .handshakes where book.needsOperationsOfConnections:
            return FaultError("tls strikes before a request is sent: on must be *.")
        case .none where book.hasConnectionFaults:
            return FaultError(
                "a server of plain HTTP cannot play tls or dns: start it with --tls-cert and --tls-key for tls; for dns "
                    + "set LUMA_BASE_URL=https://luma.invalid, a name that nobody has.")
        default: return nil
        }
    }

    private static func refusal(status: Int, _ message: String, _ fields: [Field] = []) -> Response {
        SandboxHandler.refusal(status: status, message, fields)
    }
}

/// Lets calls to the emulator in this process fail before they are sent, by sending them where they truly fail: to a
/// name that nobody has (RFC 6761 §6.4), or with TLS to the emulator's port, where plain HTTP is spoken.
package final class FaultyTransport: Transport {
    private let inner: any Transport
    private let faults: FaultControl
    /// The emulator's scheme and authority.
    private let origin: String

    package init(_ inner: any Transport, _ faults: FaultControl, origin: String) {
        self.inner = inner
        self.faults = faults
        self.origin = origin
    }

    package func send(_ request: OutboundRequest) async throws(TransportError) -> OutboundResponse {
        guard request.url.hasPrefix(origin) else { return try await inner.send(request) }
        let target = request.url.dropFirst(origin.count)
        let path = String(target.prefix { $0 != "?" })
        let call = SandboxRequest(method: request.method == .get ? .get : .post, path: path)
        guard let operation = Sandbox.operation(of: call), let fault = faults.connectionFault(for: operation) else {
            return try await inner.send(request)
        }
        var request = request
        switch fault {
        case .dns: request.url = "https://luma.invalid" + target
        case .tls: request.url = "https" + origin.dropFirst("http".count) + target
        }
        return try await inner.send(request)
    }
}
