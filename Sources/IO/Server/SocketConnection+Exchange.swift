import Core
import HTTP

/// What an `Exchange` does, for the request that it was made for.
extension SocketConnection {
    func isOpen(_ sequence: UInt32) -> Bool {
        life == .open && sequence == self.sequence && machine.phase == .answering
    }

    /// True when an answer may begin now.
    private func mayBegin(_ sequence: UInt32) -> Bool {
        guard life == .open else { return false }
        let may = isOpen(sequence) && pending?.framing == nil
        assert(may, "a request is answered once")
        return may
    }

    func respond(_ sequence: UInt32, _ response: Response, adding extra: Field? = nil) -> Int {
        guard mayBegin(sequence) else { return 0 }
        let framing = machine.beginAnswer(status: response.status, closes: response.closes)
        if server.current == descriptor {
            let queued = encode(response, framing, adding: extra, to: &server.out)
            end()
            return queued
        }
        // An answer that comes later leaves at the end of the loop's batch, together with those of other connections: each send
        // to a reader that sleeps wakes it, and a burst of sends wakes it once.
        let queued = encode(response, framing, adding: extra, to: &outbox)
        pending = nil
        machine.endAnswer()
        clock.progress = now
        scheduleContinuation()
        return queued
    }

    // MARK: Streams

    func beginStream(_ sequence: UInt32, _ head: Response, length: Int? = nil) {
        guard mayBegin(sequence) else { return }
        let framing = machine.beginAnswer(status: head.status, streams: length == nil, closes: head.closes)
        let begun: Bool
        if ownsOutput {
            begun = appendHead(head, framing, length: length, to: &server.out)
        } else {
            begun = appendHead(head, framing, length: length, to: &outbox)
        }
        guard begun else { return end() }
        pendingAnswer().framing = framing
        deliver()
    }

    func write(_ sequence: UInt32, _ bytes: [UInt8]) async throws {
        var offset = 0
        repeat {
            guard isOpen(sequence), let pending, let framing = pending.framing else { throw CancellationError() }
            let length = min(bytes.count - offset, Self.pieceSize)
            guard framing.sendsBody, length > 0 else { return }
            bytes.withUnsafeBytes { all in
                let piece = UnsafeRawBufferPointer(rebasing: all[offset..<(offset + length)])
                if ownsOutput {
                    Self.append(piece, framing, to: &server.out)
                } else {
                    Self.append(piece, framing, to: &outbox)
                }
            }
            offset += length
            deliver()
            try await giveWay(pending, length)
        } while offset < bytes.count
    }

    static func append(_ piece: UnsafeRawBufferPointer, _ framing: AnswerFraming, to out: inout ByteBuffer) {
        if framing.body == .chunked { ResponseEncoder.appendChunk(piece, to: &out) } else { out.append(piece) }
    }

    /// Waits for room when much is unsent; now and then lets others run when there is always room.
    private func giveWay(_ pending: PendingAnswer, _ length: Int) async throws {
        if outbox.count > Self.gatherBound {
            pending.burst = 0
            try await waitForRoom(pending)
        } else {
            pending.burst += length
            if pending.burst > Self.outboxBound {
                pending.burst = 0
                await Task.yield()
            }
        }
    }

    private func waitForRoom(_ pending: PendingAnswer) async throws {
        precondition(pending.writer?.isWaiting != true, "one write at a time")
        try await reactor.suspend { suspension in
            if life == .open { pending.writer = suspension } else { suspension.resume(throwing: CancellationError()) }
        }
    }

    func whenPeerEnds(_ sequence: UInt32, _ action: @escaping () -> Void) {
        guard isOpen(sequence), let pending else { return }
        pending.onPeerEnd = action
        if readEnded || hangupSeen { action() }
    }

    func whenGone(_ sequence: UInt32, _ action: @escaping () -> Void) {
        guard sequence == self.sequence, machine.phase == .answering else { return }
        if life == .open { pendingAnswer().onGone.append(action) } else { action() }
    }

    func endStream(_ sequence: UInt32) {
        guard isOpen(sequence), let framing = pending?.framing else { return }
        if framing.body == .chunked, framing.sendsBody {
            if ownsOutput {
                ResponseEncoder.appendLastChunk(to: &server.out)
            } else {
                ResponseEncoder.appendLastChunk(to: &outbox)
            }
        }
        end()
    }

    func breakStream(_ sequence: UInt32) {
        guard isOpen(sequence), let framing = pending?.framing else { return }
        if framing.body == .untilClose { return close(resetting: true) }
        machine.refuse()
        end()
    }

    func abort(_ sequence: UInt32) {
        guard isOpen(sequence) else { return }
        close(resetting: true)
    }

    // MARK: Operations

    func perform(_ sequence: UInt32, _ operation: @escaping () async -> Void) {
        guard isOpen(sequence) else { return }
        let pending = pendingAnswer()
        pending.running += 1
        let task = reactor.start { [self] in
            await operation()
            pending.running -= 1
            if pending.running == 0 { answerForgotten(sequence) }
        }
        // It may have ended already, or the peer may be gone by now.
        if life == .closed { task.cancel() }
        if self.pending === pending { pending.tasks.append(task) }
    }

    /// The last operation has ended and nobody answered.
    private func answerForgotten(_ sequence: UInt32) {
        guard isOpen(sequence) else { return }
        if pending?.framing != nil { return close(resetting: true) }
        var response = Response(status: server.isDraining ? 503 : 500)
        response.closes = true
        _ = respond(sequence, response)
    }

    private func pendingAnswer() -> PendingAnswer {
        if let pending { return pending }
        let made = PendingAnswer()
        pending = made
        return made
    }

    // MARK: Output

    /// True when the server's buffer is this connection's to write: within its own batch, or between batches.
    private var ownsOutput: Bool { server.current == descriptor || server.current < 0 }

    /// Sees to it that what was written leaves: at the end of the own batch, at once, or after another's batch.
    private func deliver() {
        if server.current < 0 {
            flush()
            settle()
        } else if server.current == descriptor {
            if server.out.count > Self.gatherBound { flush() }
        } else {
            clock.progress = now
            scheduleContinuation()
        }
    }

    /// The answer is complete.
    private func end() {
        pending = nil
        machine.endAnswer()
        if server.current < 0 {
            flush()
            answered()
        } else if server.current != descriptor {
            clock.progress = now
            scheduleContinuation()
        }
    }
}
