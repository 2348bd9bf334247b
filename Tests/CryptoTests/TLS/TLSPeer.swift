import COpenSSL
import Testing

@testable import Crypto

/// A client of OpenSSL's own, over memory BIOs like the server.
final class TLSPeer {
    let connection: TLSConnection

    /// - Parameters:
    ///   - version: the only one that it speaks; 0 for all.
    ///   - session: what `session` of an earlier client gave.
    init(version: Int32 = 0, protocols: [String] = [], session: OpaquePointer? = nil) throws {
        let context = try #require(SSL_CTX_new(TLS_client_method()))
        defer { SSL_CTX_free(context) }
        // As old a client as there may be: what is refused must be refused by the server.
        SSL_CTX_set_security_level(context, 0)
        _ = lm_SSL_CTX_set_min_proto_version(context, version)
        _ = lm_SSL_CTX_set_max_proto_version(context, version)
        connection = try TLSConnection(context: context)
        let list = protocols.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
        if !list.isEmpty { #expect(SSL_set_alpn_protos(ssl, list, UInt32(list.count)) == 0) }
        if let session { #expect(SSL_set_session(ssl, session) == 1) }
        SSL_set_connect_state(ssl)
    }

    var ssl: OpaquePointer { connection.pointer }

    /// What the server chose.
    var chosenProtocol: String {
        var name: UnsafePointer<UInt8>?
        var length: UInt32 = 0
        SSL_get0_alpn_selected(ssl, &name, &length)
        return String(decoding: UnsafeBufferPointer(start: name, count: Int(length)), as: UTF8.self)
    }

    /// The session for a later client; the caller frees it.
    func session() throws -> OpaquePointer { try #require(SSL_get1_session(ssl)) }
}

/// A server and a client with the wire between them.
struct TLSPair {
    let server: TLSConnection
    let client: TLSPeer
    /// Octets that cross the wire at once.
    var cut = Int.max

    init(_ context: TLSServerContext, _ client: TLSPeer, cut: Int = .max) throws {
        server = try TLSConnection(context)
        self.client = client
        self.cut = cut
    }

    /// Moves everything that one side wants to send; true when there was something.
    @discardableResult
    func carry(_ from: TLSConnection, _ to: TLSConnection, each: () -> Void = {}) -> Bool {
        let bytes = Array(from.output)
        from.outputTaken()
        var start = 0
        while start < bytes.count {
            let end = start + min(cut, bytes.count - start)
            bytes[start..<end].withUnsafeBytes { to.receive($0) }
            each()
            start = end
        }
        return !bytes.isEmpty
    }

    /// Runs the handshake to its end, on the server's side after every piece.
    func shakeHands() -> TLSFailure? {
        var failure: TLSFailure?
        _ = client.connection.handshake()
        for _ in 0..<10 {
            carry(client.connection, server) {
                if case .failed(let reason) = server.handshake() { failure = reason }
            }
            carry(server, client.connection) { _ = client.connection.handshake() }
            if failure != nil { return failure }
            if server.isEstablished, client.connection.isEstablished { break }
        }
        // The tickets of TLS 1.3 are read with the data.
        _ = read(client.connection)
        return failure
    }

    func read(_ side: TLSConnection, size: Int = 1000) -> [UInt8] {
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: size)
        while case .complete(let count) = buffer.withUnsafeMutableBytes({ side.read(into: $0) }), count > 0 {
            all += buffer[..<count]
        }
        return all
    }

    func send(_ bytes: [UInt8], from: TLSConnection, to: TLSConnection) -> [UInt8] {
        guard case .complete = bytes.withUnsafeBytes({ from.write($0) }) else { return [] }
        var received: [UInt8] = []
        carry(from, to) { received += read(to) }
        return received
    }
}
