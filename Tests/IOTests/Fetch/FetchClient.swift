import Core
import Foundation
import HTTP
import Testing

@testable import IO

/// Fetches on a loop of its own, for tests that run elsewhere, into a directory of its own.
actor FetchClient {
    typealias Outcome = Result<FetchedFile, FetchFailure>

    private let loop: Loop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.unownedExecutor }
    private var fetches: FileFetch?
    nonisolated let folder: String
    nonisolated var path: String { folder + "/fetched" }

    private init(_ loop: Loop, _ folder: String) { (self.loop, self.folder) = (loop, folder) }

    /// Lets `body` use one.
    /// - Parameter names: the addresses that names have; nil for those that the system knows.
    static func with(
        names: [String: [String]]? = nil, _ body: (FetchClient) async throws -> Void
    ) async throws {
        guard let names else { return try await with(resolver: HostAddress.all, body) }
        // An address is its own.
        try await with(resolver: { name in names[name, default: []].flatMap(HostAddress.all) }, body)
    }

    /// Lets `body` use one whose names are looked up by `resolver`.
    static func with(
        resolver: @escaping NameLookup.Resolver, _ body: (FetchClient) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("luma-fetch-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let loop = try Loop(label: "fetch")
        loop.start()
        let client = FetchClient(loop, folder.path)
        await client.open(resolver)
        do { try await body(client) } catch {
            await client.stop()
            throw error
        }
        await client.stop()
    }

    private func open(_ resolver: @escaping NameLookup.Resolver) {
        let reactor = loop.assumeIsolated { LoopBound($0.reactor, on: $0.executor) }.value
        fetches = FileFetch(on: reactor, resolver: resolver)
    }

    func fetch(_ address: String, _ rule: FetchRule) async -> Outcome {
        guard let fetches else { return .failure(FetchFailure(.cancelled)) }
        do throws(FetchFailure) {
            let file = try await fetches.fetch(address, by: rule, to: path)
            precondition(loop.executor.isCurrent, "resumed off the loop")
            return .success(file)
        } catch {
            precondition(loop.executor.isCurrent, "resumed off the loop")
            return .failure(error)
        }
    }

    /// Why the file was not fetched; nil when it was. What was written of it must be gone.
    func reason(_ address: String, _ rule: FetchRule) async -> FetchFailure.Reason? {
        guard case .failure(let failure) = await fetch(address, rule) else { return nil }
        #expect(!FileManager.default.fileExists(atPath: path))
        return failure.reason
    }

    nonisolated var octets: [UInt8] { FileManager.default.contents(atPath: path).map { Array($0) } ?? [] }

    /// Ends what is under way, and refuses more.
    func end() { fetches?.end() }

    private func stop() async {
        fetches?.end()
        fetches = nil
        await loop.stop()
    }
}

/// Deflate of nothing but zeros in the format of gzip (RFC 1951, RFC 1952): 13 bits for each 258 of them. Of more than 64 KiB it
/// ends without a sum, to which nobody may come.
func gzippedZeros(_ count: Int) -> [UInt8] {
    var octets: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]
    var (held, bits) = (UInt64(0), 0)
    func put(_ value: UInt64, _ count: Int) {
        held |= value << bits
        bits += count
        while bits >= 8 {
            octets.append(UInt8(truncatingIfNeeded: held))
            held >>= 8
            bits -= 8
        }
    }
    /// A code of Huffman's begins with its highest bit.
    func code(_ value: UInt64, _ count: Int) {
        for bit in (0..<count).reversed() { put(value >> bit & 1, 1) }
    }
    // The last block, with the codes that need no table.
    put(1, 1)
    put(1, 2)
    let runs = (count - 1) / 258
    for _ in 0..<(count - 258 * runs) { code(0x30, 8) }
    for _ in 0..<runs {
        code(0b1100_0101, 8)
        code(0, 5)
    }
    code(0, 7)
    if bits > 0 { put(0, 8 - bits) }
    guard count <= 1 << 16 else { return octets }
    var sum: UInt32 = .max
    for _ in 0..<count {
        for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xedb8_8320 : sum >> 1 }
    }
    for value in [~sum, UInt32(truncatingIfNeeded: count)] {
        for shift in stride(from: 0, to: 32, by: 8) { octets.append(UInt8(truncatingIfNeeded: value >> shift)) }
    }
    return octets
}
