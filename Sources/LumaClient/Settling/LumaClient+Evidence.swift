public import Core
public import LumaAPI

/// What one search for the effect of a write has shown.
enum Evidence: Equatable {
    /// It took effect.
    /// - Parameters:
    ///   - id: of what it made.
    ///   - shown: what it made or changed, as Luma shows it; nil when there is nothing of it to show.
    case done(id: String?, shown: JSON?)
    /// What the write was to change, or what stands in its place, is there as it was.
    case unchanged
    /// The list does not have what the write was to make.
    case notFound
    /// What the write was to change is not there.
    case missing
    /// What is to be seen tells neither, or there is no way to look.
    case undetermined
    /// These may be what the write has made, and there may be more.
    case ambiguous([String])
}

extension Evidence {
    /// Tells from the entries of a list whether it has what a create was to make.
    ///
    /// - Parameters:
    ///   - terms: what was sent, by the members of an entry.
    ///   - unique: the member that no two entries share the value of. Then an entry with this value and other terms stands where
    ///     the create's would, so that Luma has refused it.
    ///   - falling: what was sent of members that only become less, by the members of an entry.
    ///   - others: ids of what other writes have made.
    init(
        _ terms: JSONObject, unique: String?, falling: JSONObject = JSONObject(), among entries: [JSON],
        others: Set<String> = []
    ) {
        // Without anything that was sent there is nothing to tell an entry by.
        guard !terms.isEmpty, unique == nil || unique.flatMap({ terms[$0] }) != nil else {
            self = .undetermined
            return
        }
        var fitting: [(id: String, entry: JSON)] = []
        var isTaken = false
        var isUndetermined = false
        for entry in entries {
            guard let id = entry["id"]?.stringValue else { continue }
            if let unique, let value = terms[unique] {
                guard let shown = entry[unique], ChangeComparison.equal(value, shown, ignoringCase: true) else {
                    continue
                }
            }
            let shows = others.contains(id) ? false : ChangeComparison.shows(terms, in: entry, ignoringCase: true)
            switch shows == true ? Self.mayHaveFallen(falling, to: entry) : shows {
            case true?: fitting.append((id, entry))
            case false?: isTaken = isTaken || unique != nil
            case nil: isUndetermined = true
            }
        }
        if fitting.count == 1 {
            self = .done(id: fitting[0].id, shown: fitting[0].entry)
        } else if !fitting.isEmpty {
            self = .ambiguous(fitting.map(\.id))
        } else if isUndetermined {
            self = .undetermined
        } else {
            self = isTaken ? .unchanged : .notFound
        }
    }
}

extension Evidence {
    /// Whether an entry has these members as they were sent: false when one is more than that, nil when one is less or not told.
    private static func mayHaveFallen(_ sent: JSONObject, to entry: JSON) -> Bool? {
        var verdict: Bool? = true
        for (name, value) in sent.members {
            guard let sent = value.doubleValue, let shown = entry[name]?.doubleValue else {
                verdict = value.isNull ? verdict : nil
                continue
            }
            if shown > sent { return false }
            if shown < sent { verdict = nil }
        }
        return verdict
    }
}

/// One search for the effect of a write, in the way that its row says (`Operation.Recovery`). Only reads are sent.
extension LumaClient {
    /// Entries of a page that are asked for at once.
    static let pageSize = 50
    /// Pages of a list that are read: far more than a calendar has events at one instant, or an event coupons.
    static let pages = 10

    /// - Parameters:
    ///   - input: of the write; its secrets are not needed.
    ///   - others: ids of what other writes have made.
    /// - Throws: when Luma could not be asked.
    func evidence(
        of operation: Operation, _ input: JSONObject, others: Set<String> = [], _ deadline: MonotonicTime,
        _ context: CallContext
    ) async throws(LumaError) -> Evidence {
        guard let reading = operation.recovery.reading else { return .undetermined }
        let shown: Shown
        do throws(LumaError) {
            guard let found = try await self.shown(by: reading, operation, input, deadline, context) else {
                return .undetermined
            }
            shown = found
        } catch  where error.saysAbsent {
            if case .gone = operation.recovery { return .done(id: nil, shown: nil) }
            return .missing
        }
        switch operation.recovery {
        case .none: return .undetermined
        case .gone:
            if shown.thing(reading, input) != nil { return .unchanged }
            return shown.isWhole ? .done(id: nil, shown: nil) : .undetermined
        case .shown(_, let renamed):
            guard let thing = shown.thing(reading, input) else { return shown.isWhole ? .missing : .undetermined }
            let changes = ChangeComparison.changes(of: operation, input, reading, renamed)
            switch ChangeComparison.shows(changes, in: thing) {
            case true?: return .done(id: nil, shown: thing)
            case false?: return .unchanged
            case nil: return .undetermined
            }
        case .listed(_, _, let unique, let falling):
            let compared = operation.compared
            var terms = JSONObject()
            for (path, member) in compared.sorted(by: { $0.key < $1.key }) { terms[member] = input.value(at: path) }
            let entries = shown.entries.filter { !redactor.isNeeded(for: $0["id"]?.stringValue ?? "") }
            let found = Evidence(
                terms, unique: unique.flatMap { compared[$0] },
                falling: JSONObject(input.members.filter { falling.contains($0.name) }), among: entries, others: others)
            if shown.isWhole { return found }
            // What was not seen on the pages that were read proves nothing, and no later look would see more.
            switch found {
            case .done where unique != nil, .unchanged: return found
            default: return .ambiguous([])
            }
        }
    }

