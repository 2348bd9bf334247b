import CCurl
import Core
import HTTP

/// How a call ends: with an answer, a failure of libcurl, a cancellation, or with the transport.
extension CurlTransport {
    func completed(_ easy: OpaquePointer, _ code: CURLcode) {
        var context: UnsafeMutableRawPointer?
        lm_curl_get_pointer(easy, CURLINFO_PRIVATE, &context)
        guard let transfer = CurlTransfer.from(context), let call = transfer.call else {
            preconditionFailure("libcurl reported a transfer that nobody started")
        }
        let outcome = outcome(of: transfer, code)
        let status = (try? outcome.get())?.status
        recycle(transfer, isSound: status != nil, isDone: status.map { (200..<300).contains($0) } ?? false)
        finish(call, outcome)
        noteRoom()
    }

    private func outcome(of transfer: CurlTransfer, _ code: CURLcode) -> Outcome {
        if code == CURLE_OK, let response = transfer.takeResponse() { return .success(response) }
        statistics.failures += 1
        if code == CURLE_OK { return .failure(CurlFailure.error(CURLE_PARTIAL_FILE, sent: true)) }
        let sent = transfer.wasSent
        if transfer.isTooLarge {
            return .failure(
                TransportError(.responseTooLarge, neverSent: !sent, detail: "the answer is larger than the limit"))
        }
        if transfer.isUnwanted {
            return .failure(TransportError(.cancelled, neverSent: false, detail: "the answer is not wanted"))
        }
        if transfer.isAddressRefused, !sent {
            return .failure(TransportError(.addressRefused, neverSent: true, detail: "the address is not allowed"))
        }
        if transfer.isRepeatRefused {
            statistics.repeatsRefused += 1
            let detail = "the connection ended without a response, and a write is not sent twice"
            return .failure(TransportError(.connectionLost, neverSent: false, detail: detail))
        }
        return .failure(CurlFailure.error(code, sent: sent))
    }

    func cancel(_ call: Call) {
        switch call.state {
        case .new, .waiting: finish(call, .failure(TransportError(.cancelled, neverSent: true)))
        case .running(let transfer):
            abandon(transfer, .cancelled)
            noteRoom()
        case .ended: break
        }
    }

    /// The body has paused for longer than it may.
    func stalled(_ call: Call) {
        guard case .running(let transfer) = call.state else { return }
        abandon(transfer, .timeout)
        noteRoom()
    }

    func abandon(_ transfer: CurlTransfer, _ cause: TransportError.Cause) {
        guard let call = transfer.call else { return }
        statistics.failures += 1
        let error = TransportError(cause, neverSent: !transfer.wasSent)
        recycle(transfer, isSound: false)
        finish(call, .failure(error))
    }

    /// Takes a transfer out of libcurl, before anything else can use it, and back into the pool. One that has failed is not
    /// used again: libcurl 7.88 keeps the receive buffer of a transfer that got no connection, and refuses, or worse, forgets
    /// the buffer's size from then on.
    /// - Parameter isDone: it has had its effect: nothing of it is left to arrive.
    private func recycle(_ transfer: CurlTransfer, isSound: Bool, isDone: Bool = false) {
        statistics.transfers += 1
        statistics.inFlight -= 1
        statistics.connectionsOpened += transfer.connectionsOpened
        let isWrite = transfer.call?.request.method != .get
        // Before it leaves libcurl, which then may close the connection.
        if isWrite, !isDone, transfer.wasSent, let connection = transfer.connection { multi.giveUp(connection) }
        multi.remove(transfer.easy)
        if isWrite { multi.writesInFlight -= 1 }
        transfer.clear()
        if isSound { idle.append(transfer) } else { discard(transfer) }
    }

    func discard(_ transfer: CurlTransfer) { transfers.removeAll { $0 === transfer } }

    func finish(_ call: Call, _ outcome: Outcome) {
        if case .ended = call.state { return }
        if case .waiting = call.state {
            leaveQueue(call)
            call.state = .ended
            tidy()
        }
        if let timer = call.timer { reactor.cancel(timer) }
        call.timer = nil
        call.state = .ended
        call.outcome = outcome
        call.suspension?.resume(returning: outcome)
        call.suspension = nil
    }
}
