import Core
import GatewayAPI
import LumaAPI
import LumaClient

extension OperationService {
    /// An assistant does nothing of a row that asks before somebody has agreed, however its tool was written. What a request
    /// brings as a confirmation is opened where the work is done. REST and commands are programs of their own, which ask by
    /// themselves.
    /// - Throws: 500, as a tool that comes here without a confirmation is wrong and no request is.
    func requireAgreement(_ request: WriteRequest, _ call: UpstreamCall) throws(APIError) {
        let (terms, row) = (request.terms, request.wanted.row)
        guard terms.surface == .assistant, row.needsConfirmation, !terms.isDryRun, terms.confirm == nil else { return }
        // An earlier attempt of the same request was agreed to.
        let subject = row.operation.subjectID(in: request.wanted.input)
        guard call.context.journal?.earlier(row.operation.name, subject: subject) != nil else {
            throw APIError(.internal, "\(row.operation.name) was asked for without a confirmation")
        }
    }
}

/// What is told before an operation is passed on, and that it is passed on only as it was told.
extension OperationService {
    /// What would be sent, but for what is secret. Of a row that asks first also what it is about, as that is now, and what it is
    /// confirmed with.
    func preview(
        _ passed: PassedOperation, _ terms: WriteTerms, _ call: UpstreamCall
    ) async throws(APIError) -> Document {
        let about = try await about(passed, call)
        var described: JSONObject = ["status": "unchanged", "dry_run": true]
        if !about.isNull { described["about"] = about }
        described["sends"] = passed.surface.sends(passed.input)
        if passed.surface.needsConfirmation {
            described["confirm"] = .string(
                try events.confirmations.issue(ConfirmationBinding(passed, terms), shown: about, at: events.wallClock))
            described["expires_in_seconds"] = .number(JSONNumber(Int(ConfirmationToken.lifetime)))
        }
        return Document(.object(described))
    }

    /// Does what the caller asks for; with a confirmation only if that is good and what it is about is as it was shown.
    func confirmed<T>(
        _ passed: PassedOperation, _ terms: WriteTerms, _ call: UpstreamCall,
        _ work: () async throws(APIError) -> T
    ) async throws(APIError) -> T {
        let (operation, input) = (passed.surface.operation, passed.input)
        // An earlier attempt of the same request was agreed to, and may be what has changed it.
        guard let confirm = terms.confirm,
            call.context.journal?.earlier(operation.name, subject: operation.subjectID(in: input)) == nil
        else { return try await work() }
        let named = (operation.subject?.members ?? []).compactMap { name in
            input[name].map { (name: name, value: $0) }
        }
        let stale = APIError.confirmationStale(named)
        guard
            let confirmation = events.confirmations.open(
                confirm, ConfirmationBinding(passed, terms), at: events.wallClock, isInForm: terms.isAgreedInForm)
        else { throw stale }
        guard events.confirmations.covers(confirmation, try await about(passed, call)) else {
            throw .confirmationStale(named, hasChanged: true)
        }
        return try await events.confirmations.redeem(confirmation, call, refusal: stale, work)
    }

    /// The members of the thing as it is now that the row shows, cleaned of what nobody sees; null when it shows none.
    /// - Throws: what the write itself would meet when the thing is not there.
    private func about(_ passed: PassedOperation, _ call: UpstreamCall) async throws(APIError) -> JSON {
        let surface = passed.surface
        guard !surface.shows.isEmpty else { return .null }
        let thing: JSON
        do throws(LumaError) {
            thing = try await events.luma.target(
                of: surface.operation, passed.input, deadline: call.deadline, context: call.context)
        } catch {
            throw Self.error(error, surface, passed.input)
        }
        return Neutral.json(surface.about(thing))
    }
}

extension ConfirmationBinding {
    fileprivate init(_ passed: PassedOperation, _ terms: WriteTerms) {
        self.init(principal: terms.principal, operation: passed.surface.operation.name, input: passed.input)
    }
}
