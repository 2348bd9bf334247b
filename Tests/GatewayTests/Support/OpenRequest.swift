import Dispatch
import HTTP
import IO
import IOTestKit

@testable import Gateway

/// A request that was made in process, and the part of its peer. Any thread.
final class OpenRequest: Sendable {
    /// What was waited for did not come.
    struct Overdue: Error, CustomStringConvertible {
        let description: String
    }

    /// How long anything is waited for, in seconds.
    private static let patience = 20.0

    private let loop: Loop
    private let watch: LoopBound<Watch>?
    private let refusal: Answer?

    /// On the loop.
    init(_ record: RecordedExchange, on loop: Loop) {
        self.loop = loop
        watch = LoopBound(Watch(record), on: loop.executor)
        refusal = nil
    }

    /// What was sent was no request.
    init(refused answer: Answer, on loop: Loop) {
        self.loop = loop
        watch = nil
        refusal = answer
    }

    // MARK: What the peer sees

    /// The whole answer, once it has ended or the connection has.
    func answer() async throws -> Answer {
        if let refusal { return refusal }
        return try await when("an answer") { $0.end != nil }
    }

    /// Returns as soon as the body holds this text so often.
    @discardableResult
    func hears(_ text: String, times: Int = 1) async throws -> Answer {
        try await when("\(times) of \(text)") { Answer($0).count(of: text) >= times }
    }

    /// Returns once the head of the answer has come.
    @discardableResult
    func begins() async throws -> Answer { try await when("a head") { $0.status != nil } }

    /// What has come so far.
    func seen() async -> Answer { await onRecord { Answer($0) } ?? refusal ?? Answer(Response(status: 500)) }

    /// How the answer has ended; nil while it has not.
    func ending() async -> RecordedExchange.End? { await onRecord { $0.end } ?? nil }

    /// All octets of the answer, its head with what the server adds.
    func octets() async -> String { await onRecord { String(decoding: $0.received, as: UTF8.self) } ?? "" }

    // MARK: What the peer does

    func endSide() async { await onRecord { $0.endSide() } }
    func goAway() async { await onRecord { $0.goAway() } }
    func stopReading() async { await onRecord { $0.stopReading() } }
    func readOn() async { await onRecord { $0.readOn() } }

    @discardableResult
    private func onRecord<T: Sendable>(_ body: @escaping @Sendable (RecordedExchange) -> T) async -> T? {
        guard let watch else { return nil }
        return await loop.perform { _ in body(watch.value.record) }
    }

    // MARK: Waiting

    private func when(
        _ what: String, _ isDue: @escaping @Sendable (RecordedExchange) -> Bool
    ) async throws -> Answer {
        guard let watch else { throw Overdue(description: "refused: \(refusal?.text ?? "")") }
        let executor = loop.executor
        let isThere = await withCheckedContinuation { (continuation: CheckedContinuation<Bool, Never>) in
            executor.execute {
                let number = watch.value.wait(isDue) { continuation.resume(returning: $0) }
                guard let number else { return }
                // Not by a timer of the loop, which a test may let fire early.
                DispatchQueue.global().asyncAfter(deadline: .now() + Self.patience) {
                    executor.execute { watch.value.giveUp(number) }
                }
            }
        }
        let answer = await seen()
        guard isThere else { throw Overdue(description: "no \(what) in \(answer.status) \(answer.text)") }
        return answer
    }

    /// Looks at a record whenever it has changed. On its loop.
    private final class Watch {
        let record: RecordedExchange
        private var waiting: [Int: (isDue: (RecordedExchange) -> Bool, tell: (Bool) -> Void)] = [:]
        private var last = 0

        init(_ record: RecordedExchange) {
            self.record = record
            record.onChange = { [weak self] in self?.look() }
        }

        /// - Returns: the number of the wait; nil when it is over at once.
        func wait(_ isDue: @escaping (RecordedExchange) -> Bool, tell: @escaping (Bool) -> Void) -> Int? {
            if isDue(record) {
                tell(true)
                return nil
            }
            last += 1
            waiting[last] = (isDue, tell)
            return last
        }

        func giveUp(_ number: Int) { waiting.removeValue(forKey: number)?.tell(false) }

        private func look() {
            for (number, waiter) in waiting where waiter.isDue(record) {
                waiting[number] = nil
                waiter.tell(true)
            }
        }
    }
}

extension Answer {
    /// How often the body holds this text.
    func count(of part: String) -> Int { text.split(separator: part, omittingEmptySubsequences: false).count - 1 }
}
