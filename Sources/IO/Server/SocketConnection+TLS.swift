import Core
package import Crypto
import Glibc
import HTTP

/// The TLS side of one connection.
final class TLSChannel {
    let tls: TLSConnection
    /// Octets at the front of the connection's outbox that are ciphertext; what stands behind them is not yet.
    var sealed = 0
    var hasBegun = false
    /// The handshake is to end in a reset as soon as the peer has begun it.
    var isCut = false

    init(_ tls: TLSConnection) { self.tls = tls }
}

/// A connection that speaks TLS: between the socket and the rest of it stands a `TLSConnection`.
///
/// What comes in is decrypted into the same scratch that it was read into, and then goes the way of plain bytes; what
/// goes out is encrypted when it is flushed. The rest of the connection does not know, save that before the
/// handshake is complete its life is `.handshaking` and nothing is served.
extension SocketConnection {
    /// Octets that are encrypted at once, so that OpenSSL's buffer stays small however large an answer is.
    private static let sealedAtOnce = 64 << 10

    // MARK: Handshake

    /// A handshake has the time that a request's head has.
    func beginHandshake(_ context: TLSServerContext) {
        do throws(CryptoError) { channel = TLSChannel(try TLSConnection(context)) } catch { return close() }
        channel?.isCut = server.cutsHandshake?() ?? false
        life = .handshaking
        clock.deadline = MonotonicTime(nanoseconds: now.nanoseconds &+ server.spans.header)
        arm()
    }

    /// While the server drains.
    func hurryHandshake() {
        let soon = MonotonicTime(nanoseconds: now.nanoseconds &+ server.spans.drainGrace)
        if soon < clock.deadline { clock.deadline = soon }
        arm()
    }

    /// True when the handshake is complete.
    private func shakeHands(_ channel: TLSChannel) -> Bool {
        switch channel.tls.handshake() {
        case .complete:
            life = .open
            machine.isSecured = true
            clock.restart(now)
            welcome()
            return life == .open
        case .incomplete:
            sendSealed(channel)
            if life != .closed { updateInterest() }
        case .failed(let failure):
            handshakeFailed(failure)
            sendSealed(channel)
            close()
        }
        return false
    }

    func handshakeFailed(_ failure: TLSFailure) { server.onHandshakeFailure?(failure, peerAddress) }

    /// Plain HTTP begins with a method's letter, TLS with the content type 22 (RFC 8446 §5.1).
    private static func isPlainHTTP(_ first: UInt8) -> Bool { (0x41...0x5A).contains(first) }

