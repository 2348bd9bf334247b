import GatewayAPI
import HTTP
import IO
import LumaClient

extension Worker {
    /// Streams all pages. Once the head is sent a failure can only be told by a body that is not complete, which every
    /// HTTP client notices: in lines after a last one with the error, in a calendar without its end.
    func streamList(
        _ query: EventListQuery, as representation: Representation, _ input: RequestInput, _ turn: Turn,
        _ call: UpstreamCall
    ) async throws(APIError) {
        let first = try await operations.events.page(query, limit: EventsService.upstreamPageLimit, query.cursor, call)
        var head = Response(status: 200, fields: [representation.contentType])
        if !input.endpoint.namesItsFormat { head.fields.append(Representation.varies) }
        head = try head.unless(input.conditions)
        if head.status != 200 { return turn.finish(input.endpoint, head, calls: call.context) }
        if let disposition = representation.disposition("events") { head.fields.append(disposition) }
        head.fields += [Field("X-Request-Id", turn.id)] + turn.spendingFields(input.endpoint)
        turn.exchange.beginStream(head)
        // For HEAD the first page has shown all that the head depends on.
        if turn.method == .head {
            turn.exchange.endStream()
            return turn.record(input.endpoint, bytes: 0, calls: call.context)
        }
        var bytes = 0
        var reason: Reason?
        do {
            let write: ([UInt8]) async throws -> Void = { part in
                bytes += part.count
                try await turn.exchange.write(part)
            }
            try await operations.events.stream(
                query, as: representation, first: first,
                nextCall: { input.timeout == nil ? operations.upstreamCall(call.context) : call }, write: write)
            turn.exchange.endStream()
        } catch let error as APIError {
            reason = error.reason
            // A line that is no row would be one to who reads a table.
            if representation == .ndjson {
                try? await turn.exchange.write(error.response(requestID: turn.id).body + [0x0a])
            }
            turn.exchange.breakStream()
        } catch {
            turn.exchange.breakStream()
        }
        turn.record(input.endpoint, bytes: bytes, calls: call.context, reason: reason)
    }
}
