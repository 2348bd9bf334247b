public import Core
import LumaAPI

/// Keeps account of the writes of one request, so that none is made twice and none is forgotten, even by a program that
/// dies between two instructions. Whoever serves the request sets it in the `CallContext`.
///
/// Not `Sendable`: it belongs to the request and its loop. A request sends one write after the other.
public protocol WriteJournal: AnyObject {
    /// What an earlier run of the same request has done of this; nil when it has not, or surely without effect.
    /// - Parameter subject: the id of what the write changes; nil when it makes something new.
    func earlier(_ operation: String, subject: String?) -> KnownWrite?
    /// Records that the write is about to leave. After it returns, the record outlives the program.
    func willSend(_ write: JournaledWrite) async throws(JournalRefusal)
    /// Records a thing that was looked for and found as what the write has made, unless it is or may be another write's,
    /// also one of an earlier life of this program or of another program.
    func didFind(_ id: String) async -> EventOwner
    /// Records what became of the write that was to leave; does nothing when there is none.
    func didEnd(_ effect: JournaledEffect)
}

/// A write as a journal keeps it.
public struct JournaledWrite: Sendable {
    /// The name of the operation.
    public let operation: String
    /// The id of what it changes; nil when it makes something new.
    public let subject: String?
    /// What is sent and what its effect is found by, without the subject and without secrets.
    public let body: JSONObject
    /// What whoever sends it wants to know again when the request is made anew.
    public let notes: JSONObject
    /// What Luma's answers tell the thing that it makes by: the same for all that could be mistaken for each other. A write after
    /// which an event is no longer found by what it was made with has its event's own.
    public let mark: String?
    /// No earlier than this, on Luma's clock, has Luma seen it, by what is known; the beginning of 1970 when nothing is.
    public internal(set) var sentAt: Timestamp
    /// The same instant in milliseconds since the machine was started.
    public internal(set) var sentTick: Int64?

    init(_ operation: Operation, _ input: JSONObject, notes: JSONObject = JSONObject()) {
        self.operation = operation.name
        subject = operation.subjectID(in: input)
        body = operation.kept(input)
        self.notes = notes
        mark = Self.mark(operation, input)
        sentAt = SendInstant.unknown
    }

    private static func mark(_ operation: Operation, _ input: JSONObject) -> String? {
        if let subject = operation.subjectID(in: input) {
            guard operation.subject?.kind == .event else { return nil }
            var isHidden = input["name"] != nil || input["start_at"] != nil
            if case .gone = operation.recovery { isHidden = true }
            return isHidden ? "of \(subject)" : nil
        }
        if operation.name == CreateLedger.operation {
            return CreateLedger.Key(operation.name, input).map { "\($0.start.milliseconds) \($0.words)" }
        }
        guard case .listed(let reading, _, let unique, _) = operation.recovery else { return nil }
        let compared = operation.compared.keys.filter { unique == nil || $0 == unique }.sorted()
        let paths = reading.members.sorted() + compared
        let values = JSON.array(paths.map { input.value(at: $0) ?? .null }).canonical.encoded
        return "\(operation.name) \(String(decoding: values, as: UTF8.self).lowercased())"
    }
}

/// Whose a thing is that was looked for and found, by the journal.
public enum EventOwner: Sendable, Equatable {
    /// The write's that asks, and it is recorded.
    case own
    /// It belongs to another write, for good.
    case ofAnother
    /// The journal cannot tell now, or not record it: whoever looks later may take it.
    case undetermined
}

/// What became of a write.
public enum JournaledEffect: Sendable, Equatable {
    /// It surely had no effect.
    case none
    /// It took effect.
    /// - Parameter id: of what it made.
    case done(id: String?)
    /// Nobody knows, yet.
    case unknown
}

/// A write of an earlier run of the same request.
public struct KnownWrite: Sendable, Equatable {
    /// Never `none`; `unknown` when it can never be found out.
    public let effect: JournaledEffect
    public let notes: JSONObject

    public init(effect: JournaledEffect, notes: JSONObject) {
        self.effect = effect
        self.notes = notes
    }
}

/// Why a write may not be sent.
public enum JournalRefusal: Error, Sendable, Equatable {
    /// It cannot be recorded, and what was promised to the caller hangs on that.
    case unavailable
    /// The same was sent a moment ago.
    /// - Parameter id: of what it made; nil while that is not known.
    case duplicate(id: String?)
}

extension CallContext {
    /// What an earlier run of this request has done of this write; nil when it is still to be done.
    /// - Throws: `unknownOutcome` when that can never be found out.
    func done(_ operation: String, _ subject: String?) throws(LumaError) -> KnownWrite? {
        let earlier = journal?.earlier(operation, subject: subject)
        switch earlier?.effect {
        case .done?: return earlier
        case .unknown?:
            throw .unknownOutcome(
                UnknownOutcome(operation: operation, cause: "interrupted", finding: .notSettled))
        case nil, JournaledEffect.none?: return nil
        }
    }
}
