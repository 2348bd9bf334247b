import Core
import GatewayAPI
import LumaAPI
import LumaClient

/// Operations of Luma's that are passed on by their rows: nothing here knows one of them.
extension OperationService {
    /// A read, by the cache that all reads share.
    func passRead(
        _ passed: PassedOperation, _ wish: ReadWish, _ call: UpstreamCall
    ) async throws(APIError) -> ReadAnswer {
        let (surface, given) = (passed.surface, passed.input)
        return try await events.reads.read(ReadKey(surface.operation, given), wish, call) { () throws(APIError) in
            do throws(LumaError) {
                let answer = try await events.luma.read(
                    surface.operation, given, deadline: call.deadline, context: call.context)
                let asOf = call.context.lastSentAt
                guard surface.answer == .page else { return Fetched(body: answer.body, asOf: asOf) }
                guard let page = surface.page(try answer.json()) else { throw .malformedAnswer }
                return Fetched(body: JSON.object(page).encoded, asOf: asOf, tree: .object(page))
            } catch {
                throw Self.error(error, surface, given)
            }
        }
    }

    /// A write, for which the desk keeps key and journal.
    func passWrite(
        _ passed: PassedOperation, _ terms: WriteTerms, _ call: UpstreamCall
    ) async throws(APIError) -> Written {
        let (surface, given) = (passed.surface, passed.input)
        try EventsService.check(terms.conditions, hasRepresentation: true)
        let event = given["event_id"]?.stringValue
        if terms.isDryRun {
            let told: JSONObject = ["status": "unchanged", "dry_run": true, "sends": .object(given)]
            return .unchanged(Document(.object(told)), event)
        }
        let result: WriteResult
        do throws(LumaError) {
            result = try await events.luma.write(
                surface.operation, given, deadline: call.deadline, context: call.context)
        } catch {
            throw Self.error(error, surface, given)
        }
        let isNew = surface.operation.makesThing
        var answer = surface.done(given)
        if surface.answer == .document {
            // Made by an earlier attempt, whose answer was lost: of that only the id is sure.
            answer = result.answer?.objectValue ?? ["id": result.id.map { .string($0) } ?? .null]
        }
        return Written(
            kind: isNew ? .made : .done, document: Document(.object(answer)), eventID: event,
            isChange: call.context.hasSentWrite)
    }

    /// What a caller is told of a call that gave no result. Luma's 404 does not say which of several ids it means.
    private static func error(_ error: LumaError, _ surface: Surface, _ given: JSONObject) -> APIError {
        if case .notRecorded(.duplicate(let id)) = error {
            return .duplicate(of: surface.operation.subject?.kind ?? .event, id)
        }
        guard case .notFound(let words) = error else {
            return APIError(error, subject: given["event_id"]?.stringValue)
        }
        let subject = surface.operation.subject
        if let subject, let id = subject.member.flatMap({ given[$0]?.stringValue }) {
            return .notFound(subject.kind, id, words)
        }
        let others = given.members.filter { $0.name.hasSuffix("_id") && $0.name != subject?.parent?.member }
        guard let parent = subject?.parent, others.isEmpty, let id = given[parent.member]?.stringValue else {
            return APIError(lumaRefused: 404, words)
        }
        return .notFound(parent.kind, id, words)
    }
}
