import CLinux
import Core
import Glibc
import HTTP

/// What becomes of a connection between its batches: when it goes on, is drained, lingers and closes.
extension SocketConnection {
    // MARK: Draining

    /// Lets the current request be the last one. An idle connection stays for a moment more: a request that is on its
    /// way now would meet a reset, and a client in full swing sends its next one at once.
    func drain() {
        machine.isDraining = true
        if life == .handshaking { return hurryHandshake() }
        guard life == .open else { return }
        clock.restart(now)
        settle()
    }

    /// Cancels what runs for the current request: there is time for a last answer, and for no more.
    func interrupt() {
        guard life == .open, let pending else { return }
        for task in pending.tasks { task.cancel() }
    }

    /// Closes a connection that has been idle for its time, unless a request has come in this very moment.
    func closeIdle() {
        receive()
        if life == .open, machine.phase == .idle, inbox.isEmpty, outbox.isEmpty { close() }
    }

    // MARK: Going on later

    /// Takes up what is left after this batch of readiness reports.
    func scheduleContinuation() {
        guard !continuationScheduled else { return }
        continuationScheduled = true
        reactor.afterBatch(self)
    }

    func batchEnded() {
        continuationScheduled = false
        guard life == .open else { return }
        writable()
        if life == .open, outbox.count <= Self.outboxBound { serveInbox() }
        settle()
    }

    /// After an answer that came outside of a batch.
    func answered() {
        if machine.phase == .idle, !inbox.isEmpty || readEnded { scheduleContinuation() }
        settle()
    }

    /// Brings interest, timer and life in line with what has happened.
    func settle() {
        guard life == .open, server.current != descriptor else { return }
        if machine.phase == .closing, outbox.isEmpty, !continuationScheduled {
            let unread = refused || !inbox.isEmpty
            guard unread, !readEnded else { return close() }
            sayGoodbye()
            shutdown(descriptor, Int32(SHUT_WR))
            life = .lingering
            inbox.release()
            clock.restart(now)
        }
        updateInterest()
        updateDeadline()
    }

    func updateInterest() {
        var wanted: UInt32 = 0
        if !readEnded {
            let full =
                outbox.count > Self.outboxBound
                || (inbox.count >= Self.inboxBound && (machine.phase == .answering || continuationScheduled))
            if life == .lingering || (machine.phase != .closing && !full) {
                wanted |= UInt32(LM_EPOLLIN)
            } else if !hangupSeen {
                wanted |= UInt32(LM_EPOLLRDHUP)
            }
        }
        if !outbox.isEmpty { wanted |= UInt32(LM_EPOLLOUT) }
        guard wanted != interest else { return }
        interest = wanted
        do throws(SystemError) { try reactor.rewatch(descriptor, wanted) } catch { close() }
    }
}
