import Core
import GatewayAPI
import Testing

@testable import Gateway

@Suite struct TraceContextTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let span = "00f067aa0ba902b7"

    private func context(_ text: String?, seed: UInt64 = 1) -> TraceContext {
        var random = SeededGenerator(seed: seed)
        guard let text else { return TraceContext(continuing: nil, &random) }
        return Array(text.utf8).withUnsafeBytes { TraceContext(continuing: $0, &random) }
    }

    @Test(arguments: [
        ("00-\(trace)-\(span)-01", true), ("00-\(trace)-\(span)-00", false), ("00-\(trace)-\(span)-ff", true),
        ("00-\(trace)-\(span)-02", false), ("cc-\(trace)-\(span)-01", true), ("01-\(trace)-\(span)-01-more", true),
        ("fe-\(trace)-\(span)-01-", true),
    ])
    func aTraceGoesOn(text: String, isSampled: Bool) {
        let context = context(text)
        #expect(context.traceID == Self.trace && context.isSampled == isSampled)
        #expect(context.spanID != Self.span)
        #expect(context.traceparent == "00-\(Self.trace)-\(context.spanID)-0\(isSampled ? 1 : 0)")
    }

    @Test(arguments: [
        nil, "", "00", "00-\(trace)-\(span)", "00-\(trace)-\(span)-1", "00-\(trace)-\(span)-01-",
        "00-\(trace)-\(span)-01-more", "ff-\(trace)-\(span)-01", "0-\(trace)-\(span)-01", "00-\(trace)-\(span)-0g",
        "00-00000000000000000000000000000000-\(span)-01", "00-\(trace)-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-\(span)-01", "00-\(trace)0-\(span)-01", "00_\(trace)_\(span)_01",
        "01-\(trace)-\(span)-01more", "00-\(trace)-\(span)-01 ", " 00-\(trace)-\(span)-01",
        "00-\(trace.dropLast())g-\(span)-01", "0A-\(trace)-\(span)-01",
    ])
    func whatIsNotWellFormedBeginsANewTrace(text: String?) {
        let context = context(text)
        #expect(context.traceID != Self.trace && !context.isSampled)
        let again = Array(context.traceparent.utf8).withUnsafeBytes { TraceContext.parse($0) }
        #expect(
            again?.traceID == context.traceID && context.traceID.utf8.count == 32 && context.spanID.utf8.count == 16)
        #expect(self.context(text, seed: 2).traceID != context.traceID)
    }
}
