import COpenSSL

/// Bytes that nobody can guess, from OpenSSL's generator, which the kernel seeds.
public enum Random {
    /// The most bytes that one call gives.
    public static let maximumCount = 1 << 20

    /// - Parameter count: from 0 to `maximumCount`.
    /// - Throws: `CryptoError` when the generator cannot be seeded or `count` is out of range.
    public static func bytes(_ count: Int) throws(CryptoError) -> [UInt8] {
        guard (0...maximumCount).contains(count) else { throw CryptoError("RAND_bytes", reason: "count out of range") }
        var bytes = [UInt8](repeating: 0, count: count)
        try fill(&bytes)
        return bytes
    }

    static func fill(_ bytes: inout [UInt8]) throws(CryptoError) {
        guard !bytes.isEmpty else { return }
        try checked("RAND_bytes") {
            bytes.withUnsafeMutableBufferPointer { RAND_bytes($0.baseAddress, Int32($0.count)) }
        }
    }
}

/// A generator for jitter, identifiers and the like, with unguessable numbers.
///
/// Takes 512 bytes at a time, because a call to OpenSSL's generator costs a lock and a block of AES. A number is
/// wiped from the buffer when it is given out. A value type: a copy would give the same numbers again, so keep one per owner.
public struct SystemRandomSource: RandomNumberGenerator {
    private static let capacity = 512
    private var buffer: [UInt8]
    private var position = capacity

    /// - Throws: `CryptoError` when the generator cannot be seeded.
    public init() throws(CryptoError) {
        buffer = [UInt8](repeating: 0, count: Self.capacity)
        try refill()
    }

    private mutating func refill() throws(CryptoError) {
        try Random.fill(&buffer)
        position = 0
    }

    /// Stops the process when the generator fails after it has worked, which OpenSSL rules out as long as the kernel's
    /// does not fail; to go on with guessable numbers would be worse.
    public mutating func next() -> UInt64 {
        if position + 8 > buffer.count {
            do { try refill() } catch { fatalError("no random numbers: \(error)") }
        }
        var number: UInt64 = 0
        for index in position..<(position + 8) {
            number = number << 8 | UInt64(buffer[index])
            buffer[index] = 0
        }
        position += 8
        return number
    }
}

/// A call to OpenSSL that failed: its name and OpenSSL's reason. Holds no key, no message and no digest.
public struct CryptoError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The function of OpenSSL that failed.
    public let call: String
    /// OpenSSL's words for the first cause; empty when it gave none.
    public let reason: String

    public init(_ call: String, reason: String = "") {
        self.call = call
        self.reason = reason
    }

    /// Takes the reason from this thread's error queue and empties it.
    static func fromQueue(_ call: String) -> CryptoError {
        let code = ERR_get_error()
        ERR_clear_error()
        guard code != 0, let text = ERR_reason_error_string(code) else { return CryptoError(call) }
        return CryptoError(call, reason: String(cString: text))
    }

    public var description: String { reason.isEmpty ? "\(call) failed" : "\(call): \(reason)" }
}

/// Runs one call to OpenSSL that answers 1 for success.
///
/// The thread's error queue is emptied first: an entry that some other code has left behind (libcurl uses the same
/// OpenSSL on the same thread) would be taken for this call's, and later for that of an innocent TLS connection.
func checked(_ call: String, _ body: () -> Int32) throws(CryptoError) {
    ERR_clear_error()
    guard body() == 1 else { throw CryptoError.fromQueue(call) }
}
