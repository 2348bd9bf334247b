import Core
import GatewayAPI
import HTTP
import IO
import IOTestKit
import LumaClient
import Store
import TestKit

@testable import Gateway

/// The events service over a scripted Luma and a clock that jumps to the end of each sleep.
struct ServiceFixture {
    let clock: ManualClock
    let transport: ScriptedTransport
    let account: LumaAccount
    let reads: SharedReads
    let service: EventsService

    /// - Parameters:
    ///   - keeping: what is cached of reads; by default nothing, so that every read is a call.
    ///   - store: remembers which confirmations were used.
    init(
        _ transport: ScriptedTransport, clock: ManualClock = ManualClock(isAutomatic: true),
        keeping: CacheSettings = .nothing, key: String = "key", store: any NonceStore = SQLiteStateStore(.memory)
    ) {
        self.clock = clock
        self.transport = transport
        let reads = SharedReads(keeping)
        self.reads = reads
        account = LumaAccount(BudgetSettings()) { reads.touch($0) }
        let client = LumaClient(
            settings: .init(baseURL: "https://luma.test", apiKey: Secret(key)), account: account,
            transport: transport, time: clock, random: SeededGenerator(seed: 1))
        service = EventsService(
            luma: client, reads: ReadService(reads, clock: clock, parking: NoParking()), zones: SystemZones.database,
            templates: TemplateCatalog(),
            confirmations: Confirmations(Seal(secret: Secret(key)), DirectLedger(store: store, clock: clock)),
            clock: clock)
    }

    /// One caller at a time never waits for another.
    private final class NoParking: Parking {
        func park(
            until deadline: MonotonicTime, missed: @escaping (ReadWaiter.News) -> Void, _ enter: (ReadWaiter) -> Void
        ) async throws -> ReadWaiter.News { throw CancellationError() }
    }

    /// Answers by the operation's path, each list in turn and its last answer again; an operation that is not
    /// named here is not found.
    init(
        _ script: [(path: String, answers: [ScriptedTransport.Answer])],
        keeping: CacheSettings = .nothing, store: any NonceStore = SQLiteStateStore(.memory)
    ) {
        var turns: [String: Int] = [:]
        self.init(
            ScriptedTransport { request, _ in
                guard
                    let row = script.first(where: {
                        request.url.hasSuffix($0.path) || request.url.contains($0.path + "?")
                    })
                else { return .status(404) }
                let turn = turns[row.path, default: 0]
                turns[row.path] = turn + 1
                return row.answers[min(turn, row.answers.count - 1)]
            }, keeping: keeping, store: store)
    }

    func call() -> UpstreamCall {
        UpstreamCall(deadline: clock.now.advanced(seconds: 55), context: CallContext())
    }

    /// What a client gets: the answer of `body`, an error in the one shape.
    func answer(_ body: (EventsService, UpstreamCall) async throws(APIError) -> Response) async -> Answer {
        do throws(APIError) { return Answer(try await body(service, call())) } catch {
            return Answer(error.response(requestID: "r"))
        }
    }

    /// The same of a read over REST.
    func read(_ input: RequestInput) async -> Answer {
        await answer { service, call throws(APIError) in
            try await service.read(try ReadRequest(input), input.wish, call).response(input.conditions)
        }
    }

    /// The same of a write over REST, with whether it says that it has changed the event.
    /// - Parameter isAgreedInForm: of a cancel.
    func written(
        _ input: RequestInput, surface: EventPlausibility.Surface = .rest, isAgreedInForm: Bool = false
    ) async -> (answer: Answer, isChange: Bool) {
        do throws(APIError) {
            var request = try WriteRequest(input)
            request.terms.surface = surface
            request.terms.isAgreedInForm = isAgreedInForm
            let written = try await service.write(request, call())
            return (Answer(written.response), written.isChange)
        } catch {
            return (Answer(error.response(requestID: "r")), false)
        }
    }

    /// The JSON bodies that were posted, by the last part of their path.
    var posted: [String] {
        transport.requests.filter { $0.method == .post }.map {
            "\($0.url.split(separator: "/v1/").last ?? "") \(String(decoding: $0.body, as: UTF8.self))"
        }
    }
}

extension EventsService {
    /// What `OperationService` asks of it.
    func read(
        _ request: ReadRequest, _ wish: ReadWish, _ call: UpstreamCall
    ) async throws(APIError) -> ReadResult {
        switch request {
        case .event(let id):
            .shared(
                try await reads.read(.event(id.text), wish, call) { () throws(APIError) in try await fetch(id, call) })
        case .list(let query):
            .shared(
                try await reads.read(ReadKey(query), wish, call) { () throws(APIError) in try await fetch(query, call) }
            )
        case .lookUp(let address): .own(try await lookUp(address, call))
        case .operation: throw APIError.notFound
        }
    }

    /// The same of a write.
    func write(_ request: WriteRequest, _ call: UpstreamCall) async throws(APIError) -> Written {
        let terms = request.terms
        return switch request.wanted {
        case .create(let event, let isMinimal): try await create(event, isMinimal: isMinimal, terms, call)
        case .createFromTemplate(let event, let isMinimal):
            try await createFromTemplate(event, isMinimal: isMinimal, terms, call)
        case .update(let id, let change): try await update(id, change, terms, call)
        case .cancel(let id, let refund): try await cancel(id, refund: refund, terms, call)
        case .operation: throw APIError.notFound
        }
    }
}

struct Answer {
    let status: Int
    let fields: [Field]
    let text: String
    var json: JSON? { try? JSON.parse(text) }
    var reason: String? { json?["reason"]?.stringValue }

    init(_ response: Response) {
        status = response.status
        fields = response.allFields
        text = String(decoding: response.body, as: UTF8.self)
    }

    /// What was recorded so far; the status is 0 before the head.
    init(_ record: RecordedExchange) {
        status = record.status ?? 0
        fields = record.fields
        text = String(decoding: Array(record.pieces.joined()), as: UTF8.self)
    }

    func field(_ name: String) -> String? { fields.first { $0.name.lowercased() == name.lowercased() }?.value }
}

extension RequestInput {
    static func event(
        _ endpoint: Endpoint, _ id: String? = nil, body: JSON? = nil, query: [(name: String, value: String)] = [],
        prefer: String? = nil
    ) -> RequestInput {
        var input = RequestInput(endpoint: endpoint, parameter: id, query: query, body: body?.encoded ?? [])
        input.prefer = prefer
        return input
    }
}
