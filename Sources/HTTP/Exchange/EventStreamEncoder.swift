/// Writes Server-Sent Events (HTML Living Standard §9.2.6).
public enum EventStreamEncoder {
    /// A line that no client reports; keeps what stands between from closing a quiet stream.
    public static let keepAlive = Array(": ping\n\n".utf8)

    /// Appends one event. A line end within the data begins another `data:` line, as a client puts them together again.
    public static func append(event: String, data: [UInt8], to output: inout [UInt8]) {
        output.append(contentsOf: "event: ".utf8)
        output.append(contentsOf: event.utf8)
        for line in data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            output.append(contentsOf: "\ndata: ".utf8)
            output.append(contentsOf: line)
        }
        output.append(contentsOf: "\n\n".utf8)
    }
}
