import COpenSSL

/// What came of one step of a TLS connection.
public enum TLSOutcome<Value> {
    /// More of the peer's bytes are needed.
    case incomplete
    case complete(Value)
    /// The connection cannot go on. What `output` holds, an alert perhaps, may still be sent.
    case failed(TLSFailure)
}

/// Why a TLS connection ended, in OpenSSL's fixed words: a bounded set without text from outside.
public struct TLSFailure: Error, Sendable, Equatable, CustomStringConvertible {
    public let description: String

    /// A handshake that the peer has begun and not ended in its time.
    public static let timeout = TLSFailure(description: "the handshake took too long")
}

/// The server's side of one TLS connection, without a socket: ciphertext in, plaintext out, bytes to send.
///
/// Theory of operation. OpenSSL reads from one memory BIO and writes into another. The shell puts what it received
/// into the first (`receive`), calls `handshake` until that is complete, then `read` until that is incomplete, and
/// `write` whenever it likes. After each of these it sends what stands in `output` and calls `outputTaken`. The end
/// of the transport is the shell's to see: it is not told to OpenSSL, for HTTP knows by itself whether a message is whole.
///
/// Not `Sendable`: one owner, on one thread at a time, because OpenSSL's error queue belongs to the thread. Each call
/// whose errors are looked at empties that queue first.
public final class TLSConnection {
    /// Octets of a memory BIO beyond which it is exchanged for an empty one when there is nothing in it.
    private static let maxKept = 4096

    private let ssl: OpaquePointer
    /// Kept: the SSL_CTX that `ssl` refers to points into it.
    private let context: TLSServerContext?
    /// Owned by `ssl`.
    private var inbound: OpaquePointer
    private var outbound: OpaquePointer
    private var failure: TLSFailure?
    /// Nothing more can be read before the next `receive`.
    private var isDry = false
    private var saidGoodbye = false

    public convenience init(_ context: TLSServerContext) throws(CryptoError) {
        try self.init(context: context.pointer, keeping: context)
        SSL_set_accept_state(ssl)
    }

    /// The side is the caller's to set.
    init(context: OpaquePointer, keeping owner: TLSServerContext? = nil) throws(CryptoError) {
        self.context = owner
        ERR_clear_error()
        guard let ssl = SSL_new(context) else { throw CryptoError.fromQueue("SSL_new") }
        guard let inbound = BIO_new(BIO_s_mem()) else {
            SSL_free(ssl)
            throw CryptoError.fromQueue("BIO_new")
        }
        guard let outbound = BIO_new(BIO_s_mem()) else {
            BIO_free(inbound)
            SSL_free(ssl)
            throw CryptoError.fromQueue("BIO_new")
        }
        self.ssl = ssl
        self.inbound = inbound
        self.outbound = outbound
        SSL_set_bio(ssl, inbound, outbound)
    }

    deinit { SSL_free(ssl) }

    // MARK: What the handshake settled

    /// Whether the handshake is complete and nothing has failed since.
    public var isEstablished: Bool { failure == nil && SSL_is_init_finished(ssl) == 1 }
    /// `TLSv1.3`, for example.
    public var version: String { SSL_get_version(ssl).map { String(cString: $0) } ?? "" }
    var pointer: OpaquePointer { ssl }

    // MARK: Steps

    /// Takes bytes from the peer.
    public func receive(_ ciphertext: UnsafeRawBufferPointer) {
        guard !ciphertext.isEmpty else { return }
        isDry = false
        // A memory BIO takes all, or there is no memory, which no Swift program survives either.
        let taken = BIO_write(inbound, ciphertext.baseAddress, Int32(ciphertext.count))
        precondition(Int(taken) == ciphertext.count, "out of memory")
    }

    /// Goes on with the handshake, as far as what was given allows.
    public func handshake() -> TLSOutcome<Void> {
        if let failure { return .failed(failure) }
        ERR_clear_error()
        let result = SSL_do_handshake(ssl)
        return result == 1 ? .complete(()) : settle(result)
    }

    /// Decrypts into `buffer`, as much as there is and fits.
    ///
    /// - Returns: `.complete(0)` when the peer has ended its side (close_notify); `.incomplete` when nothing is left.
    public func read(into buffer: UnsafeMutableRawBufferPointer) -> TLSOutcome<Int> {
        var count = 0
        while count < buffer.count, !isDry {
            if let failure {
                if count > 0 { break }
                return .failed(failure)
            }
            ERR_clear_error()
            let result = SSL_read(ssl, buffer.baseAddress.map { $0 + count }, Int32(clamping: buffer.count - count))
            if result > 0 {
                count += Int(result)
                continue
            }
            if SSL_get_error(ssl, result) == SSL_ERROR_ZERO_RETURN {
                if count > 0 { break }
                return .complete(0)
            }
            let outcome: TLSOutcome<Int> = settle(result)
            if case .incomplete = outcome { isDry = true } else if count == 0 { return outcome }
        }
        return count > 0 ? .complete(count) : .incomplete
    }

    /// Encrypts all of `plaintext` into `output`, in records of at most 16 KiB. At most 2 GiB at once.
    public func write(_ plaintext: UnsafeRawBufferPointer) -> TLSOutcome<Void> {
        if let failure { return .failed(failure) }
        guard !plaintext.isEmpty else { return .complete(()) }
        ERR_clear_error()
        let result = SSL_write(ssl, plaintext.baseAddress, Int32(plaintext.count))
        return Int(result) == plaintext.count ? .complete(()) : settle(result)
    }

    /// Says to the peer that nothing more comes (close_notify), once. False when there is nobody to tell.
    public func end() -> Bool {
        guard isEstablished, !saidGoodbye else { return false }
        saidGoodbye = true
        ERR_clear_error()
        _ = SSL_shutdown(ssl)
        ERR_clear_error()
        return !output.isEmpty
    }

    // MARK: Output

    /// What is to be sent; until the next call.
    public var output: UnsafeRawBufferPointer {
        var start: UnsafeMutablePointer<CChar>?
        let count = lm_BIO_get_mem_data(outbound, &start)
        return UnsafeRawBufferPointer(start: start, count: count)
    }

    /// Everything in `output` was sent.
    public func outputTaken() { _ = lm_BIO_reset(outbound) }

    /// Gives memory back that one large message took. For a connection that waits.
    public func trim() {
        if Self.isOversized(outbound), let empty = BIO_new(BIO_s_mem()) {
            SSL_set0_wbio(ssl, empty)
            outbound = empty
        }
        if Self.isOversized(inbound), let empty = BIO_new(BIO_s_mem()) {
            SSL_set0_rbio(ssl, empty)
            inbound = empty
        }
    }

    private static func isOversized(_ bio: OpaquePointer) -> Bool {
        var memory: UnsafeMutablePointer<BUF_MEM>?
        _ = lm_BIO_get_mem_ptr(bio, &memory)
        guard let memory else { return false }
        return memory.pointee.length == 0 && memory.pointee.max > maxKept
    }

    // MARK: Failure

    /// What a call that did not succeed has to say. It may be asked only right after that call.
    private func settle<Value>(_ result: Int32) -> TLSOutcome<Value> {
        let code = SSL_get_error(ssl, result)
        if code == SSL_ERROR_WANT_READ { return .incomplete }
        let reason = CryptoError.fromQueue("SSL").reason
        let failure = TLSFailure(description: reason.isEmpty ? "SSL error \(code)" : reason)
        self.failure = failure
        return .failed(failure)
    }
}
