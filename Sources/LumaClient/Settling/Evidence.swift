import Core

/// What one look for the effect of a write has shown.
enum Evidence: Equatable {
    /// It took effect.
    /// - Parameter id: of what it made.
    case done(id: String?)
    /// What the write was to change, or what stands in its place, is there as it was.
    case unchanged
    /// The list does not have what the write was to make.
    case notFound
    /// What the write was to change is not there.
    case missing
    /// What is to be seen tells neither, or there is no way to look.
    case untold
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
    ///   - others: ids of what other writes have made.
    init(_ terms: JSONObject, unique: String?, among entries: [JSON], others: Set<String> = []) {
        // Without anything that was sent there is nothing to tell an entry by.
        guard !terms.isEmpty, unique == nil || unique.flatMap({ terms[$0] }) != nil else {
            self = .untold
            return
        }
        var fitting: [String] = []
        var isTaken = false
        var isUntold = false
        for entry in entries {
            guard let id = entry["id"]?.stringValue else { continue }
            if let unique, let value = terms[unique] {
                guard let shown = entry[unique], ChangeComparison.equal(value, shown, ignoringCase: true) else {
                    continue
                }
            }
            switch others.contains(id) ? false : ChangeComparison.shows(terms, in: entry, ignoringCase: true) {
            case true?: fitting.append(id)
            case false?: isTaken = isTaken || unique != nil
            case nil: isUntold = true
            }
        }
        if fitting.count == 1 {
            self = .done(id: fitting[0])
        } else if !fitting.isEmpty {
            self = .ambiguous(fitting)
        } else if isUntold {
            self = .untold
        } else {
            self = isTaken ? .unchanged : .notFound
        }
    }
}
