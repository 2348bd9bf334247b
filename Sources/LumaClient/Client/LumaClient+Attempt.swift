import Core
import HTTP
import LumaAPI

/// When one attempt of a call may begin and must end, what its answer tells the budget, and whether there is another.
extension LumaClient {
    /// Asks the budget, without waiting for it.
    func reserve(
        _ operation: Operation, _ deadline: MonotonicTime, _ now: MonotonicTime, _ sender: Sender
    ) throws(LumaError) -> Reservation {
        guard now < deadline else { throw .timedOut }
        return account.budget.reserve(
            operation.method == .get ? .get : .post, from: sender, now: now, maxWait: settings.maxWait,
            deadline: deadline.advanced(seconds: -settings.leastTime))
    }

    /// Waits until the budget has room, if it may.
    func acquire(
        _ reservation: Reservation, since start: MonotonicTime, _ context: CallContext
    ) async throws(LumaError) -> Grant {
        defer {
            let seconds = time.now.seconds(since: start)
            context.budgetWait += seconds
            observer?.waited(seconds: seconds)
        }
        var reservation = reservation
        while true {
            switch reservation {
            case .proceed(let grant): return grant
            case .refuse(let seconds): throw .budgetExhausted(retryAfterSeconds: seconds)
            case .wait(let until, let ticket):
                do { try await time.sleep(until: until) } catch {
                    account.budget.cancel(ticket)
                    throw .cancelled
                }
                guard !context.isAbandoned else {
                    account.budget.cancel(ticket)
                    throw .cancelled
                }
                reservation = account.budget.confirm(ticket, now: time.now)
            }
        }
    }

    /// When this attempt must end; nil when it is too late to begin it.
    func sendDeadline(_ operation: Operation, _ deadline: MonotonicTime) -> MonotonicTime? {
        let now = time.now
        let left = deadline.seconds(since: now)
        let usual = now.advanced(seconds: settings.requestTimeout)
        guard operation.repetition == .onlyIfUnseen else { return left > 0 ? min(deadline, usual) : nil }
        guard left >= settings.leastTime else { return nil }
        return min(deadline.advanced(seconds: -min(settings.settleReserve, left / 3)), usual)
    }

    func learn(
        from response: OutboundResponse, _ grant: Grant, _ now: MonotonicTime, _ wall: Timestamp
    ) -> RateLimitFields {
        let date = response["date"].flatMap { instant($0, wall) }
        let limits = RateLimitFields(response, wallClock: wall, date: date)
        account.budget.settle(grant, .answered(status: response.status, limits), now: now)
        return limits
    }

    func secondsUntilOpen(_ limits: RateLimitFields) -> Int {
        let now = time.now
        let closed = account.budget.snapshot(now: now).closedUntil?.seconds(since: now)
        return Int(min(max((closed ?? limits.retryAfter ?? 1).rounded(.up), 1), 86_400))
    }

    func decide(
        _ attempt: Int, _ outcome: RetryPolicy.Outcome, _ operation: Operation, _ deadline: MonotonicTime
    ) -> RetryPolicy.Decision {
        let now = time.now
        var latest = deadline
        if case .answered(_, .some, _) = outcome { latest = min(latest, now.advanced(seconds: settings.maxWait)) }
        return settings.retry.decision(
            attempt: attempt, outcome: outcome, repetition: operation.repetition, now: now, deadline: latest,
            random: &random)
    }
}
