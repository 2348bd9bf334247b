public import HTTP

extension RequestView {
    /// Reads `raw` as a server would and lends the request that it holds to `body`.
    ///
    /// - Throws: the `ProtocolError` with which the server refuses it, `incompleteRequest` when it is not whole.
    public static func withParsed<T>(
        _ raw: [UInt8], limits: WireLimits = WireLimits(), body: (RequestView) throws -> T
    ) throws -> T {
        var bytes = raw
        let table = FieldTable(limits: limits)
        var connection = ServerConnection()
        return try bytes.withUnsafeMutableBytes { bytes in
            switch connection.advance(bytes, ended: true, limits: limits, table: table) {
            case .request: try body(connection.request(in: UnsafeRawBufferPointer(bytes), table: table))
            case .refuse(let error): throw error
            default: throw ProtocolError.incompleteRequest
            }
        }
    }

    /// The same for a text, whose lines must already end in CRLF.
    public static func withParsed<T>(
        _ raw: String, limits: WireLimits = WireLimits(), body: (RequestView) throws -> T
    ) throws -> T {
        try withParsed(Array(raw.utf8), limits: limits, body: body)
    }
}
