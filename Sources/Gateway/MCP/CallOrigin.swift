import Core
import LumaClient
import MCP

/// Where a message of MCP comes from, as far as its calls to Luma are concerned: they count for whoever asks, and go on with
/// the caller's trace, as those of REST do.
struct CallOrigin: Sendable {
    let caller: CallerKey
    let traceparent: String?

    /// The only client of a program that was started for it.
    static let alone = CallOrigin(caller: .none, traceparent: nil)

    init(caller: CallerKey, traceparent: String?) {
        self.caller = caller
        self.traceparent = traceparent
    }

    /// That of a request over HTTP.
    init(_ turn: Turn) {
        self.init(caller: turn.sender(.interactive).caller, traceparent: turn.admission?.trace?.traceparent)
    }

    /// The calls that one call of a tool, a prompt or a resource makes.
    /// - Parameter isGone: nobody waits for it any more; asked while it waits.
    static func context(of call: Call, isGone: @escaping () -> Bool = { false }) -> CallContext {
        let origin = call.caller.origin as? CallOrigin ?? .alone
        let context = CallContext(Sender(origin.caller), isCallerGone: isGone)
        // What the message itself says stands nearer than the request that has carried it.
        context.traceparent = call.meta?["traceparent"]?.stringValue.flatMap(Self.continued) ?? origin.traceparent
        return context
    }

    /// The trace of a message, with this gateway as the parent; nil when it is not well-formed.
    private static func continued(_ traceparent: String) -> String? {
        var random = SystemRandomNumberGenerator()
        return Array(traceparent.utf8).withUnsafeBytes { octets in
            TraceContext.parse(octets).map { _ in TraceContext(continuing: octets, &random).traceparent }
        }
    }
}
