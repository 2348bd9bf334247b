import Core
import GatewayAPI
import LumaClient

extension EventsService {
    /// The event that an address or a slug stands for, in short; null when it stands for none.
    func lookUp(_ address: EventAddress, _ call: UpstreamCall) async throws(APIError) -> JSON {
        let event: JSON
        do throws(LumaError) {
            event = try await found(address, call)
        } catch {
            throw APIError(error, subject: nil)
        }
        return ["event": event]
    }

    private func found(_ address: EventAddress, _ call: UpstreamCall) async throws(LumaError) -> JSON {
        switch address {
        case .id(let id):
            do throws(LumaError) {
                return Self.summary(try await read(id, call).json())
            } catch {
                switch error {
                case .notFound, .eventNotAccessible: return .null
                default: throw error
                }
            }
        case .slug(let slug):
            let entity = try await luma.lookupEntity(slug: slug, deadline: call.deadline, context: call.context)
            guard let entity, entity["type"]?.stringValue == "event", let event = entity["event"] else { return .null }
            return Self.summary(event)
        }
    }

    /// What both ways to an event know of it.
    private static func summary(_ event: JSON) -> JSON {
        let url = event["url"] ?? event["slug"]?.stringValue.map { .string("https://luma.com/" + $0) }
        return [
            "id": event["id"] ?? .null, "name": event["name"] ?? .null, "start_at": event["start_at"] ?? .null,
            "end_at": event["end_at"] ?? .null, "url": url ?? .null,
        ]
    }
}
