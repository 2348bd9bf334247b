import HTTP
import Synchronization

/// What one server gives to its peers at most. Times in seconds.
public struct ServerLimits: Sendable {
    /// Octets of a decoded request body; beyond it 413. At most 1 GiB counts.
    public var maxBodyBytes: Int
    /// Octets of a request head; beyond it 431. At most 16 MiB count.
    public var maxHeadBytes: Int
    /// Octets of a request line; beyond it 414.
    public var maxRequestLine: Int
    /// Field lines of a head; beyond it 431.
    public var maxFields: Int
    /// Open connections of all loops together; beyond it 503 and a close.
    public var maxConnections: Int
    /// From the first octet of a request to the end of its head; then 408.
    public var headerTimeout: Double
    /// From the end of a head to the end of its body; then 408.
    public var bodyTimeout: Double
    /// Between two requests, and before the first; then a silent close.
    public var idleTimeout: Double
    /// Without one octet that the peer took while some are unsent; then a reset.
    public var writeTimeout: Double

    public init(
        maxBodyBytes: Int = 1 << 20, maxHeadBytes: Int = 32 << 10, maxRequestLine: Int = 8192, maxFields: Int = 100,
        maxConnections: Int = 10_000, headerTimeout: Double = 10, bodyTimeout: Double = 30, idleTimeout: Double = 75,
        writeTimeout: Double = 30
    ) {
        self.maxBodyBytes = maxBodyBytes
        self.maxHeadBytes = maxHeadBytes
        self.maxRequestLine = maxRequestLine
        self.maxFields = maxFields
        self.maxConnections = maxConnections
        self.headerTimeout = headerTimeout
        self.bodyTimeout = bodyTimeout
        self.idleTimeout = idleTimeout
        self.writeTimeout = writeTimeout
    }

    var wire: WireLimits {
        WireLimits(
            requestLine: maxRequestLine, headBytes: min(maxHeadBytes, WireLimits.mostHeadBytes), fields: maxFields,
            bodyBytes: min(maxBodyBytes, WireLimits.mostBodyBytes))
    }
}

/// Counts the open connections of all loops together.
public final class ConnectionCounter: Sendable {
    private let open = Atomic<Int>(0)

    public init() {}

    public var count: Int { open.load(ordering: .relaxed) }

    /// Takes a place if fewer than `limit` are taken.
    func acquire(limit: Int) -> Bool {
        if open.add(1, ordering: .relaxed).newValue <= limit { return true }
        open.subtract(1, ordering: .relaxed)
        return false
    }

    func release() { open.subtract(1, ordering: .relaxed) }
}
