import Core
import ToolSources

/// What a child says beside its messages, on the way to the log: cleaned, without secrets, and not more than anybody reads.
struct ChildNotes {
    private static let most = 20
    private static let seconds = 10.0
    private static let longest = 2000

    private let upstream: String
    private let redactor: Redactor
    private let log: @Sendable (HostEvent) -> Void
    private var began: MonotonicTime?
    private var count = 0

    init(of upstream: String, _ redactor: Redactor, log: @escaping @Sendable (HostEvent) -> Void) {
        self.upstream = upstream
        self.redactor = redactor
        self.log = log
    }

    /// Notes a line of its standard error output, or one that is no message.
    mutating func note(_ octets: [UInt8], now: MonotonicTime) {
        if began.map({ now.seconds(since: $0) >= Self.seconds }) ?? true {
            tellOmitted()
            (began, count) = (now, 0)
        }
        count += 1
        guard count <= Self.most else { return }
        let text = OutsideText.line(String(decoding: octets.prefix(2 * Self.longest), as: UTF8.self), max: .max)
        // A secret is looked for before the text is cut, which could leave half of one.
        let shown = OutsideText.line(redactor.redacted(text), max: Self.longest)
        log(HostEvent(.debug, "An MCP server wrote", ["upstream": upstream, "text": shown]))
    }

    /// Says how many lines were left out, if any were.
    mutating func tellOmitted() {
        if count > Self.most {
            log(
                HostEvent(
                    .debug, "An MCP server wrote more than is logged",
                    ["upstream": upstream, "lines": String(count - Self.most)]))
        }
        count = 0
    }
}
