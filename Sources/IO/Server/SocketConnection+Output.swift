import CLinux
import Core
import Glibc
import HTTP

extension SocketConnection {
    /// Sends what was gathered in the server's buffer; what the kernel does not take goes to `outbox`.
    func flush() {
        guard !server.out.isEmpty else { return }
        defer { server.emptyOut() }
        guard life == .open else { return }
        let bytes = UnsafeRawBufferPointer(server.out.bytes)
        if let channel { return seal(bytes, channel) }
        var sent = 0
        if outbox.isEmpty {
            sent = transmit(bytes)
            if sent < 0 { return close() }
            if sent == bytes.count { return }
            clock.progress = now
        }
        outbox.append(UnsafeRawBufferPointer(rebasing: bytes[sent...]))
    }

    /// Sends what waits in `outbox`, as far as the kernel takes it.
    func writable() {
        guard !outbox.isEmpty, life == .open || life == .handshaking else { return }
        if let channel, !sealOutbox(channel) { return close() }
        let sent = transmit(UnsafeRawBufferPointer(outbox.bytes))
        if sent < 0 { return close() }
        if sent == 0 { return }
        clock.progress = now
        outbox.removeFirst(sent)
        if outbox.isEmpty { outbox.release() }
        if let channel { settleOutbox(channel) }
        if outbox.count <= Self.lowWater {
            pending?.resumeWriter()
            if stalled {
                stalled = false
                scheduleContinuation()
            }
        }
    }

    /// Octets that the kernel took; -1 when the peer is gone.
    func transmit(_ bytes: UnsafeRawBufferPointer) -> Int {
        while true {
            let sent = send(descriptor, bytes.baseAddress, bytes.count, Int32(LM_MSG_NOSIGNAL))
            if sent >= 0 { return sent }
            if errno == EAGAIN { return 0 }
            if errno != EINTR { return -1 }
        }
    }

    /// Appends a whole answer. One that cannot be written becomes an empty 500 and closes the connection.
    func encode(
        _ response: Response, _ framing: AnswerFraming, adding extra: Field? = nil, to out: inout ByteBuffer
    ) -> Int {
        let before = out.count
        if appendHead(response, framing, adding: extra, to: &out), framing.sendsBody, framing.body == .length {
            out.append(response.body)
        }
        return out.count - before
    }

    /// False when the head could not be written and a 500 stands in its place.
    ///
    /// - Parameter length: what the head says; nil for the length of the answer's own body.
    func appendHead(
        _ response: Response, _ framing: AnswerFraming, adding extra: Field? = nil, length: Int? = nil,
        to out: inout ByteBuffer
    ) -> Bool {
        do throws(ResponseError) {
            try ResponseEncoder.appendHead(
                status: response.status, prepared: response.prepared, fields: response.fields, extra: extra,
                framing: framing, length: length ?? response.body.count, opening: server.opening(), to: &out)
            return true
        } catch {
            server.onResponseError?(error)
            let closing = machine.beginAnswer(status: 500, closes: true)
            try? ResponseEncoder.appendHead(
                status: 500, fields: [], framing: closing, length: 0, opening: server.opening(), to: &out)
            return false
        }
    }

    /// Ends the connection. Whoever works for it is cancelled; calls on its handles do nothing from now on.
    ///
    /// - Parameter resetting: the peer is to see a reset (RST) instead of an orderly end.
    func close(resetting: Bool = false) {
        guard life != .closed else { return }
        if !resetting { sayGoodbye() }
        life = .closed
        disarm()
        reactor.forget(descriptor)
        if resetting {
            // `struct linger`: on, and for no time. By its fields it would belong to whichever C module came first.
            var option: (onoff: CInt, linger: CInt) = (1, 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout.size(ofValue: option)))
        }
        Glibc.close(descriptor)
        // Its buffers stay until the object goes: a handler that closes may still be reading its request there.
        let abandoned = pending
        pending = nil
        server.removed(self)
        abandoned?.abandon()
    }
}