    /// Whoever forgot the s of https is told so, in the clear.
    private func refusePlainHTTP(_ count: Int) {
        channel = nil
        life = .open
        clock.restart(now)
        let bytes = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(server.scratch)[..<count])
        refuse(.tlsRequired, Self.firstLine(bytes))
        flush()
        settle()
    }

    // MARK: Input

    /// Takes `count` octets of ciphertext in the server's scratch, and what they hold.
    ///
    /// Everything that can be decrypted is taken at once, for no readiness report tells of bytes inside OpenSSL.
    func unseal(_ count: Int, _ channel: TLSChannel) {
        if !channel.hasBegun {
            channel.hasBegun = true
            if Self.isPlainHTTP(server.scratch[0]) { return refusePlainHTTP(count) }
            if channel.isCut { return close(resetting: true) }
        }
        channel.tls.receive(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(server.scratch)[..<count]))
        if life == .handshaking, !shakeHands(channel) { return }
        reading: while life == .open {
            switch channel.tls.read(into: server.scratch) {
            case .complete(0):
                noteEnd()
                take(0)
                break reading
            case .complete(let count): take(count)
            case .incomplete: break reading
            case .failed:
                sendSealed(channel)
                return close()
            }
        }
        guard life == .open else { return }
        // Tickets, or the answer to a key update.
        sendSealed(channel)
        if outbox.isEmpty { channel.tls.trim() }
        settle()
    }

    // MARK: Output

    /// Encrypts and sends; what the kernel does not take goes to `outbox`.
    func seal(_ plaintext: UnsafeRawBufferPointer, _ channel: TLSChannel) {
        guard sealOutbox(channel) else { return close() }
        var start = 0
        while start < plaintext.count, life == .open {
            let end = min(start + Self.sealedAtOnce, plaintext.count)
            guard case .complete = channel.tls.write(UnsafeRawBufferPointer(rebasing: plaintext[start..<end])) else {
                return close()
            }
            sendSealed(channel)
            start = end
        }
    }

    /// Encrypts what was put behind the ciphertext in `outbox` while another connection was being served.
    /// False when the connection has failed.
    func sealOutbox(_ channel: TLSChannel) -> Bool {
        guard outbox.count > channel.sealed else { return true }
        // The plaintext moves to a buffer of its own, since its ciphertext takes its place and is longer.
        var plaintext = ByteBuffer()
        plaintext.append(UnsafeRawBufferPointer(rebasing: outbox.bytes[channel.sealed...]))
        outbox.truncate(to: channel.sealed)
        var start = 0
        while start < plaintext.count {
            let end = min(start + Self.sealedAtOnce, plaintext.count)
            let piece = UnsafeRawBufferPointer(rebasing: plaintext.bytes[start..<end])
            guard case .complete = channel.tls.write(piece) else { return false }
            keepSealed(channel.tls.output, channel)
            start = end
        }
        return true
    }

    /// Sends what OpenSSL has written.
    private func sendSealed(_ channel: TLSChannel) {
        let bytes = channel.tls.output
        guard !bytes.isEmpty, life != .closed else { return }
        var sent = 0
        if outbox.isEmpty {
            sent = transmit(bytes)
            if sent < 0 { return close() }
            if sent < bytes.count { clock.progress = now }
        }
        keepSealed(UnsafeRawBufferPointer(rebasing: bytes[sent...]), channel)
    }

    private func keepSealed(_ bytes: UnsafeRawBufferPointer, _ channel: TLSChannel) {
        outbox.append(bytes)
        channel.sealed = outbox.count
        channel.tls.outputTaken()
    }

    /// After octets of `outbox` were sent, all of which were ciphertext.
    func settleOutbox(_ channel: TLSChannel) {
        channel.sealed = outbox.count
        guard outbox.isEmpty else { return }
        channel.tls.trim()
        if life == .handshaking { updateInterest() }
    }

    /// Tells the peer that nothing more comes (close_notify), if that can be told at once.
    func sayGoodbye() {
        guard let channel, outbox.isEmpty, channel.tls.end() else { return }
        _ = transmit(channel.tls.output)
        channel.tls.outputTaken()
    }
}

/// A file and the setting that names it.
package struct NamedFile: Sendable {
    let setting: String
    let path: String

    package init(_ setting: String, _ path: String) {
        self.setting = setting
        self.path = path
    }
}

/// Reads the certificate and the key that settings name. Blocks: never on a loop.
package enum TLSFile {
    /// A certificate is some kilobytes, a chain of them some dozen.
    private static let largest = 1 << 20

    /// - Throws: a configuration's `StartFailure` that names the setting and the file.
    package static func context(
        certificate: NamedFile, key: NamedFile, tickets: TLSTicketKeys
    ) throws(StartFailure) -> TLSServerContext {
        let certificateBytes = try read(certificate)
        let keyBytes = try read(key)
        do throws(TLSPairError) {
            return try TLSServerContext(certificate: certificateBytes, key: keyBytes, tickets: tickets)
        } catch {
            throw failure(error.isAboutCertificate ? certificate : key, "\(error)")
        }
    }

    /// Reads certificates that are to be trusted, so that a file that is not there stops the start and not each call.
    package static func checkAuthorities(_ file: NamedFile) throws(StartFailure) {
        let text = String(decoding: try read(file), as: UTF8.self)
        guard text.contains("-----BEGIN CERTIFICATE-----") else { throw failure(file, "holds no certificate in PEM") }
    }

    private static func read(_ file: NamedFile) throws(StartFailure) -> [UInt8] {
        do throws(SmallFile.Failure) {
            guard let bytes = try SmallFile.bytes(file.path, limit: largest) else {
                throw SmallFile.Failure.system(SystemError("open", code: ENOENT))
            }
            return bytes
        } catch {
            throw failure(file, "cannot be read: \(error)")
        }
    }

    private static func failure(_ file: NamedFile, _ problem: String) -> StartFailure {
        StartFailure(.configuration, "\(file.setting) = \(Neutral.quoted(file.path)): \(problem)")
    }
}
