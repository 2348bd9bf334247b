import Core
import GatewayAPI
import HTTP
import LumaAPI

/// What cancelling an event would mean, and what its user has said about it.
package struct CancelPlan {
    package let event: EventView
    /// Those who are told.
    package let guests: Int
    /// Guests have paid.
    package let isPaid: Bool
    /// Nil when nothing was said.
    package let refund: Bool?
    /// What the gateway takes as the word for this event as it is told here.
    package let confirmation: String?

    /// It must be said whether guests get their money back.
    package var isUndecided: Bool { isPaid && refund == nil }

    /// The lines that a person decides by.
    package var lines: [String] {
        var lines = ["Cancel \(Neutral.cited(event.name)) (\(event.id))?", "  \(event.start)"]
        let people = Plural.count(guests, "guest is notified", "guests are notified")
        lines.append("  " + (guests == 0 ? "nobody has registered" : people + ", and it cannot be undone"))
        if isPaid {
            lines.append(
                "  guests have paid: "
                    + (refund.map { $0 ? "they are refunded" : "they are not refunded" }
                        ?? "use --refund or --no-refund"))
        }
        return lines
    }
}

extension EventsCommand {
    /// `events cancel`: shows what it means, asks, and cancels.
    package func cancel(_ client: GatewayClient) async throws(CommandFailure) -> CommandOutput {
        if call.has(EventsOptions.refund), call.has(EventsOptions.noRefund) {
            throw CommandFailure(.usage, "--refund and --no-refund cannot be combined")
        }
        let refund = call.has(EventsOptions.refund) ? true : call.has(EventsOptions.noRefund) ? false : nil
        let question = try CommandQuestion(
            Surfaces.row(.cancelEvent), call.arguments, done: "cancelled", askToCancel)
        let key = try WriteKey.of(call.arguments)
        if call.has(EventsOptions.yes), call.has(EventsOptions.key) {
            // Repeated with its key it is answered as before, though the event is gone.
            return try await cancelled(client, refund, key, nil)
        }

        var query = QueryString([("dry_run", "true")])
        if let refund { query.append("refund", refund ? "true" : "false") }
        let described = try await client.send(
            GatewayClient.Request(method: .delete, path: eventPath(), query: query, isPreview: true))
        let meaning = try Self.document(described)
        let plan = CancelPlan(
            event: EventView(meaning), guests: meaning["guest_count"]?.wholeValue ?? 0,
            isPaid: meaning["is_paid"] == true, refund: refund, confirmation: meaning["confirm"]?.stringValue)
        if call.has(EventsOptions.dryRun) {
            if call.has(EventsOptions.json) { return Self.json(meaning) }
            return CommandOutput(
                bytes: Array((plan.lines + ["Nothing was changed.", ""]).joined(separator: "\n").utf8))
        }
        if plan.isUndecided {
            throw CommandFailure(
                .undecided, "guests have paid, so nothing was cancelled", ["Use --refund or --no-refund."])
        }
        try question.settle(plan.lines)
        return try await cancelled(client, refund, key, plan)
    }

    private func cancelled(
        _ client: GatewayClient, _ refund: Bool?, _ key: String, _ plan: CancelPlan?
    ) async throws(CommandFailure) -> CommandOutput {
        var query = QueryString()
        if let refund { query.append("refund", refund ? "true" : "false") }
        if let confirmation = plan?.confirmation { query.append("confirm", confirmation) }
        let answer = try await client.send(
            GatewayClient.Request(method: .delete, path: eventPath(), query: query, key: key))
        let outcome = try Self.document(answer)
        if call.has(EventsOptions.json) { return Self.json(outcome) }
        let guests = outcome["guest_count"]?.wholeValue ?? 0
        let refunded = outcome["refunded"] == true ? ", and those who have paid are refunded" : ""
        let subject = (plan?.event.name).map { "\"\($0)\" is" } ?? Neutral.line(call.operands.first ?? "") + " is"
        return CommandOutput(bytes: Array("\(subject) cancelled; guests notified: \(guests)\(refunded).\n".utf8))
    }
}
