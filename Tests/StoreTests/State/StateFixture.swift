import Core
import Foundation
import Store
import Synchronization

extension StateStore {
    /// Waits for a call to the store.
    func wait<Value: Sendable>(_ call: (@escaping Then<Value>) -> Void) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            call { continuation.resume(with: $0) }
        }
    }

    func begin(
        _ key: String, _ fingerprint: [UInt8] = [1], principal: String = "", account: String = "a", at: Int64 = 0
    )
        async throws -> RequestStanding
    {
        try await wait {
            begin(
                KeyedRequest(
                    account: account, principal: principal, key: key, fingerprint: fingerprint,
                    now: Timestamp(milliseconds: at), expires: Timestamp(milliseconds: at + 1000)), then: $0)
        }
    }

    /// Begins a request that must be free.
    func started(_ key: String, at: Int64 = 0) async throws -> RequestID {
        guard case .begun(let id, _) = try await begin(key, at: at) else { throw Unexpected() }
        return id
    }

    func record(
        _ operation: String = "events/create", account: String = "a", request: RequestID? = nil,
        subject: String? = nil, mark: String? = "m", digest: [UInt8] = [7], at: Int64 = 0,
        unlessSince: Int64? = nil, endedBy: String? = nil
    ) async throws -> RecordStanding {
        try await wait {
            record(
                WriteRecord(
                    account: account, request: request, operation: operation, subject: subject, mark: mark,
                    body: [1, 2],
                    digest: digest, notes: [3], now: Timestamp(milliseconds: at),
                    sentAt: Timestamp(milliseconds: at),
                    unlessSince: unlessSince.map(Timestamp.init(milliseconds:)), endedBy: endedBy), then: $0)
        }
    }

    /// Records a write that must not be refused.
    func recorded(request: RequestID? = nil, mark: String? = "m", at: Int64 = 0) async throws -> WriteID {
        guard case .recorded(let id) = try await record(request: request, mark: mark, at: at) else {
            throw Unexpected()
        }
        return id
    }

    func abandonedWrites(_ account: String = "a") async throws -> [AbandonedWrite] {
        try await wait { abandonedWrites(account, limit: 100, then: $0) }
    }

    func adopt(_ write: WriteID, _ effect: WriteEffect) async throws -> Adoption {
        try await wait { adopt(write, effect, at: Timestamp(milliseconds: 5), then: $0) }
    }

    func counts() async throws -> StoreCounts { try await wait { count(then: $0) } }
}

struct Unexpected: Error {}

/// What a store said of its condition, in order.
final class Conditions: Sendable {
    private let list = Mutex<[StoreCondition]>([])
    var all: [StoreCondition] { list.withLock { $0 } }
    func add(_ condition: StoreCondition) { list.withLock { $0.append(condition) } }

    func wait(for condition: StoreCondition) async throws {
        for _ in 0..<500 {
            if all.last == condition { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw Unexpected()
    }
}