    /// A thing that is known to be made by this write, as its list has it now; nil when it does not, or there is no list.
    /// - Throws: when Luma could not be asked.
    func made(
        _ id: String, _ operation: Operation, _ input: JSONObject, _ deadline: MonotonicTime, _ context: CallContext
    ) async throws(LumaError) -> JSON? {
        guard case .listed(let reading, _, _, _) = operation.recovery else { return Optional.none }
        let row = Operation.named(reading.operation)
        guard let query = reading.parameters(of: row, input) else { return Optional.none }
        return try await entries(reading.list, of: row, query, deadline, context).entries.first {
            $0["id"]?.stringValue == id
        }
    }

    /// The thing that a write is about, as Luma has it now: by the reading that shows what the write has done.
    /// - Parameter input: of the write.
    /// - Throws: `notFound` when Luma does not have it, or when no reading shows it.
    public func target(
        of operation: Operation, _ input: JSONObject, deadline: MonotonicTime, context: CallContext
    ) async throws(LumaError) -> JSON {
        guard let reading = operation.recovery.reading,
            let thing = try await shown(by: reading, operation, input, deadline, context)?.thing(reading, input)
        else { throw .notFound(LumaMessage()) }
        return thing
    }

    /// Nil when the input lacks something that the reading needs.
    private func shown(
        by reading: Operation.Reading, _ operation: Operation, _ input: JSONObject, _ deadline: MonotonicTime,
        _ context: CallContext
    ) async throws(LumaError) -> Shown? {
        let row = Operation.named(reading.operation)
        guard let query = reading.parameters(of: row, input) else { return Optional.none }
        guard operation.recovery.readsList else {
            return Shown(entries: [try await read(row, query, deadline: deadline, context: context).json()])
        }
        return try await entries(reading.list, of: row, query, deadline, context)
    }

    /// What a reading has shown.
    private struct Shown {
        /// The entries of a list, or the one thing that was read.
        var entries: [JSON]
        /// There is no more of the list than that.
        var isWhole = true

        /// The thing that the write was about.
        func thing(_ reading: Operation.Reading, _ input: JSONObject) -> JSON? {
            guard let member = reading.entry else { return entries.first }
            return entries.first { $0["id"] == input[member] }
        }
    }

    /// The entries of a list, of as many pages as are read.
    /// - Parameter list: the member of the answer that holds them, where there are no pages.
    private func entries(
        _ list: String, of row: Operation, _ query: JSONObject, _ deadline: MonotonicTime, _ context: CallContext
    ) async throws(LumaError) -> Shown {
        guard row.isPaged else {
            let answer = try await read(row, query, deadline: deadline, context: context)
            guard let entries = try answer.json()[list]?.arrayValue else { throw .malformedAnswer }
            return Shown(entries: entries)
        }
        var query = query
        var limit = Self.pageSize
        var entries: [JSON] = []
        for _ in 0..<Self.pages {
            query["pagination_limit"] = .number(JSONNumber(limit))
            let page: ListPage
            do throws(LumaError) {
                page = try ListPage(try await read(row, query, deadline: deadline, context: context))
            } catch .tooLarge where limit > 1 {
                limit /= 2
                continue
            }
            entries += page.entries
            guard page.hasMore else { return Shown(entries: entries) }
            guard let cursor = page.nextCursor, query["pagination_cursor"]?.stringValue != cursor else {
                throw .malformedAnswer
            }
            query["pagination_cursor"] = .string(cursor)
        }
        return Shown(entries: entries, isWhole: false)
    }
}

extension Operation.Recovery {
    /// Its reading is a list that is looked through.
    fileprivate var readsList: Bool {
        if case .listed = self { return true }
        return reading?.entry != nil
    }
}

extension Operation.Reading {
    /// What it asks for the effect of a write of this input; nil when the input lacks something.
    fileprivate func parameters(of row: Operation, _ input: JSONObject) -> JSONObject? {
        if let entry, input[entry]?.stringValue == nil { return nil }
        var parameters = JSONObject()
        for field in row.query {
            parameters[field.name] = fixed[field.name] ?? query[field.name].flatMap { input[$0] }
            if field.required, parameters[field.name] == nil { return nil }
        }
        return parameters
    }
}
