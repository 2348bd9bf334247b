import HTTP
import IOTestKit
import Testing

@testable import IO

/// Servers that compress, though asked not to.
extension FileFetchTests {
    @Test func aFileIsAskedForAsItIs() async throws {
        let packed = gzippedZeros(5000)
        // It is what the file is, not how it comes.
        let server = try Self.serving(packed, "Content-Encoding: Identity\r\nContent-Type: application/gzip\r\n")
        try await FetchClient.with { client in
            let file = try await client.fetch(server.url, try Self.rule(server.port)).get()
            #expect(file.bytes == packed.count && client.octets == packed)
        }
        #expect(server.requests.first?.field("accept-encoding") == "identity")
        server.stop()
    }

    /// Neither a bomb nor one that breaks off within is unpacked: which of them are whole nobody tells.
    @Test func whatIsCompressedUnaskedIsRefused() async throws {
        let bomb = gzippedZeros(8 << 20)
        let packed = gzippedZeros(5000)
        #expect(bomb.count < 1 << 17)
        for body in [packed, Array(packed.dropLast(4)), bomb, packed + packed, Self.piece, []] {
            for fields in [
                "Content-Encoding: gzip\r\n", "Content-Encoding: x-gzip\r\n", "content-encoding: GZIP\r\n",
                "Content-Encoding: rot13\r\n", "Content-Encoding: identity, gzip\r\n",
                "Content-Encoding: identity\r\nContent-Encoding: br\r\n", "Content-Encoding:\r\n gzip\r\n",
            ] {
                let server = try Self.serving(body, fields)
                try await FetchClient.with { client in
                    let reason = await client.reason(server.url, try Self.rule(server.port) { $0.maxBytes = 1 << 20 })
                    #expect(reason == .encoding, "\(fields) \(body.count)")
                }
                server.stop()
            }
        }
    }

    /// A coding of the transfer is undone below, unasked.
    @Test func whatIsCompressedForTheTransferIsRefused() async throws {
        let packed = gzippedZeros(5000)
        for (codings, body, expected) in [
            ("gzip, chunked", packed, .encoding), ("gzip, chunked", Array(packed.dropLast(4)), .encoding),
            ("gzip, chunked", gzippedZeros(8 << 20), .encoding), ("Chunked", packed, nil),
        ] as [(String, [UInt8], FetchFailure.Reason?)] {
            let server = try SocketServer { connection in
                while connection.read() != nil {
                    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: \(codings)\r\n\r\n"
                    let size = String(body.count, radix: 16)
                    connection.write(Array("\(head)\(size)\r\n".utf8) + body + Array("\r\n0\r\n\r\n".utf8))
                }
            }
            try await FetchClient.with { client in
                let rule = try Self.rule(server.port)
                #expect(await client.reason(server.url, rule) == expected, "\(codings)")
                if expected == nil { #expect(client.octets == packed) }
            }
            server.stop()
        }
    }
}
